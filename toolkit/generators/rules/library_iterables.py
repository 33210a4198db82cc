"""Functions of itertools, functools, collections, heapq and copy that take iterables."""

import ast
from collections.abc import Callable, Iterator

from toolkit.generators.rules import comprehensions, iterables
from toolkit.generators.rules.code import LITERAL, Code
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import DICTS, SETS, TABLES, ValueType, element

Writer = Callable[[Translator, ast.Call], Code]


def _over_lists(helper: str, lists: int = 1) -> Writer:
    """A helper whose first arguments are iterables."""

    def write(t: Translator, node: ast.Call) -> Code:
        if node.keywords:
            raise Declined(f"keywords of {helper}")
        heads = [iterables.as_list(t, each) for each in node.args[:lists]]
        return t.call(helper, *heads, *t.operands(node.args[lists:]))

    return write


def _chain(t: Translator, node: ast.Call) -> Code:
    match node.args:
        case [ast.Starred(value=inner)]:
            return _flatten(t, inner)
    if any(isinstance(each, ast.Starred) for each in node.args):
        raise Declined("call with *arguments of a library function")
    return t.call("concat", *(iterables.as_list(t, each) for each in node.args))


def _flatten(t: Translator, node: ast.expr) -> Code:
    if element(element(t.type(node))).kind == "unknown" or element(t.type(node)).kind not in (
        "list",
        "tuple",
        "tuples",
    ):
        return t.call("flatten", iterables.as_list(t, node), "true")
    return t.call("flatten", iterables.as_list(t, node))


def _product(t: Translator, node: ast.Call) -> Code:
    repeat = [keyword.value for keyword in node.keywords if keyword.arg == "repeat"]
    match node.args:
        case [ast.Starred(value=inner)] if not repeat:
            return t.call("product", iterables.as_list(t, inner))
        case [single] if repeat:
            pools = t.call("rep", f"{{{iterables.as_list(t, single)}}}", t.expression(repeat[0]))
            return t.call("product", pools)
    if repeat or any(isinstance(each, ast.Starred) for each in node.args):
        raise Declined("itertools.product with uncommon arguments")
    return t.call("product", "{" + ", ".join(iterables.as_list(t, each) for each in node.args) + "}")


def _accumulate(t: Translator, node: ast.Call) -> Code:
    values = iterables.as_list(t, node.args[0])
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    function = node.args[1] if len(node.args) > 1 else options.get("func")
    initial = options.get("initial")
    if (function and t.nones.gives_none(function)) or (initial and t.may_be_none(initial)):
        raise Declined("None in a list")
    arguments = [t.expression(each) if each is not None else "nil" for each in (function, initial)]
    return t.call("accumulate", values, *arguments)


def _counter(t: Translator, node: ast.Call) -> Code:
    if not node.args:
        return Code(comprehensions.new_dict(t), LITERAL)
    inner = node.args[0]
    if t.type(inner).kind in DICTS:
        return t.call("merged", t.expression(inner))
    if element(t.type(inner)).kind in TABLES:
        raise Declined("Counter of tuples")
    return t.call("counter", iterables.as_list(t, inner))


def _defaultdict(t: Translator, node: ast.Call) -> Code:
    makers = {
        "list": "function() return {} end",
        "set": "function() return {} end",
        "dict": f"function() return {comprehensions.new_dict(t)} end",
        "int": "function() return 0 end",
        "float": "function() return 0.0 end",
        "str": 'function() return "" end',
        "bool": "function() return false end",
    }
    match node.args:
        case [ast.Name(id=name)] if name in makers and name not in t.variables:
            return t.call("defaultdict", makers[name])
        case [ast.Lambda() as function]:
            t.held([function.body], "dict")
            return t.call("defaultdict", t.expression(function))
    raise Declined("defaultdict with uncommon arguments")


def _deque(t: Translator, node: ast.Call) -> Code:
    if node.keywords or len(node.args) > 1:
        raise Declined("deque with maxlen")
    if not node.args:
        return Code("{}", LITERAL)
    return t.call("slice", iterables.as_list(t, node.args[0]))


def _reduce(t: Translator, node: ast.Call) -> Code:
    t.held(node.args[2:], "reduce as the first value")
    function = t.expression(node.args[0])
    rest = [t.expression(each) for each in node.args[2:]]
    return t.call("reduce", function, iterables.as_list(t, node.args[1]), *rest)


def _ordered_dict(t: Translator, node: ast.Call) -> Code:
    if node.args or node.keywords:
        return (
            t.call("dict", iterables.as_list(t, node.args[0]))
            if t.type(node.args[0]).kind not in DICTS
            else t.call("merged", t.expression(node.args[0]))
        )
    return Code(comprehensions.new_dict(t), LITERAL)


def _copy(t: Translator, node: ast.Call) -> Code:
    kind = t.type(node.args[0]).kind
    if kind in DICTS:
        return t.call("merged", t.expression(node.args[0]))
    return t.call("copy" if kind in SETS else "slice", t.expression(node.args[0]))


def _deep_copy(t: Translator, node: ast.Call) -> Code:
    if len(node.args) != 1 or node.keywords:
        raise Declined("deepcopy with a memo")
    kinds = set(_kinds(t.type(node.args[0])))
    if "defaultdict" in kinds:
        raise Declined("deepcopy of a defaultdict")
    in_order = t.ordered and kinds & (DICTS | {"any", "unknown"})
    return t.call("deep_copy_in_order" if in_order else "deep_copy", t.expression(node.args[0]))


def _kinds(kind: ValueType) -> Iterator[str]:
    yield kind.kind
    for each in kind.of:
        yield from _kinds(each)


def _islice(t: Translator, node: ast.Call) -> Code:
    source, *rest = node.args
    is_iterator = t.type(source).kind == "iterator"
    values = t.expression(source) if is_iterator else iterables.as_list(t, source)
    codes = t.operands(rest)
    bounds = [Code("0", LITERAL), codes[0]] if len(codes) == 1 else codes
    while bounds[-1] == "nil":
        bounds.pop()
    return t.call("take" if is_iterator else "islice", values, *bounds)


def _group_by(t: Translator, node: ast.Call) -> Code:
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    key = node.args[1] if len(node.args) > 1 else options.get("key")
    if key and not isinstance(key, ast.Constant) and t.nones.gives_none(key):
        raise Declined("None in a list")
    return t.call("group_by", iterables.as_list(t, node.args[0]), *([t.expression(key)] if key is not None else []))


def _while(helper: str) -> Writer:
    return lambda t, node: t.call(helper, t.expression(node.args[0]), iterables.as_list(t, node.args[1]))


def _repeat(t: Translator, node: ast.Call) -> Code:
    if len(node.args) != 2:
        raise Declined("itertools.repeat without end")
    t.held(node.args[:1], "list")
    return t.call("rep", f"{{{t.expression(node.args[0])}}}", t.expression(node.args[1]))


def _extremes(reverse: bool) -> Writer:
    def write(t: Translator, node: ast.Call) -> Code:
        options = [keyword.value for keyword in node.keywords if keyword.arg == "key"] + node.args[2:]
        keys = [t.expression(each) for each in options] or [Code("nil", LITERAL)]
        values = t.call("sorted", iterables.as_list(t, node.args[1]), *keys, *(["true"] if reverse else []))
        count = t.expression(node.args[0])
        if not t.frame.bounds.natural(node.args[0]):
            count = Code(f"math.max({count}, 0)")
        return t.call("slice", values, "0", count)

    return write


FUNCTIONS: dict[str, Writer] = {
    "heapq.nlargest": _extremes(True),
    "heapq.nsmallest": _extremes(False),
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": lambda t, node: _flatten(t, node.args[0]),
    "itertools.product": _product,
    "itertools.permutations": _over_lists("permutations"),
    "itertools.combinations": _over_lists("combinations"),
    "itertools.combinations_with_replacement": _over_lists("combinations_with_replacement"),
    "itertools.accumulate": _accumulate,
    "itertools.islice": _islice,
    "itertools.groupby": _group_by,
    "itertools.takewhile": _while("take_while"),
    "itertools.dropwhile": _while("drop_while"),
    "itertools.pairwise": _over_lists("pairwise"),
    "itertools.repeat": _repeat,
    "collections.Counter": _counter,
    "collections.defaultdict": _defaultdict,
    "collections.deque": _deque,
    "collections.OrderedDict": _ordered_dict,
    "functools.reduce": _reduce,
    "copy.copy": _copy,
    "copy.deepcopy": _deep_copy,
    "math.fsum": _over_lists("sum"),
}
