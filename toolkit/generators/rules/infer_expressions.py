"""The expression half of the inference."""

import ast
from typing import TYPE_CHECKING

from toolkit.generators.rules import infer_calls, results
from toolkit.generators.rules.types import (
    ANY,
    ARRAYS,
    BOOL,
    DICTS,
    FLOAT,
    INT,
    NONE,
    SETS,
    STR,
    UNKNOWN,
    ValueType,
    array,
    bare,
    element,
    iterator,
    mapping,
    merge,
    of_annotation,
    set_of,
    tuple_of,
)
from toolkit.value_types import of_value

if TYPE_CHECKING:
    from toolkit.generators.rules.infer import Signature

Env = dict[str, ValueType]


class Expressions:
    """Types of expressions; each is kept in `types` for the writer."""

    def __init__(self, modules: dict[str, str]) -> None:
        self.types: dict[ast.AST, ValueType] = {}
        self.certain: dict[ast.AST, ValueType] = {}  # the types that do not come from test cases or annotations
        self.modules = modules
        self.signatures: dict[str, Signature] = {}

    def expression(self, node: ast.expr, env: Env) -> ValueType:
        kind = self._expression(node, env)
        self.types[node] = kind
        return kind

    def _expression(self, node: ast.expr, env: Env) -> ValueType:
        match node:
            case ast.Constant(value=value):
                return ANY if value is Ellipsis else of_value(value)
            case ast.Name(id=name):
                return env.get(name, self._library_constant(node))
            case ast.BinOp(left=left, op=op, right=right):
                return self.operation(op, self.expression(left, env), self.expression(right, env))
            case ast.UnaryOp(op=op, operand=operand):
                kind = self.expression(operand, env)
                return BOOL if isinstance(op, ast.Not) else INT if kind == BOOL else kind
            case ast.Compare(left=left, comparators=others):
                for each in (left, *others):
                    self.expression(each, env)
                return BOOL
            case ast.BoolOp():
                return self._boolean(node, env)
            case ast.Call():
                return infer_calls.call(self, node, env)
            case ast.Subscript():
                return self._subscript(node, env)
            case ast.Attribute(value=value):
                self.expression(value, env)
                return self._library_constant(node)
            case ast.IfExp():
                return self._conditional(node, env)
            case ast.JoinedStr(values=values):
                for each in values:
                    if isinstance(each, ast.FormattedValue):
                        self.expression(each.value, env)
                        if each.format_spec:
                            self.expression(each.format_spec, env)
                return STR
        return self._display(node, env)

    def _display(self, node: ast.expr, env: Env) -> ValueType:
        match node:
            case ast.List(elts=elements):
                return array(merge(*(self.item(each, env) for each in elements)))
            case ast.Tuple(elts=elements):
                kinds = [self.item(each, env) for each in elements]
                starred = any(isinstance(each, ast.Starred) for each in elements)
                return tuple_of(merge(*kinds)) if starred else ValueType("tuple", tuple(kinds))
            case ast.Set(elts=elements):
                return set_of(merge(*(self.item(each, env) for each in elements)))
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, env)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, env)
            case ast.Lambda():
                return self.lambda_(node, [], env)
            case ast.NamedExpr(target=target, value=value):
                kind = self.expression(value, env)
                self.assign(target, kind, env)
                return kind
            case ast.Yield(value=value):
                self.yielded(self.expression(value, env) if value else NONE)
                return UNKNOWN
            case ast.YieldFrom(value=value):
                self.yielded(element(self.expression(value, env)))
                return UNKNOWN
            case ast.Starred(value=value):
                return self.expression(value, env)
            case ast.Slice(lower=lower, upper=upper, step=step):
                for each in (lower, upper, step):
                    if each:
                        self.expression(each, env)
        return UNKNOWN

    def hint(self, annotation: ast.expr | None) -> ValueType:
        """What an annotation says of a type that is not seen."""
        return of_annotation(annotation)

    def yielded(self, kind: ValueType) -> None:
        raise NotImplementedError

    def assign(self, target: ast.expr, kind: ValueType, env: Env) -> None:
        raise NotImplementedError

    def call_user(self, name: str, node: ast.Call, kinds: list[ValueType], env: Env) -> ValueType:
        raise NotImplementedError

    def item(self, node: ast.expr, env: Env) -> ValueType:
        kind = self.expression(node, env)
        return element(kind) if isinstance(node, ast.Starred) else kind

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr], env: Env) -> ValueType:
        result = mapping(UNKNOWN, UNKNOWN)
        for key, value in zip(keys, values, strict=True):
            kind = self.expression(value, env)
            result = merge(result, mapping(self.expression(key, env), kind) if key else kind)
        return result

    def _boolean(self, node: ast.BoolOp, env: Env) -> ValueType:
        from toolkit.generators.rules import narrow

        inner, kinds = dict(env), []
        for place, each in enumerate(node.values):
            kind = self.expression(each, inner)
            last = place == len(node.values) - 1
            kinds.append(bare(kind) if isinstance(node.op, ast.Or) and not last else kind)
            narrow.assume(self, each, inner, isinstance(node.op, ast.And))  # type: ignore[arg-type]
        return merge(*kinds)

    def _conditional(self, node: ast.IfExp, env: Env) -> ValueType:
        from toolkit.generators.rules import narrow

        yes, no = dict(env), dict(env)
        narrow.assume(self, node.test, yes, True)  # type: ignore[arg-type]
        narrow.assume(self, node.test, no, False)  # type: ignore[arg-type]
        return merge(self.expression(node.body, yes), self.expression(node.orelse, no))

    def operation(self, op: ast.operator, left: ValueType, right: ValueType) -> ValueType:
        kinds = {left.kind, right.kind}
        match op:
            case ast.Mod() if left.kind == "str":
                return STR
            case ast.Mult() if kinds & {"str", *ARRAYS}:
                whole = left if left.kind in {"str", *ARRAYS} else right
                return tuple_of(element(whole)) if whole.kind == "tuple" else whole
            case ast.Add() if kinds & ARRAYS:
                return merge(*(each for each in (left, right) if each.kind in ARRAYS))
            case ast.Add() if left.kind == "tuple" and right.kind == "tuple":
                return ValueType("tuple", left.of + right.of)
            case ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.Sub() if kinds & SETS:
                return merge(*(each for each in (left, right) if each.kind in SETS))
            case ast.BitOr() if kinds & DICTS:
                return merge(left, right)
            case ast.Add() | ast.Sub() if "counter" in kinds:
                return left
            case ast.Div():
                return FLOAT
            case ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.LShift() | ast.RShift():
                return BOOL if kinds == {"bool"} else INT
        return self._arithmetic(op, left, right)

    def _arithmetic(self, op: ast.operator, left: ValueType, right: ValueType) -> ValueType:
        left, right = (INT if each == BOOL else bare(each) for each in (left, right))
        kinds = {left.kind, right.kind}
        if isinstance(op, ast.Add) and "str" in kinds:
            return STR
        if kinds <= {"int", "float"}:
            return merge(left, right)
        if "float" in kinds:
            return FLOAT
        if kinds == {"int", "unknown"}:
            return INT
        if kinds == {"unknown"}:
            return UNKNOWN
        return ANY

    def _subscript(self, node: ast.Subscript, env: Env) -> ValueType:
        kind = bare(self.expression(node.value, env))
        self.expression(node.slice, env)
        if isinstance(node.slice, ast.Slice):
            return tuple_of(element(kind)) if kind.kind == "tuple" else kind
        if kind.kind in DICTS and len(kind.of) == 2:
            return kind.of[1]
        match node.slice:
            case ast.Constant(value=int(place)) if kind.kind == "tuple" and place < len(kind.of):
                return kind.of[place]
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(place))) if kind.kind == "tuple":
                return kind.of[-place] if place <= len(kind.of) else UNKNOWN
        return element(kind) if kind.kind in ARRAYS or kind.kind == "str" else UNKNOWN

    def _comprehension(self, node: ast.expr, env: Env) -> ValueType:
        from toolkit.generators.rules import narrow

        assert isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp)
        inner = dict(env)
        for each in node.generators:
            self.assign(each.target, element(self.expression(each.iter, inner)), inner)
            for condition in each.ifs:
                narrow.assume(self, condition, inner, True)  # type: ignore[arg-type]
        if isinstance(node, ast.DictComp):
            return mapping(self.expression(node.key, inner), self.expression(node.value, inner))
        kind = self.expression(node.elt, inner)
        make = {ast.ListComp: array, ast.SetComp: set_of, ast.GeneratorExp: iterator}[type(node)]
        return make(kind)

    def lambda_(self, node: ast.Lambda, kinds: list[ValueType], env: Env) -> ValueType:
        inner = dict(env)
        for place, argument in enumerate([*node.args.posonlyargs, *node.args.args]):
            inner[argument.arg] = kinds[place] if place < len(kinds) else UNKNOWN
            self.types[argument] = inner[argument.arg]
        return ValueType("function", (self.expression(node.body, inner),))

    def _library_constant(self, node: ast.expr) -> ValueType:
        path = self.path(node)
        return results.library(path, []) if path in results.LIBRARY or path.startswith("math.") else UNKNOWN

    def path(self, node: ast.expr) -> str:
        """The dotted library path that an expression names, through the program's imports; "" where none."""
        match node:
            case ast.Name(id=name):
                return self.modules.get(name, "")
            case ast.Attribute(value=value, attr=attribute):
                base = self.path(value)
                is_text = base.startswith("string.") and base != "string.templatelib"
                return f"{base}.{attribute}" if base and not is_text else ""
        return ""

    def refine(self, container: ast.expr, kind: ValueType, env: Env) -> None:
        """The container is now known to hold this, too."""
        old = self.types.get(container, UNKNOWN)
        if isinstance(container, ast.Name):
            old = env.get(container.id, UNKNOWN)
        if old.kind == "optional":
            old = bare(old)
        new = merge(old, kind) if _compatible(old, kind) else old
        if new == old:
            return
        self.types[container] = new
        match container:
            case ast.Name(id=name):
                env[name] = new
            case ast.Subscript(value=outer):
                whole = self.types.get(outer, UNKNOWN)
                if whole.kind in DICTS:
                    self.refine(outer, ValueType(whole.kind, (UNKNOWN, new)), env)
                elif whole.kind == "list":
                    self.refine(outer, array(new), env)


def _compatible(old: ValueType, new: ValueType) -> bool:
    families = (ARRAYS, DICTS, SETS)
    return old.kind == "unknown" or any(old.kind in family and new.kind in family for family in families)
