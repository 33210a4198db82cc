"""What a condition says about types: `isinstance`, `is None` and truth, on plain names."""

import ast
from typing import TYPE_CHECKING

from toolkit.generators.rules.types import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    UNKNOWN,
    ValueType,
    array,
    bare,
    mapping,
    merge,
    set_of,
    tuple_of,
)

if TYPE_CHECKING:
    from toolkit.generators.rules.infer import Inference

CLASSES = {
    "int": INT,
    "float": FLOAT,
    "str": STR,
    "bool": BOOL,
    "list": array(UNKNOWN),
    "tuple": tuple_of(UNKNOWN),
    "set": set_of(UNKNOWN),
    "dict": mapping(UNKNOWN, UNKNOWN),
}


def assume(inference: "Inference", test: ast.expr, env: dict[str, ValueType], truth: bool) -> None:
    """Change `env` to what holds where `test` is true (or false)."""
    match test:
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) == truth:
            inference.types[test] = BOOL
            for each in values:
                assume(inference, each, env, truth)
            inference.types[test] = merge(*(inference.types[each] for each in values))
            return
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            assume(inference, operand, env, not truth)
            inference.types[test] = BOOL
            return
    inference.expression(test, env)
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), classes]) if truth and name in env:
            _isinstance(name, classes, env)
        case ast.Compare(left=ast.Name(id=name), ops=[compared], comparators=[ast.Constant(value=None)]) if name in env:
            is_none = isinstance(compared, ast.Is | ast.Eq) == truth
            env[name] = NONE if is_none and env[name].kind != "unknown" else bare(env[name])
        case ast.Name(id=name) if truth and name in env:
            env[name] = bare(env[name])


def _isinstance(name: str, classes: ast.expr, env: dict[str, ValueType]) -> None:
    nodes = classes.elts if isinstance(classes, ast.Tuple) else [classes]
    kinds = [CLASSES.get(each.id, UNKNOWN) if isinstance(each, ast.Name) else UNKNOWN for each in nodes]
    if UNKNOWN in kinds:
        return
    if env[name].kind not in {each.kind for each in kinds} and env[name].kind in ("any", "unknown", "optional"):
        env[name] = merge(*kinds)
