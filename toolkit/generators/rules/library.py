"""Functions and constants of the standard library, by dotted path."""

import ast
import string
from collections.abc import Callable

from toolkit.generators.rules import iterables, library_iterables, operators
from toolkit.generators.rules.code import COMPARE, MULTIPLY, Code, binary, compare, quoted
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator

Writer = Callable[[Translator, ast.Call], Code]

CONSTANTS: dict[str, Code] = {
    "math.pi": Code("math.pi"),
    "math.e": Code("math.exp(1)"),
    "math.tau": Code("(2 * math.pi)"),
    "math.inf": Code("math.huge"),
    "math.nan": Code("(0 / 0)"),
    "sys.maxsize": Code("math.maxinteger"),
    "string.ascii_lowercase": quoted(string.ascii_lowercase),
    "string.ascii_uppercase": quoted(string.ascii_uppercase),
    "string.ascii_letters": quoted(string.ascii_letters),
    "string.digits": quoted(string.digits),
    "string.hexdigits": quoted(string.hexdigits),
    "string.octdigits": quoted(string.octdigits),
    "string.punctuation": quoted(string.punctuation),
    "string.whitespace": quoted(string.whitespace),
    "string.printable": quoted(string.printable),
}


def path(t: Translator, node: ast.Call) -> str:
    """The library path that a call's function names; "" where none."""
    return t.inference.path(node.func)


def value(t: Translator, dotted: str) -> Code:
    """A library constant, or a function as a value."""
    if dotted in CONSTANTS:
        return CONSTANTS[dotted]
    if dotted in _NATIVE:
        return Code(_NATIVE[dotted])
    if dotted in _HELPERS:
        return Code(t.helper(_HELPERS[dotted]))
    raise Declined(f"library: {dotted}")


def call(t: Translator, node: ast.Call, dotted: str) -> Code:
    """A call of a library function."""
    if any(isinstance(each, ast.Starred) for each in node.args) and dotted not in _STARRED:
        raise Declined("call with *arguments of a library function")
    if dotted in FUNCTIONS:
        return FUNCTIONS[dotted](t, node)
    if dotted in _NATIVE and not node.keywords:
        return Code(f"{_NATIVE[dotted]}({', '.join(t.operands(node.args))})")
    if dotted in _HELPERS and not node.keywords:
        return t.call(_HELPERS[dotted], *t.operands(node.args))
    raise Declined(f"library: {dotted}")


_NATIVE = {
    "math.floor": "math.floor",
    "math.ceil": "math.ceil",
    "math.fabs": "math.abs",
    "math.sin": "math.sin",
    "math.cos": "math.cos",
    "math.tan": "math.tan",
    "math.atan": "math.atan",
    "math.atan2": "math.atan",
    "math.degrees": "math.deg",
    "math.radians": "math.rad",
}
_HELPERS = {
    "math.sqrt": "sqrt",
    "math.exp": "exp",
    "math.asin": "asin",
    "math.acos": "acos",
    "math.trunc": "truncate",
    "math.factorial": "factorial",
    "math.isqrt": "isqrt",
    "math.comb": "comb",
    "math.perm": "perm",
    "math.hypot": "hypot",
    "math.gcd": "gcd",
    "math.lcm": "lcm",
    "math.sinh": "sinh",
    "math.cosh": "cosh",
    "math.tanh": "tanh",
    "math.copysign": "copysign",
    "math.dist": "dist",
    "operator.mul": "multiply",
    "operator.add": "add",
    "bisect.bisect": "bisect_right",
    "bisect.bisect_right": "bisect_right",
    "bisect.bisect_left": "bisect_left",
    "heapq.heappop": "heap_pop",
    "heapq.heapify": "heapify",
    "copy.deepcopy": "deep_copy",
}
_STARRED = {"itertools.chain", "itertools.product"}


def _is_nan(t: Translator, node: ast.Call) -> Code:
    code = t.simple(node.args[0], "value")
    return compare(code, "~=", code)


def _is_inf(t: Translator, node: ast.Call) -> Code:
    return Code(f"math.abs({t.expression(node.args[0])}) == math.huge", COMPARE)


def _is_close(t: Translator, node: ast.Call) -> Code:
    named = {keyword.arg: t.expression(keyword.value) for keyword in node.keywords}
    codes = t.operands(node.args[:2])
    return t.call("is_close", *codes, named.get("rel_tol", Code("1e-09")), named.get("abs_tol", Code("0.0")))


def _power(t: Translator, node: ast.Call) -> Code:
    match node.args[1]:
        case ast.Constant(value=int(exponent)) if 0 <= exponent <= 2 or operators.small_power(node.args[0], exponent):
            left, right = t.operands(node.args)
            return Code(f"{left.atom} ^ {right.at(12)}", 12)
    return t.call("math_power", *t.operands(node.args))


def _log(base: str) -> Writer:
    return lambda t, node: t.call("log", t.expression(node.args[0]), base)


def _log_to(t: Translator, node: ast.Call) -> Code:
    """To a base that is given, Python divides: `math.log(1000, 10)` is a little less than 3."""
    codes = [t.call("log", code) for code in t.operands(node.args)]
    if len(codes) == 1:
        return codes[0]
    base = node.args[1]
    if isinstance(base, ast.Constant) and base.value != 1:
        return binary(codes[0], "/", codes[1], MULTIPLY)
    return t.call("divide", *codes)


def _product_of(t: Translator, node: ast.Call) -> Code:
    return t.call("product_of", iterables.as_list(t, node.args[0]), *(t.expression(k.value) for k in node.keywords))


def _heap_push(t: Translator, node: ast.Call) -> Code:
    t.held(node.args, "list")
    return t.call("heap_push", *t.operands(node.args))


FUNCTIONS: dict[str, Writer] = {
    "heapq.heappush": _heap_push,
    **library_iterables.FUNCTIONS,
    "math.isnan": _is_nan,
    "math.isinf": _is_inf,
    "math.isclose": _is_close,
    "math.pow": _power,
    "math.log": _log_to,
    "math.log2": _log("2"),
    "math.log10": _log("10"),
    "math.prod": _product_of,
    "operator.itemgetter": lambda t, node: t.call("item_getter", *t.operands(node.args)),
}
