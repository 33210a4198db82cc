"""Assignments: to names, items, slices and tuples of targets, plain and augmented."""

import ast

from toolkit.generators.rules import comprehensions, operators, truth, values
from toolkit.generators.rules.code import LITERAL, Code
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.iterables import as_list, sized
from toolkit.generators.rules.scopes import occurring, target_names
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS

_INTO = {
    ast.ListComp: comprehensions.listed,
    ast.SetComp: comprehensions.set_of,
    ast.DictComp: comprehensions.dict_of,
}


def assign(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.Assign)
    inline = t.frame.plan.inline.get(node, set())
    _assign(t, node, inline)
    t.forget({name for each in node.targets for name in target_names(each)})


def _assign(t: Translator, node: ast.Assign, inline: set[str]) -> None:
    if any(isinstance(each, ast.Subscript) for each in node.targets):
        t.held([node.value], "list or dict")
    if len(node.targets) == 1:
        _assign_one(t, node.targets[0], node.value, inline)
        return
    code = t.expression(node.value)
    simple = all(isinstance(each, ast.Name) for each in node.targets)
    repeatable = str(code).isidentifier() or (code.level == LITERAL and not code.startswith("{"))
    if not (repeatable and simple):
        first = node.targets[0]
        if isinstance(first, ast.Name):
            _store(t, first, code, inline)
            code = Code(t.name(first.id))
            for each in node.targets[1:]:
                _store(t, each, code, inline)
            return
        code = t.keep(code, "value")
    for each in node.targets:
        _store(t, each, code, inline)


def _assign_one(t: Translator, target: ast.expr, value: ast.expr, inline: set[str]) -> None:
    if isinstance(target, ast.Name) and type(value) in _INTO and target.id not in set(occurring(value)):
        name = t.name(target.id)
        empty = comprehensions.new_dict(t) if isinstance(value, ast.DictComp) else "{}"
        bound = {each for part in value.generators for each in target_names(part.target)}  # type: ignore[attr-defined]
        if target.id not in bound:
            t.emit(f"{'local ' if target.id in inline else ''}{name} = {empty}")
            _INTO[type(value)](t, value, name)
            return
    if isinstance(target, ast.Tuple | ast.List) and not any(isinstance(each, ast.Starred) for each in target.elts):
        _assign_tuple(t, target, value, inline)
        return
    if isinstance(target, ast.Subscript):
        _assign_item(t, target, value)
        return
    _store(t, target, t.expression(value), inline)


def _assign_tuple(t: Translator, target: ast.Tuple | ast.List, value: ast.expr, inline: set[str]) -> None:
    codes: list[Code] | None = None
    if isinstance(value, ast.Tuple | ast.List):
        pairs = zip(target.elts, value.elts, strict=False)
        t.held([each for place, each in pairs if isinstance(place, ast.Subscript)], "list or dict")
    same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
    if same and not any(isinstance(each, ast.Starred) for each in value.elts):  # type: ignore[attr-defined]
        codes = t.operands(value.elts)  # type: ignore[attr-defined]
    elif (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "divmod"
        and len(target.elts) == 2
    ):
        codes = [
            t.expression(_typed(t, ast.BinOp(value.args[0], op, value.args[1]))) for op in (ast.FloorDiv(), ast.Mod())
        ]
    if codes is None:
        unpack(t, target, t.expression(value), inline)
        return
    if any(isinstance(each, ast.Tuple | ast.List | ast.Starred) for each in target.elts):
        for each, code in zip(target.elts, [t.keep(code, "value") for code in codes], strict=True):
            _store(t, each, code, inline)
        return
    names = [each.id for each in target.elts if isinstance(each, ast.Name)]
    if len(names) == len(codes) and set(names) <= inline:
        t.emit(f"local {', '.join(map(t.name, names))} = {', '.join(codes)}")
        return
    if set(names) & inline:
        t.emit(f"local {', '.join(t.name(each) for each in names if each in inline)}")
    places = [None if _depends(target.elts[:i], each) else _place(t, each) for i, each in enumerate(target.elts)]
    if None in places:
        kept = [t.keep(code, "value") for code in codes]
        for each, code in zip(target.elts, kept, strict=True):
            _store(t, each, code, set())
        return
    t.emit(f"{', '.join(str(each) for each in places)} = {', '.join(codes)}")


def _depends(earlier: list[ast.expr], target: ast.expr) -> bool:
    """Whether the place of a target is found with a name that was assigned just before: `i, xs[i] = 1, 9`."""
    return isinstance(target, ast.Subscript) and bool(
        {name for each in earlier for name in target_names(each)} & set(occurring(target))
    )


def _typed(t: Translator, node: ast.BinOp) -> ast.BinOp:
    t.inference.types[node] = t.inference.operation(node.op, t.type(node.left), t.type(node.right))
    return node


def _place(t: Translator, target: ast.expr) -> Code | None:
    """The target as a Lua variable, where it is one."""
    match target:
        case ast.Name(id=name):
            return Code(t.name(name))
        case ast.Subscript(value=container, slice=index) if not isinstance(index, ast.Slice):
            kind = t.type(container).kind
            t.held([index], "dict")
            code, place = t.operands([container, index])
            if kind in DICTS:
                return Code(f"{code.atom}[{operators.key(t, index, place)}]")
            if kind in ARRAYS and (values.in_range(t, target) or t.frame.bounds.natural(index)):
                return Code(f"{code.atom}[{values.from_one(index, place)}]")
    return None


def unpack(t: Translator, target: ast.Tuple | ast.List, code: Code, inline: set[str]) -> None:
    """A tuple's parts to their targets."""
    code = sized(t, target, code)
    names = [each.id for each in target.elts if isinstance(each, ast.Name)]
    if len(names) == len(target.elts) and (set(names) <= inline or not set(names) & inline):
        declared = "local " if set(names) <= inline else ""
        t.emit(f"{declared}{', '.join(map(t.name, names))} = table.unpack({code})")
        return
    held = code if str(code).isidentifier() else t.keep(code, "values")
    star = next((place for place, each in enumerate(target.elts) if isinstance(each, ast.Starred)), None)
    after = 0 if star is None else len(target.elts) - star - 1
    for place, each in enumerate(target.elts):
        if place == star:
            part = t.call("slice", held, str(place), *([str(-after)] if after else []))
            assert isinstance(each, ast.Starred)
            _store(t, each.value, part, inline)
        elif star is not None and place > star:
            back = len(target.elts) - place - 1
            _store(t, each, Code(f"{held}[#{held}{f' - {back}' if back else ''}]"), inline)
        else:
            _store(t, each, Code(f"{held}[{place + 1}]"), inline)


def _store(t: Translator, target: ast.expr, code: Code, inline: set[str]) -> None:
    match target:
        case ast.Name(id=name):
            t.emit(f"{'local ' if name in inline else ''}{t.name(name)} = {code}")
        case ast.Tuple() | ast.List():
            unpack(t, target, code, inline)
        case ast.Subscript():
            _store_item(t, target, code)
        case _:
            raise Declined(f"assignment to {type(target).__name__}")


def _assign_item(t: Translator, target: ast.Subscript, value: ast.expr) -> None:
    t.held([value], "list or dict")
    if isinstance(target.slice, ast.Slice):
        _store_item(t, target, as_list(t, value))
        return
    _store_item(t, target, t.expression(value))


def _store_item(t: Translator, target: ast.Subscript, code: Code) -> None:
    if isinstance(target.slice, ast.Slice):
        bounds = [target.slice.lower, target.slice.upper, target.slice.step]
        parts: list[str] = [t.expression(each) if each else "nil" for each in bounds]
        t.emit(str(t.call("splice", t.expression(target.value), *parts, code)))
        return
    t.held([target.slice], "dict")
    place = _place(t, target) if t.type(target.value).kind in DICTS else None
    if t.type(target.value).kind in ARRAYS and values.in_range(t, target):
        place = _place(t, target)
    if place is not None:
        t.emit(f"{place} = {code}")
        t.facts.add(truth.key_fact(target.value, target.slice))
        return
    container, index = t.operands([target.value, target.slice])
    helper = "set_at" if t.type(target.value).kind in ARRAYS else "set_item"
    t.emit(str(t.call(helper, container, index, code)))


def annotated(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.AnnAssign)
    if node.value is not None:
        _assign_one(t, node.target, node.value, t.frame.plan.inline.get(node, set()))
        t.forget(target_names(node.target))


def augmented(t: Translator, node: ast.stmt) -> None:
    """target op= value. On lists and sets in place, as Python does."""
    assert isinstance(node, ast.AugAssign)
    target, kind = node.target, t.type(node.target).kind
    if kind in ("list", "set", "dict") and isinstance(target, ast.Name | ast.Subscript):
        if kind == "list" and isinstance(node.op, ast.Add):
            code = t.expression(target)
            t.emit(str(t.call("extend", code, as_list(t, node.value))))
            return
        if isinstance(node.op, ast.BitOr):
            code, other = t.operands([target, node.value])
            t.emit(str(t.call("update", code, other)))
            return
    left, right = t.operands([target, node.value])
    result = operators.combine(t, node.op, target, left, node.value, right)
    if kind == "set" and isinstance(node.op, ast.BitAnd | ast.BitXor | ast.Sub):
        t.emit(str(t.call("become", left, result)))
    elif isinstance(target, ast.Name):
        t.emit(f"{t.name(target.id)} = {result}")
    elif isinstance(target, ast.Subscript):
        _store_item(t, target, result)
    else:
        raise Declined("assignment to an attribute")
