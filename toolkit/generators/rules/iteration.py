"""Loops over Python's iterables: the shapes that `for` statements and comprehensions share.

`loop` opens a Lua loop for a target and an iterable. `in_order` says whether the order of a dict or set can matter to
what the body does; where it can, keys come in a fixed order (of insertion, or sorted), never that of `pairs`.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from toolkit.generators.rules import iterables, library, truth
from toolkit.generators.rules.code import ADD, LITERAL, Code, binary, call
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.scopes import target_names
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS, SETS

_ONE = Code("1", LITERAL)


@contextmanager
def loop(t: Translator, target: ast.expr, iterable: ast.expr, local: set[str], in_order: bool) -> Iterator[None]:
    """A Lua loop; the body is written inside. `local`: the target's names that live in the loop alone."""
    facts = set(t.facts)
    t.forget(target_names(target))
    opening, first = _opening(t, target, iterable, local, in_order)
    with t.block(opening):
        for line in first:
            t.emit(line)
        yield
    t.facts = facts


def _opening(
    t: Translator, target: ast.expr, iterable: ast.expr, local: set[str], in_order: bool
) -> tuple[str, list[str]]:
    if isinstance(iterable, ast.Call):
        name = iterable.func.id if isinstance(iterable.func, ast.Name) else ""
        if isinstance(iterable.func, ast.Name) and name in t.variables:
            name = ""
        match name, iterable.args:
            case "range", [_, *_]:
                return _range(t, target, iterable.args, local)
            case "enumerate", [_, *_]:
                return _enumerate(t, target, iterable, local)
            case "zip", [_, _, *_] if not iterables.is_uncommon_zip(t, iterable):
                return _zip(t, target, iterable.args, local)
            case "reversed", [inner]:
                return _reversed(t, target, inner, local)
        if isinstance(iterable.func, ast.Attribute) and t.type(iterable.func.value).kind in DICTS:
            shape = _dict(t, target, iterable.func, local, in_order)
            if shape:
                return shape
        if library.path(t, iterable) == "itertools.count":
            start = t.expression(iterable.args[0]) if iterable.args else Code("0")
            variable, lines = _variable(t, target, local, "i")
            step = f", {t.expression(iterable.args[1])}" if len(iterable.args) > 1 else ""
            return f"for {variable} = {start}, math.maxinteger{step} do", lines
    return _plain(t, target, iterable, local, in_order)


def _plain(
    t: Translator, target: ast.expr, iterable: ast.expr, local: set[str], in_order: bool
) -> tuple[str, list[str]]:
    kind = t.type(iterable).kind
    if kind in SETS | DICTS and not isinstance(iterable, ast.Call):
        variable, lines = _variable(t, target, local, "key")
        code = t.expression(iterable)
        if not in_order:
            return f"for {variable} in pairs({code}) do", lines
        if isinstance(target, ast.Name) and kind in DICTS:
            t.facts.add(truth.key_fact(iterable, target))
        return f"for _, {variable} in ipairs({iterables.keys(t, code, kind)}) do", lines
    if kind == "str":
        variable, lines = _variable(t, target, local, "character")
        return f'for {variable} in {t.expression(iterable).atom}:gmatch(".") do', lines
    if kind == "iterator":
        variable, lines = _variable(t, target, local, "value")
        if isinstance(iterable, ast.GeneratorExp):
            iterable_code = iterables.as_list(t, iterable)
            return f"for _, {variable} in ipairs({iterable_code}) do", lines
        return f"for {variable} in {t.expression(iterable)} do", lines
    if kind in ARRAYS or kind in SETS | DICTS:
        variable, lines = _variable(t, target, local, "value")
        return f"for _, {variable} in ipairs({iterables.as_list(t, iterable, in_order)}) do", lines
    variable, lines = _variable(t, target, local, "value")
    return f"for {variable} in {t.call('each', t.expression(iterable))} do", lines


def _variable(t: Translator, target: ast.expr, local: set[str], wish: str) -> tuple[str, list[str]]:
    """The loop's variable, and lines that hand its value on to the target."""
    if isinstance(target, ast.Name):
        name = t.name(target.id)
        if target.id in local:
            return name, []
        held = t.temporary(wish)
        return held, [f"{name} = {held}"]
    held = t.temporary("pair" if wish in ("value", "key") else wish)
    return held, [unpacking(t, target, Code(held), local)]


def unpacking(t: Translator, target: ast.expr, code: Code, local: set[str]) -> str:
    """An assignment of a tuple's parts."""
    if not isinstance(target, ast.Tuple | ast.List):
        raise Declined(f"loop target: {ast.unparse(target)}")
    code = iterables.sized(t, target, code)
    if all(isinstance(each, ast.Name) for each in target.elts):
        names = [each.id for each in target.elts if isinstance(each, ast.Name)]
        left = ", ".join(map(t.name, names))
        if all(each in local for each in names):
            return f"local {left} = table.unpack({code})"
        if not any(each in local for each in names):
            return f"{left} = table.unpack({code})"
    lines, fresh = [], target_names(target) & local
    if fresh:
        lines.append(f"local {', '.join(map(t.name, sorted(fresh)))}")
    lines.extend(_parts(t, target, code))
    return f"\n{'  ' * (t.depth + 1)}".join(lines)


def _parts(t: Translator, target: ast.expr, code: Code) -> list[str]:
    assert isinstance(target, ast.Tuple | ast.List)
    lines, nested = [], []
    names = []
    for each in target.elts:
        match each:
            case ast.Name(id=name):
                names.append(t.name(name))
            case ast.Tuple() | ast.List():
                held = t.temporary("pair")
                lines.append(f"local {held}")
                names.append(held)
                nested.append((each, held))
            case _:
                raise Declined("loop target")
    lines.append(f"{', '.join(names)} = table.unpack({code})")
    for inner, held in nested:
        lines.extend(_parts(t, inner, iterables.sized(t, inner, Code(held))))
    return lines


def _range(t: Translator, target: ast.expr, args: list[ast.expr], local: set[str]) -> tuple[str, list[str]]:
    variable, lines = _variable(t, target, local, "i")
    codes = t.operands(args)
    start, stop = (Code("0", LITERAL), codes[0]) if len(codes) == 1 else (codes[0], codes[1])
    _learn_range(t, target, args)
    if len(codes) < 3:
        return f"for {variable} = {start}, {less_one(stop)} do", lines
    step = codes[2]
    match args[2]:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            last = more_one(stop)
        case _ if t.frame.bounds.positive(args[2]):
            last = less_one(stop)
        case _:
            return f"for _, {variable} in ipairs({t.call('range', *codes)}) do", lines
    return f"for {variable} = {start}, {last}, {step} do", lines


def _learn_range(t: Translator, target: ast.expr, args: list[ast.expr]) -> None:
    """i in range(..., len(xs)) is below len(xs), and so is what is at most i."""
    if not isinstance(target, ast.Name):
        return
    stop = args[0] if len(args) == 1 else args[1]
    match stop:
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int(less))) if 0 <= less < 9:
            container = t.frame.bounds.measured(left)
        case _:
            less, container = 0, t.frame.bounds.measured(stop)
    for ahead in range(less + 1 if container else 0):
        t.facts.add(f"{target.id} + {ahead} below {container}" if ahead else f"{target.id} below {container}")


def less_one(code: Code) -> Code:
    text = str(code)
    if text.isdigit():
        return Code(str(int(text) - 1), LITERAL)
    if text.endswith(" + 1") and code.level == ADD:
        return Code(text[:-4], ADD)
    head, minus, number = text.rpartition(" - ")
    if minus and number.isdigit() and code.level == ADD:
        return Code(f"{head} - {int(number) + 1}", ADD)
    return binary(code, "-", _ONE, ADD)


def more_one(code: Code) -> Code:
    text = str(code)
    if text.lstrip("-").isdigit():
        return Code(str(int(text) + 1), LITERAL)
    return binary(code, "+", _ONE, ADD)


def _enumerate(t: Translator, target: ast.expr, node: ast.Call, local: set[str]) -> tuple[str, list[str]]:
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2 or not isinstance(target.elts[0], ast.Name):
        return _plain(t, target, node, local, True)
    start = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords), ast.Constant(0))
    sequence = node.args[0]
    is_text = t.type(sequence).kind == "str"
    code = t.expression(sequence) if is_text else iterables.as_list(t, sequence)
    if not str(code).isidentifier():
        code = t.keep(code, "text" if is_text else "values")
    first, second = target.elts
    index, lines = _variable(t, first, local, "i")
    from_one = isinstance(start, ast.Constant) and start.value == 1 and not is_text
    if from_one and isinstance(second, ast.Name) and second.id in local and not lines:
        return f"for {index}, {t.name(second.id)} in ipairs({code}) do", []
    if not isinstance(start, ast.Constant) or not isinstance(start.value, int):
        raise Declined("enumerate from a computed start")
    offset = start.value
    last = f"#{code} - 1" if offset == 0 else f"#{code}" if offset == 1 else f"#{code} + {offset - 1}"
    place = {0: f"{index} + 1", 1: index}.get(offset, f"{index} - {offset - 1}")
    value = Code(f"{code}:sub({place}, {place})" if is_text else f"{code}[{place}]")
    if offset == 0 and isinstance(sequence, ast.Name) and isinstance(first, ast.Name):
        t.facts.add(f"{first.id} below {sequence.id}")
    if isinstance(second, ast.Name):
        lines.append(f"{'local ' if second.id in local else ''}{t.name(second.id)} = {value}")
    else:
        lines.append(unpacking(t, second, value, local))
    return f"for {index} = {offset}, {last} do", lines


def _zip(t: Translator, target: ast.expr, args: list[ast.expr], local: set[str]) -> tuple[str, list[str]]:
    if not isinstance(target, ast.Tuple) or len(target.elts) != len(args):
        return _plain(t, target, ast.Call(ast.Name("zip", ast.Load()), args, []), local, True)
    sources: list[tuple[Code, bool]] = []
    for each in args:
        is_text = t.type(each).kind == "str"
        code = t.expression(each) if is_text else iterables.as_list(t, each)
        if not str(code).isidentifier():
            code = t.keep(code, "text" if is_text else "values")
        sources.append((code, is_text))
    index = t.temporary("i")
    values = [Code(f"{code}:sub({index}, {index})" if is_text else f"{code}[{index}]") for code, is_text in sources]
    lines = []
    names = [each.id for each in target.elts if isinstance(each, ast.Name)]
    if len(names) == len(values) and (set(names) <= local or not set(names) & local):
        declared = "local " if set(names) <= local else ""
        lines.append(f"{declared}{', '.join(map(t.name, names))} = {', '.join(values)}")
    else:
        for each, value in zip(target.elts, values, strict=True):
            if isinstance(each, ast.Name):
                lines.append(f"{'local ' if each.id in local else ''}{t.name(each.id)} = {value}")
            else:
                lines.append(unpacking(t, each, value, local))
    lengths = ", ".join(f"#{code}" for code, _ in sources)
    return f"for {index} = 1, math.min({lengths}) do", lines


def _reversed(t: Translator, target: ast.expr, inner: ast.expr, local: set[str]) -> tuple[str, list[str]]:
    match inner:
        case ast.Call(func=ast.Name(id="range"), args=args) if len(args) < 3:
            variable, lines = _variable(t, target, local, "i")
            codes = t.operands(args)
            start, stop = (Code("0", LITERAL), codes[0]) if len(codes) == 1 else (codes[0], codes[1])
            _learn_range(t, target, args)
            return f"for {variable} = {less_one(stop)}, {start}, -1 do", lines
    is_text = t.type(inner).kind == "str"
    code = t.expression(inner) if is_text else iterables.as_list(t, inner)
    if not str(code).isidentifier():
        code = t.keep(code, "values")
    index = t.temporary("i")
    value = Code(f"{code}:sub({index}, {index})" if is_text else f"{code}[{index}]")
    if isinstance(target, ast.Name):
        lines = [f"{'local ' if target.id in local else ''}{t.name(target.id)} = {value}"]
    else:
        lines = [unpacking(t, target, value, local)]
    return f"for {index} = #{code}, 1, -1 do", lines


def _dict(
    t: Translator, target: ast.expr, method: ast.Attribute, local: set[str], in_order: bool
) -> tuple[str, list[str]] | None:
    kind = t.type(method.value).kind
    match method.attr, target:
        case "items", ast.Tuple(elts=[key, value]):
            code = t.expression(method.value)
            first, lines = _variable(t, key, local, "key")
            second, more = _variable(t, value, local, "value")
            source = iterables.items(t, code) if in_order else call("pairs", code)
            if isinstance(key, ast.Name):
                t.facts.add(truth.key_fact(method.value, key))
            return f"for {first}, {second} in {source} do", lines + more
        case "values", _:
            code = t.expression(method.value)
            second, more = _variable(t, target, local, "value")
            source = iterables.items(t, code) if in_order else call("pairs", code)
            return f"for _, {second} in {source} do", more
        case "keys", _:
            return _plain(t, target, method.value, local, in_order)
    assert kind
    return None
