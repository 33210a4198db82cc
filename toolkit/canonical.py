"""Values as canonical text: what leaves a sandbox where nothing may enter that says what is expected.

    n  t  f              nothing, true, false
    i-5;                 an integer
    d0.10000000000000001;   a float with 17 digits; dinf; d-inf; dnan;
    s3:abc  b3:abc       text (its UTF-8) and bytes, after their length in bytes
    l2:VV  u2:VV         a list and a tuple of so many values
    e2:VV                a set, its values in the order of their texts
    m1:KV                a mapping of so many pairs, in any order
    x8:function          what has no such text, and what it is: equal to nothing

A language uses what it has: in Lua a table is `m` and a string `s`. Whoever writes the text may be hostile: it is read
strictly, with bounds on depth and digits, and what is not of this form is refused whole.
"""

import re
from typing import Any, NamedTuple

DEEPEST = 100  # levels of nesting; those who write say `x` where there are more
LARGEST = 1 << 15  # `size` of a value; the same
LONGEST = 1 << 18  # bytes of its text
DIGITS = 4000  # of an integer: one conversion of so many takes microseconds
_INTEGER = re.compile(rb"i(0|-?[1-9][0-9]{0,%d});" % (DIGITS - 1))
_FLOAT = re.compile(rb"d(-?[0-9](?:\.[0-9]{1,20})?(?:e[+-][0-9]{2,3})?|-?[0-9]{1,17}(?:\.[0-9]{1,21})?|-?inf|nan);")
_COUNT = re.compile(rb"([sbxluem])(0|[1-9][0-9]{0,8}):")
_BARE = {ord("n"): None, ord("t"): True, ord("f"): False}


class Malformed(ValueError):
    """Text of another form."""


class Node(NamedTuple):
    """A value; `o`: true or false. Of `l` and `u` a tuple of nodes; of `e` key -> node; of `m` key -> (node, node)."""

    tag: str
    value: Any = None


def read(text: bytes) -> Node:
    """The value that the whole text says. Raises Malformed."""
    node, end = _read(text, 0, 0)
    if end != len(text):
        raise Malformed(f"{len(text) - end} bytes behind a value")
    return node


def _read(text: bytes, at: int, depth: int) -> tuple[Node, int]:
    if depth > DEEPEST:
        raise Malformed(f"nested deeper than {DEEPEST} levels")
    if at < len(text) and text[at] in _BARE:
        return Node("n" if text[at] == ord("n") else "o", _BARE[text[at]]), at + 1
    if found := _INTEGER.match(text, at):
        return Node("i", int(found[1])), found.end()
    if found := _FLOAT.match(text, at):
        return Node("d", float(found[1])), found.end()
    found = _COUNT.match(text, at)
    if found is None:
        raise Malformed(f"no value at byte {at}")
    tag, count, at = found[1].decode(), int(found[2]), found.end()
    if count > len(text) - at:
        raise Malformed(f"a count beyond the end at byte {at}")
    if tag in "sbx":
        return Node(tag, text[at : at + count]), at + count
    return _read_many(text, at, depth + 1, tag, count)


def _read_many(text: bytes, at: int, depth: int, tag: str, count: int) -> tuple[Node, int]:
    nodes = []
    for _ in range(2 * count if tag == "m" else count):
        node, at = _read(text, at, depth)
        nodes.append(node)
    if tag in "lu":
        return Node(tag, tuple(nodes)), at
    return (mapping(list(zip(nodes[::2], nodes[1::2], strict=True))) if tag == "m" else collection(nodes)), at


def scalar(value: object) -> Node | None:
    """The node of a value that holds no others, text as its bytes; None for one that does, and for bytes."""
    match value:
        case None:
            return Node("n")
        case bool():
            return Node("o", value)
        case int():
            return Node("i", value)
        case float():
            return Node("d", value)
        case str():
            return Node("s", value.encode("utf-8", "surrogatepass"))
    return None


def mapping(pairs: list[tuple[Node, Node]]) -> Node:
    """A mapping of these pairs. Raises Malformed where two keys are one."""
    known = {key(each): (each, value) for each, value in pairs}
    if len(known) != len(pairs):
        raise Malformed("a key that is there twice")
    return Node("m", known)


def collection(nodes: list[Node]) -> Node:
    """A set of these values. Raises Malformed where two of them are one."""
    known = {key(node): node for node in nodes}
    if len(known) != len(nodes):
        raise Malformed("a value that is in a set twice")
    return Node("e", known)


def key(node: Node) -> bytes:
    """A text that two values share when they are one key. Raises Malformed for what can be none."""
    tag, value = node
    if tag == "s" or tag == "b":
        return b"%b%d:%b" % (tag.encode(), len(value), value)
    if tag == "i":
        return b"%x;" % value
    if tag == "d":
        whole = value == value and abs(value) != float("inf") and value.is_integer()
        return b"%x;" % int(value) if whole else b"d%r;" % value
    if tag == "u":
        return b"u(%b)" % b"".join(map(key, value))
    if tag == "e":
        return b"e(%b)" % b"".join(sorted(value))
    if tag in _KINDS:
        raise Malformed(f"{_KINDS[tag]} as a key")
    return b"%r;" % value


_KINDS = {"l": "a list", "m": "a mapping", "x": "what has no text"}


def _long(value: Any) -> bool:
    return type(value) is int and value.bit_length() > 4096


def same(got: Node, want: Node) -> bool:
    """As `toolkit.languages.base` says of an untyped language: 3 for 3.0, floats near, a boolean never a number."""
    if want.tag in "id":
        return got.tag in "id" and _same_number(got.value, want.value, want.tag == "d")
    if got.tag != want.tag or want.tag == "x":
        return False
    if want.tag in "lu":
        pairs = zip(got.value, want.value, strict=False)
        return len(got.value) == len(want.value) and all(same(one, other) for one, other in pairs)
    if want.tag == "m":
        alike = got.value.keys() == want.value.keys()
        return alike and all(same(got.value[each][1], value) for each, (_, value) in want.value.items())
    if want.tag == "e":
        return bool(got.value.keys() == want.value.keys())
    return bool(got.value == want.value)


def _same_number(got: int | float, want: int | float, near: bool) -> bool:
    if got == want or (got != got and want != want):
        return True
    if not near or (type(got) is int and got.bit_length() > 1000):  # beyond what a float can be
        return False
    distance = 1e-12 if want == 0 else 1e-9 * max(abs(got), abs(want))
    return distance < float("inf") and abs(got - want) <= distance


def text_of(node: Node) -> bytes:
    """As who writes it would, but for the order of a mapping's pairs."""
    tag, value = node
    match tag:
        case "n" | "o":
            return b"n" if value is None else b"t" if value else b"f"
        case "i":
            return b"i%d;" % value
        case "d":
            return b"dnan;" if value != value else b"d%.17g;" % value
        case "s" | "b" | "x":
            return b"%b%d:%b" % (tag.encode(), len(value), value)
        case "m":
            pairs = (text_of(name) + text_of(each) for name, each in value.values())
            return b"m%d:%b" % (len(value), b"".join(pairs))
        case "e":
            return b"e%d:%b" % (len(value), b"".join(sorted(map(text_of, value.values()))))
    return b"%b%d:%b" % (tag.encode(), len(value), b"".join(map(text_of, value)))


def size(node: Node) -> int:
    """Four for each value, and a text's bytes."""
    match node.value:
        case bytes() as text:
            return 4 + len(text)
        case tuple() as values:
            return 4 + sum(map(size, values))
        case dict() as known if node.tag == "m":
            return 4 + sum(size(name) + size(value) for name, value in known.values())
        case dict() as known:
            return 4 + sum(map(size, known.values()))
    return 4


def shown(node: Node) -> str:
    """For a message: short, without line ends of its own."""
    text = _shown(node, 0)
    return text if len(text) <= 300 else f"{text[:300]}..."


def _shown(node: Node, depth: int) -> str:
    match node:
        case Node("n"):
            return "nothing"
        case Node("o" | "d", value):
            return repr(value).lower()
        case Node("i", value):
            return f"an integer of {value.bit_length()} bits" if _long(value) else str(value)
        case Node("s" | "b", value):
            text = value[:200].decode("utf-8", "backslashreplace")
            return f'"{"".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)}"'
        case Node("x", value):
            return str(value[:200].decode("ascii", "backslashreplace"))
    first, last = {"l": ("[", "]"), "u": ("(", ")")}.get(node.tag, ("{", "}"))
    return first + (", ".join(_parts(node, depth + 1)) if depth < 4 or not node.value else "...") + last


def _parts(node: Node, depth: int) -> list[str]:
    values = list(node.value.values()) if isinstance(node.value, dict) else node.value
    if node.tag == "m":
        return [": ".join(_shown(each, depth) for each in pair) for pair in values[:20]]
    return [_shown(each, depth) for each in values[:20]]
