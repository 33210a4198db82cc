"""Lower bounds of integers: which indices can not be negative, which divisors can not be zero.

Flow-insensitive: a variable's bound is the least over everything assigned to it in its function. Where an assignment
depends on the variable itself, the bound of the others is tried: it holds where each assignment keeps to it.
"""

import ast
from collections.abc import Iterator

_INFINITE = 1 << 62


class Bounds:
    """The lower bounds in one function. Names assigned in any other way than seen here have none."""

    def __init__(self, function: ast.AST) -> None:
        self.values: dict[str, list[ast.expr | int | None]] = {}
        for statement in _own(function):
            self._collect(statement)
        if isinstance(function, ast.FunctionDef):
            arguments = function.args
            for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                self.values.setdefault(each.arg, []).append(None)
        self._assumed: dict[str, int] = {}  # the bounds of the variables whose assignments are looked at
        self._read: set[str] = set()  # which of these bounds were asked for

    def lower(self, node: ast.expr) -> int | None:
        """A number that the value is never below, or None."""
        match node:
            case ast.Constant(value=bool()):
                return None
            case ast.Constant(value=int(value)):
                return value
            case ast.Name(id=name):
                return self._variable(name)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
            case ast.Call(func=ast.Name(id="len" | "ord" | "abs")):
                return 0
            case ast.Call(func=ast.Attribute(attr="index" | "count")):
                return 0
            case ast.Call(func=ast.Name(id="min"), args=args) if len(args) > 1:
                return self._least(args)
            case ast.Call(func=ast.Name(id="max"), args=args) if len(args) > 1:
                bounds = [b for b in map(self.lower, args) if b is not None]
                return max(bounds, default=None)
            case ast.BinOp():
                return self._operation(node)
            case ast.IfExp(body=body, orelse=orelse):
                return self._least([body, orelse])
        return None

    def positive(self, node: ast.expr) -> bool:
        bound = self.lower(node)
        return bound is not None and bound > 0

    def natural(self, node: ast.expr) -> bool:
        bound = self.lower(node)
        return bound is not None and bound >= 0

    def nonzero(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=value):
                return bool(value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.nonzero(operand)
            case ast.BinOp(op=ast.Pow() | ast.Mult(), left=left, right=right):
                return self.nonzero(left) and (isinstance(node.op, ast.Pow) or self.nonzero(right))
        return self.positive(node)

    def measured(self, node: ast.expr) -> str:
        """The container whose length this is: `len(xs)`, or a variable that is nothing else; "" where none."""
        match node:
            case ast.Call(func=ast.Name(id="len"), args=[container]):
                return ast.unparse(container)
            case ast.Name(id=name) if len(self.values.get(name, ())) == 1:
                value = self.values[name][0]
                if isinstance(value, ast.Call):
                    return self.measured(value)
        return ""

    def _operation(self, node: ast.BinOp) -> int | None:
        left, right = self.lower(node.left), self.lower(node.right)
        match node.op:
            case ast.Add() if left is not None and right is not None:
                return left + right
            case ast.Sub() if left is not None and isinstance(node.right, ast.Constant):
                value = node.right.value
                return left - value if isinstance(value, int) and left < _INFINITE // 4 else None
            case ast.Mult() if left is not None and right is not None and left >= 0 and right >= 0:
                return left * right
            case ast.FloorDiv() if left is not None and left >= 0 and right is not None and right > 0:
                return 0
            case ast.Mod() if right is not None and right > 0:
                return 0
            case ast.Pow() if left is not None and left > 0 and right is not None and right >= 0:
                return 1
            case ast.LShift() | ast.RShift() if left is not None and left >= 0:
                return 0
            case ast.BitAnd() if (left or -1) >= 0 or (right or -1) >= 0:
                return 0
        return None

    def _least(self, nodes: list[ast.expr]) -> int | None:
        bounds = list(map(self.lower, nodes))
        return None if None in bounds else min(b for b in bounds if b is not None)

    def _variable(self, name: str) -> int | None:
        if name in self._assumed:
            self._read.add(name)
            return self._assumed[name]
        if name not in self.values:
            return None
        self._read.discard(name)
        least = self._least_assigned(name, _INFINITE)
        if least is None or least > _INFINITE // 2:
            return None
        if name not in self._read:
            return least
        kept = self._least_assigned(name, least)
        return least if kept is not None and kept >= least else None

    def _least_assigned(self, name: str, assumed: int) -> int | None:
        """The least bound of what is assigned to a variable, if the variable is never below `assumed`."""
        self._assumed[name] = assumed
        try:
            bounds = [each if each is None or isinstance(each, int) else self.lower(each) for each in self.values[name]]
        finally:
            del self._assumed[name]
        return None if None in bounds else min(each for each in bounds if each is not None)

    def _collect(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.NamedExpr(target=target, value=value):
                self._assign(target, value)
            case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                self._assign(target, ast.BinOp(ast.Name(target.id, ast.Load()), op, value))
            case ast.For(target=target, iter=iterable) | ast.comprehension(target=target, iter=iterable):
                self._loop(target, iterable)
            case ast.ExceptHandler(name=str(name)):
                self.values.setdefault(name, []).append(None)
            case ast.FunctionDef(name=name):
                inner = (each for each in ast.walk(node) if isinstance(each, ast.Nonlocal))
                for each in (name, *(each for statement in inner for each in statement.names)):
                    self.values.setdefault(each, []).append(None)
            case ast.Lambda(args=arguments):
                for argument in ast.walk(arguments):
                    if isinstance(argument, ast.arg):
                        self.values.setdefault(argument.arg, []).append(None)
            case ast.Nonlocal(names=names) | ast.Global(names=names):
                for name in names:
                    self.values.setdefault(name, []).append(None)

    def _assign(self, target: ast.expr, value: ast.expr | int | None) -> None:
        match target:
            case ast.Name(id=name):
                self.values.setdefault(name, []).append(value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(targets) else None
                for place, each in enumerate(targets):
                    self._assign(each, values[place] if values else None)
            case ast.Starred(value=inner):
                self._assign(inner, None)

    def _loop(self, target: ast.expr, iterable: ast.expr) -> None:
        match iterable, target:
            case ast.Call(func=ast.Name(id="range"), args=args), ast.Name():
                self._assign(target, _range_bound(args))
            case ast.Call(
                func=ast.Name(id="reversed"), args=[ast.Call(func=ast.Name(id="range"), args=args)]
            ), ast.Name():
                self._assign(target, _range_bound(args))
            case ast.Call(func=ast.Name(id="enumerate"), args=args, keywords=named), ast.Tuple(elts=[first, second]):
                starts = [*args[1:], *(each.value for each in named)]
                self._assign(first, starts[0] if starts else 0)
                self._assign(second, None)
            case _:
                self._assign(target, None)


def _range_bound(args: list[ast.expr]) -> ast.expr | int | None:
    match args:
        case [_]:
            return 0
        case [start, _]:
            return start
        case [start, _, ast.Constant(value=int(step))] if step > 0:
            return start
        case [_, stop, ast.UnaryOp(op=ast.USub(), operand=ast.Constant())]:
            return ast.BinOp(stop, ast.Add(), ast.Constant(1))
    return None


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions inside (their assignments are their own)."""
    stack: list[ast.AST] = list(ast.iter_child_nodes(function))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef):
            stack.extend(ast.iter_child_nodes(node))
