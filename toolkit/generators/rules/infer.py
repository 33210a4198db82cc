"""Types of every expression, guessed by running the program over types instead of values.

Statements are followed in order, branches joined, loops repeated until nothing changes (three turns at most), functions
called with the types seen at their calls; the whole is repeated until the signatures are stable (four turns at most).
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from toolkit.generators.rules import narrow
from toolkit.generators.rules.infer_expressions import Expressions
from toolkit.generators.rules.scopes import parameter_names
from toolkit.generators.rules.types import (
    ANY,
    NONE,
    STR,
    UNKNOWN,
    ValueType,
    array,
    element,
    fill,
    iterator,
    mapping,
    merge,
    tuple_of,
)

Env = dict[str, ValueType]


@dataclass
class Signature:
    """What is known of one function: filled while the program is followed."""

    node: ast.FunctionDef
    seen: dict[str, ValueType] = field(default_factory=dict)  # parameter -> types at calls
    tested: dict[str, ValueType] = field(default_factory=dict)  # parameter -> types in the test cases
    returns: ValueType = UNKNOWN
    is_generator: bool = False


class Inference(Expressions):
    """The types of a program's expressions, in `types`; `signatures` by function name."""

    def __init__(self, module: ast.Module, modules: dict[str, str]) -> None:
        super().__init__(modules)
        self.module = module
        self.current: list[Signature] = []
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                self.signatures[node.name] = Signature(node, is_generator=is_generator(node))

    def run(self, name: str, parameters: list[ValueType], result: ValueType) -> None:
        """Follow the program; `parameters` are the types seen in the tests of the function `name`."""
        signature = self.signatures[name]
        for argument, kind in zip(_tested(signature.node), parameters, strict=False):
            signature.seen[argument.arg] = signature.tested[argument.arg] = kind
        if not signature.is_generator:
            signature.returns = result
        for _ in range(4):
            before = self._state()
            self.block(self.module.body, {})
            if self._state() == before:
                return

    def _state(self) -> list[tuple[dict[str, ValueType], ValueType]]:
        return [(dict(each.seen), each.returns) for each in self.signatures.values()]

    def block(self, statements: list[ast.stmt], env: Env) -> bool:
        """Follow statements; `env` is changed in place. True where the end can not be reached."""
        return any(self.statement(statement, env) for statement in statements)

    def statement(self, node: ast.stmt, env: Env) -> bool:
        match node:
            case ast.FunctionDef():
                self.function(node, env)
            case ast.Return(value=value):
                kind = self.expression(value, env) if value else NONE
                if self.current:
                    self.current[-1].returns = merge(self.current[-1].returns, kind)
                return True
            case ast.Raise(exc=error):
                if error:
                    self.expression(error, env)
                return True
            case ast.Break() | ast.Continue():
                return True
            case ast.If():
                return self._if(node, env)
            case ast.For(target=target, iter=iterable):
                kind = element(self.expression(iterable, env))
                self._loop(node, env, lambda inner: self.assign(target, kind, inner))
            case ast.While(test=test):
                self._loop(node, env, lambda inner: narrow.assume(self, test, inner, True))
            case ast.Try():
                self._try(node, env)
            case _:
                self._simple(node, env)
        return False

    def _simple(self, node: ast.stmt, env: Env) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                kind = self.expression(value, env)
                for target in targets:
                    self.assign(target, kind, env)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                kind = self.expression(value, env) if value else UNKNOWN
                self.assign(target, fill(kind, self.hint(annotation)), env)
            case ast.AugAssign(target=target, op=op, value=value):
                right = self.expression(value, env)
                left = self.expression(target, env)
                in_place = left.kind == "list" and isinstance(op, ast.Add)
                kind = array(merge(element(left), element(right))) if in_place else self.operation(op, left, right)
                self.assign(target, kind, env)
            case ast.Expr(value=value):
                self.expression(value, env)
            case ast.Assert(test=test, msg=message):
                narrow.assume(self, test, env, True)
                if message:
                    self.expression(message, env)
            case ast.Delete(targets=targets):
                for target in targets:
                    self.expression(target, env)

    def _if(self, node: ast.If, env: Env) -> bool:
        other = dict(env)
        narrow.assume(self, node.test, env, True)
        narrow.assume(self, node.test, other, False)
        ended, other_ended = self.block(node.body, env), self.block(node.orelse, other)
        if ended and not other_ended:
            _replace(env, other)
        elif not ended and not other_ended:
            join_into(env, other)
        return ended and other_ended

    def _loop(self, node: ast.For | ast.While, env: Env, enter: Callable[[Env], None]) -> None:
        if isinstance(node, ast.While):
            self.expression(node.test, env)
        for _ in range(3):
            inner = dict(env)
            before = dict(env)
            enter(inner)
            self.block(node.body, inner)
            join_into(env, inner)
            if env == before:
                break
        self.block(node.orelse, env)

    def _try(self, node: ast.Try, env: Env) -> None:
        inner = dict(env)
        ended = self.block([*node.body, *node.orelse], inner)
        start = dict(env)
        join_into(start, inner)
        if not ended:
            _replace(env, inner)
        alive = not ended
        for handler in node.handlers:
            other = dict(start)
            if handler.name:
                other[handler.name] = ValueType("error")
            if not self.block(handler.body, other):
                join_into(env, other) if alive else _replace(env, other)
                alive = True
        self.block(node.finalbody, env)

    def function(self, node: ast.FunctionDef, env: Env) -> None:
        signature = self.signatures[node.name]
        env[node.name] = ValueType("function", (signature.returns,))
        inner = dict(env)
        defaults = _defaults(node)
        for argument in _positional(node):
            hint = self.hint(argument.annotation)
            seen = signature.seen.get(argument.arg, UNKNOWN)
            if argument.arg in defaults:
                kind = self.expression(defaults[argument.arg], env)
                seen = merge(seen, kind) if seen != UNKNOWN else kind if kind != NONE else UNKNOWN
            inner[argument.arg] = self.types[argument] = fill(seen, hint)
        if node.args.vararg:
            inner[node.args.vararg.arg] = signature.seen.get(node.args.vararg.arg, tuple_of(UNKNOWN))
        if node.args.kwarg:
            inner[node.args.kwarg.arg] = mapping(STR, UNKNOWN)
        self.current.append(signature)
        if not self.block(node.body, inner) and not signature.is_generator and signature.returns != UNKNOWN:
            signature.returns = merge(signature.returns, NONE)
        self.current.pop()
        if signature.returns == UNKNOWN:
            signature.returns = self.hint(node.returns)
        shared = {name for each in ast.walk(node) if isinstance(each, ast.Nonlocal | ast.Global) for name in each.names}
        for name in env:
            if name in inner and name not in parameter_names(node.args) and (name in shared or env[name].of):
                env[name] = merge(env[name], inner[name]) if name in shared else fill(env[name], inner[name])
        env[node.name] = ValueType("function", (self.result_of(signature),))

    def seen_none(self, node: ast.AST, parameter: str) -> bool:
        """Whether the tests pass None for a parameter."""
        signature = self.signatures.get(node.name) if isinstance(node, ast.FunctionDef) else None
        return signature is not None and signature.tested.get(parameter, UNKNOWN).kind in ("none", "optional")

    def result_of(self, signature: Signature) -> ValueType:
        return iterator(signature.returns) if signature.is_generator else signature.returns

    def yielded(self, kind: ValueType) -> None:
        if self.current:
            self.current[-1].returns = merge(self.current[-1].returns, kind)

    def call_user(self, name: str, node: ast.Call, kinds: list[ValueType], env: Env) -> ValueType:
        signature = self.signatures[name]
        arguments = _positional(signature.node)
        for argument, kind in zip(arguments, kinds, strict=False):
            signature.seen[argument.arg] = merge(signature.seen.get(argument.arg, UNKNOWN), kind)
        for keyword in node.keywords:
            if keyword.arg and any(each.arg == keyword.arg for each in arguments):
                kind = self.expression(keyword.value, env)
                signature.seen[keyword.arg] = merge(signature.seen.get(keyword.arg, UNKNOWN), kind)
        return self.result_of(signature)

    def assign(self, target: ast.expr, kind: ValueType, env: Env) -> None:
        self.types[target] = kind
        match target:
            case ast.Name(id=name):
                env[name] = kind
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, kind, env)
            case ast.Subscript(value=container, slice=index):
                self.expression(target, env)
                key = self.expression(index, env)
                self.types[target] = kind
                whole = self.expression(container, env)
                if isinstance(index, ast.Slice):
                    self.refine(container, array(element(kind)), env)
                elif whole.kind == "list" or (whole.kind == "unknown" and key.kind == "int"):
                    self.refine(container, array(kind), env)
                else:
                    self.refine(container, mapping(key, kind), env)
            case ast.Starred(value=inner):
                self.assign(inner, array(element(kind)), env)

    def _unpack(self, targets: list[ast.expr], kind: ValueType, env: Env) -> None:
        starred = any(isinstance(each, ast.Starred) for each in targets)
        for place, each in enumerate(targets):
            if isinstance(each, ast.Starred):
                self.assign(each, kind, env)
            elif kind.kind == "tuple" and not starred and place < len(kind.of):
                self.assign(each, kind.of[place], env)
            else:
                self.assign(each, element(kind), env)


def _replace(env: Env, other: Env) -> None:
    env.clear()
    env.update(other)


def join_into(env: Env, other: Env) -> None:
    """`env` becomes what holds both."""
    for name, kind in other.items():
        env[name] = merge(env.get(name, UNKNOWN), kind)


def _tested(node: ast.FunctionDef) -> list[ast.arg]:
    """The parameters in the order in which tests pass them: `*rest` as one tuple."""
    rest = [node.args.vararg] if node.args.vararg else []
    return [*node.args.posonlyargs, *node.args.args, *rest, *node.args.kwonlyargs]


def _positional(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _defaults(node: ast.FunctionDef) -> dict[str, ast.expr]:
    named = [*node.args.posonlyargs, *node.args.args]
    pairs = zip(reversed(named), reversed(node.args.defaults), strict=False)
    result = {argument.arg: value for argument, value in pairs}
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            result[argument.arg] = default
    return result


def is_generator(node: ast.FunctionDef) -> bool:
    """Whether the function yields itself (not one inside it)."""
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for each in _own(node.body))


def _own(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
    stack: list[ast.AST] = list(nodes)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


__all__ = ["ANY", "STR", "Inference", "Signature", "is_generator"]
