"""What builtins, methods and library functions give: tables from a name to a type, for the inference."""

from collections.abc import Callable

from toolkit.generators.rules.types import (
    ANY,
    BOOL,
    DICTS,
    FLOAT,
    INT,
    NONE,
    STR,
    UNKNOWN,
    ValueType,
    array,
    element,
    iterator,
    mapping,
    merge,
    optional,
    pair,
    set_of,
    tuple_of,
)

Rule = Callable[[list[ValueType]], ValueType]


def _first(kinds: list[ValueType]) -> ValueType:
    return kinds[0] if kinds else UNKNOWN


def _number(kinds: list[ValueType]) -> ValueType:
    kind = _first(kinds)
    return INT if kind.kind == "bool" else kind


def _extreme(kinds: list[ValueType]) -> ValueType:
    return element(kinds[0]) if len(kinds) == 1 else merge(*kinds)


def _sum(kinds: list[ValueType]) -> ValueType:
    inner = element(_first(kinds))
    if inner.kind in ("bool", "unknown"):
        return merge(INT, *kinds[1:])
    return merge(inner, *kinds[1:])


def _listed(kinds: list[ValueType]) -> ValueType:
    return array(element(_first(kinds)))


def _zipped(kinds: list[ValueType]) -> ValueType:
    return array(ValueType("tuple", tuple(map(element, kinds))))


def _dict(kinds: list[ValueType]) -> ValueType:
    if not kinds:
        return mapping(UNKNOWN, UNKNOWN)
    if kinds[0].kind in DICTS:
        return mapping(*kinds[0].of)
    inner = element(kinds[0])
    return (
        mapping(*inner.of) if inner.kind == "tuple" and len(inner.of) == 2 else mapping(element(inner), element(inner))
    )


def _divmod(kinds: list[ValueType]) -> ValueType:
    return pair(merge(*kinds), merge(*kinds))


def _round(kinds: list[ValueType]) -> ValueType:
    return INT if len(kinds) == 1 else kinds[0]


def _pow(kinds: list[ValueType]) -> ValueType:
    return INT if len(kinds) == 3 else merge(*kinds)


def _next(kinds: list[ValueType]) -> ValueType:
    return merge(element(_first(kinds)), *kinds[1:])


def always(kind: ValueType) -> Rule:
    return lambda _: kind


BUILTINS: dict[str, Rule] = {
    **dict.fromkeys(("len", "int", "ord", "hash", "id"), always(INT)),
    **dict.fromkeys(("str", "repr", "chr", "bin", "hex", "oct", "format", "ascii", "input"), always(STR)),
    **dict.fromkeys(("bool", "any", "all", "isinstance", "callable", "issubclass", "hasattr"), always(BOOL)),
    "float": always(FLOAT),
    "abs": _number,
    "round": _round,
    "sum": _sum,
    "pow": _pow,
    "min": _extreme,
    "max": _extreme,
    "divmod": _divmod,
    "range": always(array(INT)),
    **dict.fromkeys(("list", "sorted", "reversed"), _listed),
    "tuple": lambda kinds: tuple_of(element(_first(kinds))),
    **dict.fromkeys(("set", "frozenset"), lambda kinds: set_of(element(_first(kinds)))),
    "dict": _dict,
    "zip": _zipped,
    "enumerate": lambda kinds: array(pair(INT, element(_first(kinds)))),
    "iter": lambda kinds: iterator(element(_first(kinds))),
    "next": _next,
    "print": always(NONE),
    "type": always(ANY),
}


def _combinations(kinds: list[ValueType]) -> ValueType:
    return array(tuple_of(element(_first(kinds))))


def _product(kinds: list[ValueType]) -> ValueType:
    return array(tuple_of(merge(*map(element, kinds))))


def _chain(kinds: list[ValueType]) -> ValueType:
    return array(merge(*map(element, kinds)))


def _same(kinds: list[ValueType]) -> ValueType:
    return _first(kinds)


LIBRARY: dict[str, Rule] = {
    **{
        f"math.{name}": always(INT)
        for name in ("floor", "ceil", "trunc", "gcd", "lcm", "factorial", "isqrt", "comb", "perm")
    },
    **{f"math.{name}": always(BOOL) for name in ("isnan", "isinf", "isclose", "isfinite")},
    "math.prod": _sum,
    "itertools.product": _product,
    **{
        f"itertools.{name}": _combinations for name in ("permutations", "combinations", "combinations_with_replacement")
    },
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": lambda kinds: array(element(element(_first(kinds)))),
    "itertools.accumulate": _listed,
    "itertools.islice": _listed,
    "itertools.zip_longest": _zipped,
    "itertools.count": lambda kinds: iterator(merge(INT, *kinds)),
    "itertools.repeat": lambda kinds: array(_first(kinds)),
    "itertools.groupby": lambda kinds: array(pair(ANY, array(element(_first(kinds))))),
    "itertools.takewhile": lambda kinds: array(element(kinds[1])),
    "itertools.dropwhile": lambda kinds: array(element(kinds[1])),
    "itertools.cycle": lambda kinds: iterator(element(_first(kinds))),
    "itertools.pairwise": lambda kinds: array(pair(element(_first(kinds)), element(_first(kinds)))),
    "collections.Counter": lambda kinds: ValueType("counter", (element(_first(kinds)), INT)),
    "collections.deque": _listed,
    "collections.OrderedDict": _dict,
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "functools.reduce": lambda kinds: merge(kinds[0].of[0] if kinds[0].of else UNKNOWN, *kinds[2:]),
    "bisect.bisect": always(INT),
    "bisect.bisect_left": always(INT),
    "bisect.bisect_right": always(INT),
    "heapq.nlargest": lambda kinds: array(element(kinds[1])),
    "heapq.nsmallest": lambda kinds: array(element(kinds[1])),
    "heapq.heappop": lambda kinds: element(_first(kinds)),
    "operator.mul": lambda kinds: merge(*kinds),
    "operator.add": lambda kinds: merge(*kinds),
    "operator.sub": lambda kinds: merge(*kinds),
    **{
        f"string.{name}": always(STR)
        for name in ("ascii_lowercase", "ascii_uppercase", "ascii_letters", "digits", "punctuation")
    },
    **{f"math.{name}": always(FLOAT) for name in ("sqrt", "pow", "fabs", "log", "exp", "sin", "cos", "tan", "pi", "e")},
}


def library(path: str, kinds: list[ValueType]) -> ValueType:
    """The type of a call of (or the constant at) a dotted library path."""
    if path in LIBRARY:
        try:
            return LIBRARY[path](kinds)
        except IndexError:  # arguments that are starred, or fewer than the function has
            return UNKNOWN
    return FLOAT if path.startswith("math.") else ANY


_TEXTS = (
    "upper lower strip lstrip rstrip replace join capitalize title swapcase center ljust rjust zfill format casefold"
    " translate removeprefix removesuffix expandtabs"
)
_TESTS = (
    "startswith endswith isdigit isalpha isalnum isspace isupper islower isnumeric isdecimal istitle isidentifier"
    " isascii issubset issuperset isdisjoint"
)

Method = Callable[[ValueType, list[ValueType]], ValueType]


def _set_result(receiver: ValueType, kinds: list[ValueType]) -> ValueType:
    return set_of(merge(element(receiver), *map(element, kinds)))


def _get(receiver: ValueType, kinds: list[ValueType]) -> ValueType:
    value = receiver.of[1] if len(receiver.of) == 2 else UNKNOWN
    return merge(value, kinds[1]) if len(kinds) > 1 else optional(value)


def _pop(receiver: ValueType, kinds: list[ValueType]) -> ValueType:
    if receiver.kind in DICTS:
        return merge(receiver.of[1], *kinds[1:])
    return element(receiver)


def _items(receiver: ValueType, _: list[ValueType]) -> ValueType:
    return array(pair(*receiver.of)) if len(receiver.of) == 2 else array(pair(UNKNOWN, UNKNOWN))


METHODS: dict[str, Method] = {
    **{name: (lambda _receiver, _kinds: STR) for name in _TEXTS.split()},
    **{name: (lambda _receiver, _kinds: BOOL) for name in _TESTS.split()},
    **{name: (lambda _receiver, _kinds: INT) for name in ("find", "rfind", "index", "rindex", "count", "bit_length")},
    **{name: (lambda _receiver, _kinds: array(STR)) for name in ("split", "rsplit", "splitlines")},
    **{name: (lambda _receiver, _kinds: ValueType("tuple", (STR, STR, STR))) for name in ("partition", "rpartition")},
    **{
        name: (lambda _receiver, _kinds: NONE)
        for name in ("append", "extend", "insert", "remove", "sort", "reverse", "add")
    },
    **{name: (lambda _receiver, _kinds: NONE) for name in ("clear", "update", "discard", "appendleft", "extendleft")},
    **dict.fromkeys(("union", "intersection", "difference", "symmetric_difference"), _set_result),
    "copy": lambda receiver, _: receiver,
    "get": _get,
    "setdefault": lambda receiver, kinds: merge(receiver.of[1] if len(receiver.of) == 2 else UNKNOWN, *kinds[1:]),
    "pop": _pop,
    "popleft": _pop,
    "keys": lambda receiver, _: array(element(receiver)),
    "values": lambda receiver, _: array(receiver.of[1] if len(receiver.of) == 2 else UNKNOWN),
    "items": _items,
    "most_common": _items,
    "elements": lambda receiver, _: array(element(receiver)),
    "is_integer": lambda _receiver, _kinds: BOOL,
    "popitem": lambda receiver, _: pair(*receiver.of) if len(receiver.of) == 2 else pair(UNKNOWN, UNKNOWN),
}
