"""Methods of strings."""

import ast
from collections.abc import Callable

from toolkit.generators.rules import iterables
from toolkit.generators.rules.code import LITERAL, OR, Code, chain, compare
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator
from toolkit.generators.rules.types import element

Writer = Callable[[Translator, ast.Call, ast.expr], Code]
_TRUE_NIL = Code("nil", LITERAL)


def _native(name: str) -> Writer:
    return lambda t, node, receiver: Code(f"{t.expression(receiver).atom}:{name}()")


def _helper(name: str) -> Writer:
    def write(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        codes = t.operands([receiver, *node.args, *(keyword.value for keyword in node.keywords)])
        return t.call(name, *codes)

    return write


def _matches(pattern: str) -> Writer:
    def write(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        return compare(Code(f'{t.expression(receiver).atom}:find("{pattern}")'), "~=", _TRUE_NIL)

    return write


def _join(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    values = iterables.as_list(t, node.args[0])
    separator = t.expression(receiver)
    if element(t.type(node.args[0])).kind not in ("str", "unknown", "any"):
        raise Declined("join of what are not strings")
    return Code(f"table.concat({values})" if separator == '""' else f"table.concat({values}, {separator})")


def _starts(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    if len(node.args) == 1 and isinstance(node.args[0], ast.Tuple):
        code = t.simple(receiver, "text")
        parts = [compare(Code(f"{code}:sub(1, {_size(each)})"), "==", t.expression(each)) for each in node.args[0].elts]
        return chain("or", parts, OR)
    if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        code, prefix = t.operands([receiver, node.args[0]])
        return compare(Code(f"{code.atom}:sub(1, {_size(node.args[0])})"), "==", prefix)
    return _bounded("starts_with")(t, node, receiver)


def _ends(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    if len(node.args) == 1 and isinstance(node.args[0], ast.Tuple):
        code = t.simple(receiver, "text")
        parts = [compare(Code(f"{code}:sub(-{_size(each)})"), "==", t.expression(each)) for each in node.args[0].elts]
        return chain("or", parts, OR)
    if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value:
        code, suffix = t.operands([receiver, node.args[0]])
        return compare(Code(f"{code.atom}:sub(-{_size(node.args[0])})"), "==", suffix)
    return _bounded("ends_with")(t, node, receiver)


def _size(node: ast.expr) -> int:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not node.value:
        raise Declined("startswith or endswith of computed strings")
    return len(node.value.encode())


def _bounded(name: str) -> Writer:
    """A helper that looks at a whole string, or at the part between bounds that are given."""

    def write(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        return _helper(name if len(node.args) == 1 else f"{name}_between")(t, node, receiver)

    return write


def _rsplit(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    separator = node.args[0] if node.args else named.get("sep", ast.Constant(None))
    limit = node.args[1] if len(node.args) > 1 else named.get("maxsplit", ast.Constant(None))
    if isinstance(limit, ast.Constant) and limit.value is None:
        if isinstance(separator, ast.Constant) and (separator.value is None or len(str(separator.value)) == 1):
            return _split(t, ast.Call(node.func, [separator], []), receiver)
        return t.call("rsplit", *t.operands([receiver, separator]))
    if isinstance(separator, ast.Constant) and separator.value is None:
        return t.call("last_words", *t.operands([receiver, limit]))
    return t.call("rsplit", *t.operands([receiver, separator, limit]))


def _padded(name: str) -> Writer:
    def write(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        codes = t.operands([receiver, *node.args])
        if len(node.args) == 2 and not isinstance(node.args[1], ast.Constant):
            codes[2] = t.call("one_character", codes[2])
        return t.call(name, *codes)

    return write


def _strip(name: str, pattern: str) -> Writer:
    def write(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
        codes = t.operands([receiver, *node.args])
        if len(codes) == 1 or codes[1] == "nil":
            return Code(f'{codes[0].atom}:match("{pattern}")')
        return t.call(f"{name}_chars", *codes)

    return write


def _split(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    codes = t.operands([receiver, *node.args])
    named = {keyword.arg: t.expression(keyword.value) for keyword in node.keywords}
    separator = codes[1] if len(codes) > 1 else named.get("sep", _TRUE_NIL)
    limit = codes[2] if len(codes) > 2 else named.get("maxsplit")
    if separator == "nil":
        return t.call("words", codes[0], *([limit] if limit else []))
    return t.call("split", codes[0], separator, *([limit] if limit else []))


def _translate(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    raise Declined("method: translate of str")


def _encode(t: Translator, node: ast.Call, receiver: ast.expr) -> Code:
    raise Declined("bytes")


STRINGS: dict[str, Writer] = {
    "upper": _native("upper"),
    "lower": _native("lower"),
    "casefold": _native("lower"),
    "join": _join,
    "startswith": _starts,
    "endswith": _ends,
    "strip": _strip("strip", "^%s*(.-)%s*$"),
    "lstrip": _strip("lstrip", "^%s*(.*)$"),
    "rstrip": _strip("rstrip", "^(.-)%s*$"),
    "split": _split,
    "count": _bounded("count_text"),
    "replace": _helper("replace"),
    "find": _helper("find"),
    "rfind": _bounded("find_last"),
    "index": _helper("index_of_text"),
    "rindex": _bounded("last_index_of_text"),
    "isdigit": _matches("^%d+$"),
    "isnumeric": _matches("^%d+$"),
    "isdecimal": _matches("^%d+$"),
    "isalpha": _matches("^%a+$"),
    "isalnum": _matches("^%w+$"),
    "isspace": _matches("^%s+$"),
    "isidentifier": _matches("^[%a_][%w_]*$"),
    "isascii": lambda t, node, receiver: compare(
        Code(f'{t.expression(receiver).atom}:find("[\\128-\\255]")'), "==", _TRUE_NIL
    ),
    "isupper": _helper("is_upper"),
    "islower": _helper("is_lower"),
    "capitalize": _helper("capitalize"),
    "title": _helper("title"),
    "swapcase": _helper("swapcase"),
    "center": _padded("center"),
    "ljust": _padded("ljust"),
    "rjust": _padded("rjust"),
    "zfill": _helper("zfill"),
    "splitlines": _helper("split_lines"),
    "rsplit": _rsplit,
    "partition": _helper("partition"),
    "rpartition": _helper("rpartition"),
    "removeprefix": _helper("remove_prefix"),
    "removesuffix": _helper("remove_suffix"),
    "translate": _translate,
    "encode": _encode,
}
