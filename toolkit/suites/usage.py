"""What a function's body says about the types of its parameters: scores for kinds, gathered by walking it once.

A guess only orders what is tried; nothing is decided here. Evidence flows from a loop variable to the elements of what
is looped over, from a subscript to its container, and into helpers of the context that a parameter is passed to.
"""

import ast
from collections import Counter
from collections.abc import Mapping

from toolkit.suites.evidence import (
    BYTES,
    DICT,
    LIST,
    NUMBER,
    OF_INT,
    OF_MANY,
    OF_NUMBER,
    OF_NUMBERS,
    SET,
    STRING,
    Evidence,
    literal_kind,
    merge,
    named_kinds,
)

DEPTH = 3  # helpers that call helpers


Functions = Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef]


def gather(node: ast.FunctionDef | ast.AsyncFunctionDef, helpers: Functions, depth: int = 0) -> dict[str, Evidence]:
    """Evidence for each parameter by name."""
    spec = node.args
    names = [arg.arg for arg in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]]
    known = {name: Evidence() for name in names}
    if spec.vararg:
        known[spec.vararg.arg] = Evidence(Counter(tuple=9))
    walker = _Walker(dict(known), helpers, depth)
    for _ in range(2):  # a name used before its loop is seen
        for statement in node.body:
            walker.visit(statement)
    return known


class _Walker(ast.NodeVisitor):
    def __init__(self, names: dict[str, Evidence], helpers: Functions, depth: int) -> None:
        self.names, self.helpers, self.depth = names, helpers, depth

    def of(self, node: ast.expr) -> Evidence | None:
        """Where evidence about an expression belongs; None where it says nothing of a parameter."""
        match node:
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self.of(value)
            case ast.Subscript(value=value):
                inner = self.of(value)
                return inner.part("element") if inner else None
            case ast.Call(func=ast.Name(id="sorted" | "list" | "tuple" | "set" | "reversed" | "iter"), args=[one, *_]):
                return self.of(one)
            case ast.Call(func=ast.Attribute(value=value, attr="copy" | "strip" | "lower" | "upper" | "replace")):
                return self.of(value)
            case ast.BoolOp(values=[first, *_]) | ast.IfExp(body=first):
                return self.of(first)
        return None

    def say(self, node: ast.expr, kind: str, score: int) -> None:
        where = self.of(node)
        if where is not None:
            where.add(kind, score)

    def bind(self, target: ast.expr, source: ast.expr) -> None:
        """A loop: the target takes the elements of the source."""
        match source:
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]) if _pair(target):
                return self.bind(target.elts[1], inner)  # type: ignore[attr-defined]
            case ast.Call(func=ast.Name(id="zip"), args=many) if isinstance(target, ast.Tuple):
                for each, one in zip(target.elts, many, strict=False):
                    self.bind(each, one)
                return None
            case ast.Call(func=ast.Attribute(value=held, attr="items")) if _pair(target):
                where = self.of(held)
                if where is not None:
                    where.add("dict", 6)
                    self.name(target.elts[0], where.part("key"))  # type: ignore[attr-defined]
                    self.name(target.elts[1], where.part("value"))  # type: ignore[attr-defined]
                return None
        where = self.of(source)
        if where is None:
            return None
        where.add("many", 4)
        element = where.part("element")
        if isinstance(target, ast.Tuple):
            element.add(f"tuple{len(target.elts)}", 5)
            for index, each in enumerate(target.elts):
                self.name(each, element.part(str(index)))
        else:
            self.name(target, element)
        return None

    def name(self, target: ast.expr, evidence: Evidence) -> None:
        if isinstance(target, ast.Name):
            self.names.setdefault(target.id, evidence)

    def visit_For(self, node: ast.For) -> None:
        self.bind(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.bind(node.target, node.iter)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Name):
            where = self.of(node.value)
            if where is not None:
                self.names.setdefault(target.id, where)
        elif isinstance(target, ast.Tuple):
            if (where := self.of(node.value)) is not None:
                where.add(f"tuple{len(target.elts)}", 3)
            elif isinstance(node.value, ast.Tuple):
                for each, value in zip(target.elts, node.value.elts, strict=False):
                    if (found := self.of(value)) is not None:
                        self.name(each, found)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            self._operand(side, node.op, other)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._operand(node.value, node.op, node.target)
        self._operand(node.target, node.op, node.value)
        self.generic_visit(node)

    def _operand(self, side: ast.expr, operator: ast.operator, other: ast.expr) -> None:
        literal = literal_kind(other)
        match operator:
            case ast.Add() if literal in ("str", "list", "tuple", "bytes"):
                self.say(side, literal, 5)
            case ast.Mult() if literal in ("str", "list"):
                self.say(side, "int", 5)
            case ast.Mod() if literal == "str":
                self.say(side, "int", 1)
            case ast.FloorDiv() | ast.Mod() | ast.LShift() | ast.RShift() | ast.BitXor() | ast.BitAnd() | ast.BitOr():
                self.say(side, "int", 4)
            case ast.Div() | ast.Pow() | ast.Sub() | ast.Mult():
                self.say(side, "float" if literal == "float" else "int", 3)
                self.say(side, "float", 2 if isinstance(operator, ast.Div) else 1)
            case ast.MatMult():
                self.say(side, "list", 1)
            case _:
                self.say(side, literal or "int", 3 if literal else 1)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.USub | ast.Invert):
            self.say(node.operand, "int", 3)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            if isinstance(operator, ast.In | ast.NotIn):
                self._membership(left, right)
            else:
                for side, other in ((left, right), (right, left)):
                    self._compared(side, operator, other)
        self.generic_visit(node)

    def _membership(self, left: ast.expr, right: ast.expr) -> None:
        self.say(right, "many", 3)
        if literal_kind(left) == "str":
            self.say(right, "str", 2)
        if isinstance(right, ast.List | ast.Tuple | ast.Set) and right.elts:
            self.say(left, literal_kind(right.elts[0]) or "int", 4)
        elif literal_kind(right) == "str":
            self.say(left, "str", 4)

    def _compared(self, side: ast.expr, operator: ast.cmpop, other: ast.expr) -> None:
        literal = literal_kind(other)
        if literal == "none":
            self.say(side, "optional", 2)
        elif literal:
            self.say(side, literal, 4)
        elif isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            self.say(side, "int", 2)
        match side:
            case ast.Call(func=ast.Name(id="len"), args=[sized]):
                self.say(sized, "many", 2)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        where = self.of(node.value)
        if where is not None:
            literal = literal_kind(node.slice)
            if literal == "str":
                where.add("dict", 6)
                where.part("key").add("str", 4)
            elif isinstance(node.slice, ast.Slice):
                where.add("many", 4)
            else:
                where.add("many", 4)
                if isinstance(node.ctx, ast.Store):
                    where.add("list", 3)
        if not isinstance(node.slice, ast.Slice | ast.Constant) and where is None:
            self.say(node.slice, "int", 2)
        for bound in (node.slice.lower, node.slice.upper) if isinstance(node.slice, ast.Slice) else ():
            if bound is not None:
                self.say(bound, "int", 4)
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name):
                self._called(name, node)
            case ast.Attribute(value=ast.Name(id="math" | "cmath"), attr=name):
                for each in node.args:
                    self.say(each, "int" if name in OF_INT else "float", 4)
            case ast.Attribute(value=value, attr=name):
                self._method(value, name, node)
        self.generic_visit(node)

    def _method(self, value: ast.expr, name: str, node: ast.Call) -> None:
        for names, kind in ((STRING, "str"), (LIST, "list"), (DICT, "dict"), (SET, "set"), (BYTES, "bytes"),
                            (NUMBER, "float")):  # fmt: skip
            if name in names:
                self.say(value, kind, 5)
        if name in ("count", "index"):
            self.say(value, "many", 4)
        if name in ("startswith", "endswith", "split", "replace", "find", "join", "match", "search", "sub", "findall"):
            for each in node.args:
                self.say(each, "many" if name == "join" else "str", 4)
            if name == "join" and node.args and (where := self.of(node.args[0])) is not None:
                where.part("element").add("str", 3)

    def _called(self, name: str, node: ast.Call) -> None:
        if name in self.helpers and self.depth < DEPTH:
            return self._helper(self.helpers[name], node)
        if name == "isinstance" and len(node.args) == 2:
            for kind in named_kinds(node.args[1]):
                self.say(node.args[0], kind, 5)
            return None
        for each in node.args[: 1 if name not in ("zip", "max", "min", "map", "filter", "range") else None]:
            if name in OF_INT:
                self.say(each, "int", 5)
            elif name in OF_NUMBER or (name in ("max", "min") and len(node.args) > 1):
                self.say(each, "int", 2)
                self.say(each, "float", 2)
            elif name in OF_NUMBERS:
                self.say(each, "many", 4)
                self._element(each, "int", 3)
            elif name in OF_MANY or name == "len":
                self.say(each, "many", 4)
            elif name in ("int", "float", "ord"):
                self.say(each, "str", 3 if name == "ord" else 2)
                self.say(each, "int", 1)
        return None

    def _element(self, node: ast.expr, kind: str, score: int) -> None:
        if (where := self.of(node)) is not None:
            where.part("element").add(kind, score)

    def _helper(self, helper: ast.FunctionDef | ast.AsyncFunctionDef, node: ast.Call) -> None:
        """What the helper does with its parameter is what happens to the argument."""
        names = [arg.arg for arg in [*helper.args.posonlyargs, *helper.args.args]]
        pairs = [(name, each) for name, each in zip(names, node.args, strict=False) if self.of(each) is not None]
        if not pairs:
            return
        found = gather(helper, self.helpers, self.depth + 1)
        for name, each in pairs:
            if (where := self.of(each)) is not None:
                merge(where, found[name], 0)


def _pair(target: ast.expr) -> bool:
    return isinstance(target, ast.Tuple) and len(target.elts) == 2
