"""Expressions that do nothing but look: it can not be seen how often, or in which order, they are evaluated."""

import ast

_LOOKING = {
    *("abs", "bool", "chr", "frozenset", "isinstance", "len", "list", "max", "min", "ord", "repr", "set", "sorted"),
    *("str", "sum", "tuple", "range", "any", "all", "round", "zip", "enumerate", "reversed", "float", "int"),
}
_LOOKING_METHODS = {
    *("count", "endswith", "find", "get", "isalnum", "isalpha", "isdigit", "islower", "isspace", "isupper", "items"),
    *("isnumeric", "isdecimal", "join", "keys", "lower", "lstrip", "replace", "rstrip", "split", "startswith", "strip"),
    *("swapcase", "title", "capitalize", "upper", "values", "issubset", "issuperset", "index"),
}
_RAISING = {"chr", "float", "index", "int", "max", "min", "ord"}


def looks_only(node: ast.AST, user: frozenset[str]) -> bool:
    """Whether evaluating it changes nothing. `user`: the names that the program binds."""
    return all(_looks(each, user) for each in ast.walk(node))


def _looks(node: ast.AST, user: frozenset[str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _LOOKING and name not in user
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _LOOKING_METHODS
        case ast.Call() | ast.NamedExpr() | ast.Yield() | ast.YieldFrom():
            return False
    return True


def never_raises(node: ast.AST, user: frozenset[str], present: str = "") -> bool:
    """Whether it only looks, and is not likely to raise. `present`: an item that is known to be there."""
    return looks_only(node, user) and not any(_raises(each, present) for each in ast.walk(node))


def _raises(node: ast.AST, present: str) -> bool:
    match node:
        case ast.Subscript(slice=ast.Slice()):
            return False
        case ast.Subscript():
            return ast.unparse(node) != present
        case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), right=right):
            return not (isinstance(right, ast.Constant) and right.value)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _RAISING
    return False


def order_unseen(node: ast.GeneratorExp | ast.ListComp | ast.SetComp, user: frozenset[str], whole: bool) -> bool:
    """Whether a comprehension may take its elements in any order; `whole`: it takes all of them whatever they are."""
    first = node.generators[0]
    present = f"{ast.unparse(first.iter)}[{ast.unparse(first.target)}]"
    parts = [node.elt, *(part for each in node.generators for part in each.ifs), *(g.iter for g in node.generators[1:])]
    return all(looks_only(part, user) if whole else never_raises(part, user, present) for part in parts)
