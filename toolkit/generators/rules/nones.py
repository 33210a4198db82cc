"""Which expressions may be None: Lua's tables can not hold it, so nothing that may be None is let into one.

Statements are followed in order; the set that is handed on holds the names that may be None there. What comes out of
a container never is, because nothing that may be None went in. All is repeated until nothing more is found.
"""

import ast
from dataclasses import dataclass, field

from toolkit.generators.rules import nones_calls
from toolkit.generators.rules.infer import Inference
from toolkit.generators.rules.scopes import free_names, parameter_names, target_names

Names = set[str]
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass
class _Loop:
    """What may be None where control leaves a turn of a loop early."""

    broken: bool = False
    after: Names = field(default_factory=set)
    again: Names = field(default_factory=set)

    def leave(self, node: ast.Break | ast.Continue, env: Names) -> None:
        self.broken |= isinstance(node, ast.Break)
        (self.after if isinstance(node, ast.Break) else self.again).update(env)


class Nones(nones_calls.Calls):
    """The expressions of a program that may be None, in `maybe`."""

    def __init__(self, module: ast.Module, inference: Inference, main: str, variables: frozenset[str]) -> None:
        super().__init__(module, inference, main, variables)
        self.maybe: set[ast.AST] = set()
        self.latest: dict[tuple[ast.AST, str], int] = {}  # (scope, name) -> last line that makes it None
        self.scopes: list[ast.AST] = [module]
        self.loops: list[_Loop] = []
        self.trails: list[Names] = []  # what became None inside of each `try` around
        sizes: tuple[int, ...] = ()
        while sizes != (sizes := self._sizes()):
            self.block(module.body, set())

    def _sizes(self) -> tuple[int, ...]:
        found = (len(self.maybe), len(self.returns), len(self.parameters), len(self.latest))
        return (*found, sum(self.latest.values()), self.loose)

    def block(self, statements: list[ast.stmt], env: Names) -> bool:
        """Follow statements; `env` is changed in place. True where the end can not be reached."""
        return any(self.statement(statement, env) for statement in statements)

    def statement(self, node: ast.stmt, env: Names) -> bool:
        match node:
            case ast.FunctionDef():
                self._function(node, env)
            case ast.Return(value=value):
                if value is None or self.expression(value, env):
                    self.returns.add(getattr(self.scopes[-1], "name", ""))
                return True
            case ast.Raise():
                self.children(node, env)
                return True
            case ast.Break() | ast.Continue():
                self.loops[-1].leave(node, env)
                return True
            case ast.If():
                return self._if(node, env)
            case ast.For() | ast.While():
                return self._loop(node, env)
            case ast.Try():
                return self._try(node, env)
            case _:
                self._simple(node, env)
        return False

    def _simple(self, node: ast.stmt, env: Names) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value, env)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign([target], value, env)
            case ast.AugAssign(target=target, value=value):
                self.expression(value, env)
                self.store(target, False, env)
            case ast.Assert(test=test, msg=message):
                yes, no = self.condition(test, env)
                if message:
                    self.expression(message, no)
                _replace(env, yes)
            case ast.Expr() | ast.Delete():
                self.children(node, env)

    def _if(self, node: ast.If, env: Names) -> bool:
        yes, no = self.condition(node.test, env)
        ended, other_ended = self.block(node.body, yes), self.block(node.orelse, no)
        _replace(env, (set() if ended else yes) | (set() if other_ended else no))
        return ended and other_ended

    def _loop(self, node: ast.For | ast.While, env: Names) -> bool:
        if isinstance(node, ast.For):
            self.expression(node.iter, env)
        current = _Loop()
        self.loops.append(current)
        head = set(env)
        before: Names | None = None
        while head != before:
            before = set(head)
            if isinstance(node, ast.For):
                inner, leave = set(head), set(head)
                self.store(node.target, False, inner)
            else:
                inner, leave = self.condition(node.test, head)
            ended = self.block(node.body, inner)
            head |= current.again | (set() if ended else inner)
        self.loops.pop()
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        ended = endless or self.block(node.orelse, leave)
        _replace(env, current.after | (set() if ended else leave))
        return ended and not current.broken

    def _try(self, node: ast.Try, env: Names) -> bool:
        trail = set(env)
        self.trails.append(trail)
        ended = self.block([*node.body, *node.orelse], env)
        self.trails.pop()
        after: Names = set() if ended else set(env)
        for handler in node.handlers:
            inner = set(trail)
            if not self.block(handler.body, inner):
                after |= inner
                ended = False
        _replace(env, trail if ended else after)
        return self.block(node.finalbody, env) or ended

    def _function(self, node: ast.FunctionDef, env: Names) -> None:
        self.defaults(node.name, node.args, env)
        inner = {name for name in free_names(node) if name in env or self._later(name, node.lineno)}
        inner |= {name for name in parameter_names(node.args) if (node.name, name) in self.parameters}
        self.scopes.append(node)
        loops, self.loops = self.loops, []
        trails, self.trails = self.trails, []
        if not self.block(node.body, inner):
            self.returns.add(node.name)
        self.loops, self.trails = loops, trails
        self.scopes.pop()
        self.store(ast.Name(node.name, ast.Store()), False, env)

    def _later(self, name: str, line: int) -> bool:
        """Whether a function around makes the name None behind a line."""
        return any(self.latest.get((scope, name), 0) > line for scope in self.scopes)

    def _assign(self, targets: list[ast.expr], value: ast.expr, env: Names) -> None:
        match targets, value:
            case [ast.Tuple(elts=parts) | ast.List(elts=parts)], ast.Tuple(elts=values) | ast.List(elts=values) if len(
                parts
            ) == len(values) and not any(isinstance(each, ast.Starred) for each in (*parts, *values)):
                found = [self.expression(each, env) for each in values]
                for part, maybe in zip(parts, found, strict=True):
                    self.store(part, maybe, env)
                return
        maybe = self.expression(value, env)
        for target in targets:
            self.store(target, maybe, env)

    def store(self, target: ast.expr, maybe: bool, env: Names) -> None:
        match target:
            case ast.Name(id=name):
                if maybe:
                    self._note(name, target)
                shared = name in self.shared and any((scope, name) in self.latest for scope in self.scopes)
                (env.add if maybe or shared else env.discard)(name)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for each in targets:
                    self.store(each, False, env)
            case ast.Starred(value=inner):
                self.store(inner, False, env)
            case _:
                self.children(target, env)

    def _note(self, name: str, target: ast.expr) -> None:
        for trail in self.trails:
            trail.add(name)
        scopes = self.scopes if name in self.shared else self.scopes[-1:]
        for scope in scopes:
            line = max(self.latest.get((scope, name), 0), getattr(target, "lineno", 0))
            self.latest[scope, name] = line

    def expression(self, node: ast.expr, env: Names) -> bool:
        if self._expression(node, env):
            self.maybe.add(node)
        return node in self.maybe

    def _expression(self, node: ast.expr, env: Names) -> bool:
        match node:
            case ast.Constant(value=value):
                return value is None
            case ast.Name(id=name):
                return name in env
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yes, no = self.condition(test, env)
                found = [self.expression(body, yes), self.expression(orelse, no)]
                _replace(env, yes | no)
                return any(found)
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                yes, no = self.condition(node, env)
                _replace(env, yes | no)
                return node in self.maybe
            case ast.NamedExpr(target=target, value=value):
                maybe = self.expression(value, env)
                self.store(target, maybe, env)
                return maybe
            case ast.Lambda(args=arguments, body=body):
                self.defaults("", arguments, env)
                hidden = parameter_names(arguments)
                self.expression(body, env - hidden | (hidden if self.loose else set()))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, env)
            case ast.Call():
                return self.call(node, env)
            case _:
                self._operands(node, env)
        return isinstance(node, ast.Yield | ast.YieldFrom)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, env: Names) -> None:
        inner = set(env)
        self.trails.append(set())
        for each in node.generators:
            self.expression(each.iter, inner)
            self.store(each.target, False, inner)
            for test in each.ifs:
                _replace(inner, self.condition(test, inner)[0])
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.expression(part, inner)
        env |= self.trails.pop()

    def _operands(self, node: ast.expr, env: Names) -> None:
        """The parts of an expression. What was counted with, ordered or looked into without an error is not None."""
        self.children(node, env)
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                env -= target_names(left) | (set() if isinstance(op, ast.Mod) else target_names(right))
            case ast.Subscript(value=value) | ast.Attribute(value=value):
                env -= target_names(value)
            case ast.Compare(left=left, ops=ops, comparators=others) if isinstance(ops[0], _ORDER):
                env -= target_names(left) | target_names(others[0])

    def children(self, node: ast.AST, env: Names) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, env)

    def condition(self, test: ast.expr, env: Names) -> tuple[Names, Names]:
        """What may be None where the test is true, and where it is false."""
        match test:
            case ast.BoolOp():
                return self._boolean(test, env)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yes, no = self.condition(operand, env)
                return no, yes
        env = set(env)
        self.expression(test, env)
        yes, no = set(env), set(env)
        match test:
            case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
                no -= _named(left)
            case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
                yes -= _named(left)
            case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[ast.Constant()]):
                yes -= _named(left)
            case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.Name()]):
                yes -= _named(left)
            case ast.Call(func=ast.Name(id="isinstance"), args=[value, classes]) if "None" not in ast.unparse(classes):
                yes -= _named(value)
            case ast.Name() | ast.NamedExpr():
                yes -= _named(test)
        return yes, no

    def _boolean(self, node: ast.BoolOp, env: Names) -> tuple[Names, Names]:
        """`and` gives its first false operand, which may be None; of `or` only the last one may."""
        conjunction = isinstance(node.op, ast.And)
        on, left = set(env), set[str]()
        for each in node.values:
            yes, no = self.condition(each, on)
            on, out = (yes, no) if conjunction else (no, yes)
            left |= out
        if any(each in self.maybe for each in (node.values if conjunction else node.values[-1:])):
            self.maybe.add(node)
        return (on, left) if conjunction else (left, on)


def _named(node: ast.expr) -> Names:
    return {node.target.id} if isinstance(node, ast.NamedExpr) else target_names(node)


def _replace(env: Names, other: Names) -> None:
    kept = set(other)
    env.clear()
    env |= kept
