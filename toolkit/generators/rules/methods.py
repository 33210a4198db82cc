"""Methods of lists, dicts and sets. Those of strings lie in `strings`."""

import ast
from collections.abc import Callable

from toolkit.generators.rules import formats, iterables, operators, ordering, strings, truth
from toolkit.generators.rules.code import LITERAL, OR, Code, binary
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import ARRAYS, DICTS, SETS, element

Writer = Callable[[Translator, ast.Call, ast.expr], Code]


def method(t: Translator, node: ast.Call) -> Code:
    """receiver.name(...)."""
    assert isinstance(node.func, ast.Attribute)
    receiver, name = node.func.value, node.func.attr
    if (
        isinstance(receiver, ast.Name)
        and receiver.id in ("str", "dict", "list", "set")
        and receiver.id not in t.variables
    ):
        return _unbound(t, node, receiver.id, name)
    kind = t.type(receiver).kind
    if kind == "str" and name == "format":
        return formats.format_method(t, node)
    table = _table(kind, name)
    if table is None or name not in table:
        raise Declined(f"method: {name} of {kind}")
    if any(isinstance(each, ast.Starred) for each in node.args):
        raise Declined(f"method with *arguments: {name}")
    return table[name](t, node, receiver)


def _table(kind: str, name: str) -> "dict[str, Writer] | None":
    if kind == "str":
        return strings.STRINGS
    if kind in ARRAYS:
        return LISTS
    if kind in DICTS:
        return DICT_METHODS
    if kind in SETS:
        return SET_METHODS
    if kind in ("int", "float"):
        return NUMBER_METHODS
    candidates = [table for table in (strings.STRINGS, LISTS, DICT_METHODS, SET_METHODS) if name in table]
    if len(candidates) == 1 or (candidates and name in _LIKELY):
        return candidates[0]
    return None


_LIKELY = {"pop", "append", "update"}


def _unbound(t: Translator, node: ast.Call, owner: str, name: str) -> Code:
    if owner == "str" and name in strings.STRINGS and node.args:
        call = ast.Call(ast.Attribute(node.args[0], name, ast.Load()), node.args[1:], node.keywords)
        return strings.STRINGS[name](t, call, node.args[0])
    if owner == "dict" and name == "fromkeys":
        codes = t.operands(node.args)
        if len(codes) == 1 or t.may_be_none(node.args[1]):
            raise Declined("None in a dict")
        keys = iterables.as_list(t, node.args[0])
        return t.call("from_keys", keys, codes[1])
    raise Declined(f"unbound method: {owner}.{name}")


def _arguments(t: Translator, node: ast.Call, receiver: ast.expr) -> list[Code]:
    """The receiver and the arguments."""
    return t.operands([receiver, *node.args, *(keyword.value for keyword in node.keywords)])


def _into(place: str, write: Writer) -> Writer:
    """A method that puts its arguments into the receiver."""

    def checked(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        t.held(node.args, place)
        return write(t, node, receiver)

    return checked


def _append(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code, value = _arguments(t, node, receiver)
    t.facts.add(truth.filled_fact(receiver))
    if "(" not in code:
        return Code(f"{code.atom}[#{code.atom} + 1] = {value}")
    return Code(f"table.insert({code}, {value})")


def _extend(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code = t.expression(receiver)
    return t.call("extend", code, iterables.as_list(t, node.args[0]))


def _insert(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code, index, value = _arguments(t, node, receiver)
    if isinstance(node.args[0], ast.Constant) and node.args[0].value == 0:
        return Code(f"table.insert({code}, 1, {value})")
    return t.call("insert", code, index, value)


def _pop(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    codes = _arguments(t, node, receiver)
    fact = truth.filled_fact(receiver)
    if fact in t.facts:
        t.facts.discard(fact)
        if not node.args:
            return Code(f"table.remove({codes[0]})")
        if isinstance(node.args[0], ast.Constant) and node.args[0].value == 0:
            return Code(f"table.remove({codes[0]}, 1)")
    return t.call("pop", *codes)


def _popleft(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code = t.expression(receiver)
    fact = truth.filled_fact(receiver)
    if fact in t.facts:
        t.facts.discard(fact)
        return Code(f"table.remove({code}, 1)")
    return t.call("pop", code, "0")


def _append_left(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    return Code("table.insert({}, 1, {})".format(*_arguments(t, node, receiver)))


def _helper(name: str) -> Writer:
    return lambda t, node, receiver: t.call(name, *_arguments(t, node, receiver))


def _sort(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code = t.expression(receiver)
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    inner = element(t.type(receiver)).kind
    if not options and inner in ("int", "float", "str"):
        return Code(f"table.sort({code})")
    return t.call("sort", code, *ordering.sort_options(t, options))


def _copy_list(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    return t.call("slice", t.expression(receiver))


def _index(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    return t.call("index_of", *_arguments(t, node, receiver))


LISTS: dict[str, Writer] = {
    "append": _into("list", _append),
    "extend": _extend,
    "insert": _into("list", _insert),
    "pop": _pop,
    "popleft": _popleft,
    "appendleft": _into("list", _append_left),
    "remove": _helper("remove"),
    "reverse": _helper("reverse"),
    "sort": _sort,
    "index": _index,
    "count": _helper("count"),
    "clear": _helper("clear"),
    "copy": _copy_list,
}


def _get(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    codes = _arguments(t, node, receiver)
    key = operators.key(t, node.args[0], codes[1])
    kind = t.type(receiver).kind
    read = Code(f"rawget({codes[0]}, {key})") if kind == "defaultdict" else Code(f"{codes[0].atom}[{key}]")
    if len(codes) == 2 or codes[2] == "nil":
        return read
    values = t.type(receiver).of[1].kind if len(t.type(receiver).of) == 2 else "unknown"
    if values in ("bool", "any", "unknown"):
        return t.call("get_or", codes[0], key, codes[2])
    return Code(f"({read} or {codes[2].at(OR)})")


def _view(name: str) -> Writer:
    def write(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        code = t.expression(receiver)
        if name == "keys":
            return iterables.keys(t, code, "dict")
        t.needs_order = True
        return t.call(f"list_{name}" if t.ordered else f"sorted_list_{name}", code)

    return write


def _pop_key(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    if t.type(receiver).kind not in DICTS | SETS:
        return _pop(t, node, receiver)
    code, *rest = _arguments(t, node, receiver)
    if not rest:
        raise Declined("method: pop of any element of a set")
    rest[0] = operators.key(t, node.args[0], rest[0])
    return t.call("pop_key" if len(rest) == 1 else "pop_or", code, *rest)


def _setdefault(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    codes = _arguments(t, node, receiver)
    if len(codes) < 3:
        raise Declined("None in a dict")
    codes[1] = operators.key(t, node.args[0], codes[1])
    return t.call("set_default", *codes)


def _update_dict(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    if node.keywords or len(node.args) != 1:
        raise Declined("dict.update with keywords")
    if t.type(receiver).kind == "counter":
        raise Declined("Counter.update")
    if t.type(node.args[0]).kind in DICTS:
        return t.call("update", *_arguments(t, node, receiver))
    return t.call("update", t.expression(receiver), t.call("dict", iterables.as_list(t, node.args[0])))


def _most_common(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    t.needs_order = True
    return t.call("most_common", *_arguments(t, node, receiver))


DICT_METHODS: dict[str, Writer] = {
    "get": _get,
    "keys": _view("keys"),
    "values": _view("values"),
    "items": _view("items"),
    "pop": _pop_key,
    "setdefault": _into("dict", _setdefault),
    "update": _update_dict,
    "copy": lambda t, node, receiver: t.call("merged", t.expression(receiver)),
    "clear": _helper("clear"),
    "most_common": _most_common,
}


def _add(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code, value = _arguments(t, node, receiver)
    return Code(f"{code.atom}[{operators.key(t, node.args[0], value)}] = true")


def _discard(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code, value = _arguments(t, node, receiver)
    return Code(f"{code.atom}[{operators.key(t, node.args[0], value)}] = nil")


def _with_set(name: str) -> Writer:
    def write(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        code = t.expression(receiver)
        others = [_as_set(t, each) for each in node.args]
        if name == "update":
            return t.call("update", code, *others)
        if not others:
            return t.call("copy", code)
        for each in others:
            code = t.call(name, code, each)
        return code

    return write


def _as_set(t: Translator, node: ast.expr) -> Code:
    return t.expression(node) if t.type(node).kind in SETS | DICTS else t.call("set", iterables.as_list(t, node, False))


def _superset(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    return t.call("is_subset", _as_set(t, node.args[0]), t.expression(receiver))


def _disjoint(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    inner = t.call("intersection", t.expression(receiver), _as_set(t, node.args[0]))
    return Code(f"next({inner}) == nil", 3)


SET_METHODS: dict[str, Writer] = {
    "add": _into("set", _add),
    "discard": _discard,
    "remove": lambda t, node, receiver: t.call("pop_key", *_arguments(t, node, receiver)),
    "copy": lambda t, node, receiver: t.call("copy", t.expression(receiver)),
    "clear": _helper("clear"),
    "issubset": lambda t, node, receiver: t.call("is_subset", t.expression(receiver), _as_set(t, node.args[0])),
    "issuperset": _superset,
    "isdisjoint": _disjoint,
    **{name: _with_set(name) for name in ("union", "intersection", "difference", "symmetric_difference", "update")},
}


def _is_integer(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    code = t.expression(receiver)
    return Code(f"{binary(code, '%', Code('1', LITERAL), 10)} == 0", 3)


NUMBER_METHODS: dict[str, Writer] = {
    "is_integer": _is_integer,
    "bit_length": lambda t, node, receiver: t.call("bit_length", t.expression(receiver)),
}
