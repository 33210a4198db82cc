"""How values and their types are written in a language: templates and four functions, filled from the inside out.

In the templates of values `{values}` are the parts, `{count}` their number, `{type}` is the type of the whole, `{of}`
and `{to}` the first and the last of the types inside; those of types have one `{}` for each type inside. What a
language has no template for has no form in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from toolkit.languages.base import Untranslatable
from toolkit.value_types import ANY, ValueType

EXACT = 2**53  # integers up to here are floats too
SCALARS = ("none", "bool", "int", "float", "str", "bytes")


def bits(count: int, text: Callable[[int], str] = str) -> Callable[[int], str]:
    """An `integer` for a language whose integers have so many bits, the sign included."""

    def integer(value: int) -> str:
        if not -(1 << count - 1) <= value < 1 << count - 1:
            raise Untranslatable(f"an integer beyond {count} bits")
        return text(value)

    return integer


def floats(
    not_a_number: str, infinity: str, minus_infinity: str, text: Callable[[float], str] = repr
) -> Callable[[float], str]:
    """A `float` for a language that has these three."""

    def number(value: float) -> str:
        if value != value:
            return not_a_number
        if value in (float("inf"), float("-inf")):
            return infinity if value > 0 else minus_infinity
        return text(value)

    return number


def quoted(escape: str, special: str = "", quote: str = '"') -> Callable[[str], str]:
    """A `text` between quotes: what is not printable as `escape` says of its code point, a backslash before `special`.

    A template with `{0:...}` is for code points, one with `{byte:...}` for each byte of their UTF-8.
    """
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", **{each: f"\\{each}" for each in special + quote}}

    def letter(each: str) -> str:
        if each in short:
            return short[each]
        if each.isprintable():
            return each
        if 0xD800 <= ord(each) < 0xE000:
            raise Untranslatable("text with a lone surrogate")
        if "{byte" not in escape:
            return escape.format(ord(each))
        return "".join(escape.format(byte=byte) for byte in each.encode())

    return lambda value: f"{quote}{''.join(map(letter, value))}{quote}"


def bytewise(escape: str, form: str = '"{}"') -> Callable[[bytes], str]:
    """A `data` that writes every byte as `escape` says of it."""
    return lambda value: form.format("".join(escape.format(byte) for byte in value))


@dataclass(frozen=True)
class Forms:
    """What `Language` needs of values. Typed where `types` says how types are written."""

    integer: Callable[[int], str]
    number: Callable[[float], str]  # floats
    text: Callable[[str], str]
    data: Callable[[bytes], str] | None = None  # bytes
    none: str = ""
    true: str = "true"
    false: str = "false"
    lists: str = "[{values}]"
    tuples: str = ""  # "": as a list
    sets: str = ""
    mappings: str = ""
    pair: str = "{key}: {value}"
    record: Callable[[dict[str, str]], str] | None = None  # a mapping with keys of text, where that is another thing
    some: str = "{values}"  # a value of a type that has none too
    empty: Mapping[str, str] = field(default_factory=dict)  # "lists" and so on -> of one without values, if another
    between: str = ", "
    keys: tuple[str, ...] = ("bool", "int", "float", "str")  # kinds that may be keys, and values of sets
    types: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def typed(self) -> bool:
        return bool(self.types)

    def type_text(self, type: ValueType) -> str:
        """The type in the language; "" in one without. Raises Untranslatable."""
        if not self.typed:
            return ""
        if type.kind == "any":
            raise Untranslatable("values of no common type")
        kind = "set" if type.kind == "frozenset" else type.kind
        if kind not in self.types:
            raise Untranslatable(f"a value of type {type.kind}")
        if kind in ("set", "dict") and type.of[0].kind not in (*self.keys, "unknown"):
            raise Untranslatable(f"{type.of[0].kind} as a key")
        inner = [self.type_text(each) for each in type.of]
        if kind == "tuple":
            if not inner:
                raise Untranslatable("a tuple of nothing")
            return self.types[kind].format(", ".join(inner))
        return self.types[kind].format(*inner)

    def literal(self, value: Any, type: ValueType) -> str:
        """The value in the language. Raises Untranslatable."""
        if self.typed and type.kind == "optional":
            return self.none if value is None else self.some.format(values=self.literal(value, type.of[0]))
        if self.typed and type.kind == "float" and isinstance(value, int):
            if abs(value) > EXACT:
                raise Untranslatable("an integer among floats beyond 53 bits")
            value = float(value)
        match value:
            case None if self.none:
                return self.none
            case bool():
                return self.true if value else self.false
            case int():
                return self.integer(value)
            case float():
                return self.number(value)
            case str():
                return self.text(value)
            case bytes() if self.data:
                return self.data(value)
        return self._container(value, type)

    def _container(self, value: Any, type: ValueType) -> str:
        match value:
            case list():
                return self._filled("lists", [self.literal(each, self._of(type, 0)) for each in value], type)
            case tuple():
                texts = [self.literal(each, self._of(type, place)) for place, each in enumerate(value)]
                return self._filled("tuples" if self.tuples else "lists", texts, type)
            case set() | frozenset() if self.sets:
                keys = self._keys(list(value), self._of(type, 0))
                return self._filled("sets", sorted(keys), type)
            case dict() if self.mappings:
                keys = self._keys(list(value), self._of(type, 0))
                texts = [self.literal(each, self._of(type, 1)) for each in value.values()]
                if self.record and all(isinstance(key, str) for key in value):
                    return self.record(dict(zip(keys, texts, strict=True)))
                pairs = [self.pair.format(key=key, value=text) for key, text in zip(keys, texts, strict=True)]
                return self._filled("mappings", pairs, type)
        raise Untranslatable(f"a value of type {value.__class__.__name__}")

    def _of(self, type: ValueType, place: int) -> ValueType:
        return type.of[place] if self.typed else ANY

    def _keys(self, values: list[Any], type: ValueType) -> list[str]:
        for each in values:
            if each.__class__.__name__ not in self.keys:
                raise Untranslatable(f"{'None' if each is None else each.__class__.__name__} as a key")
            if each != each:
                raise Untranslatable("nan as a key")
        texts = [self.literal(each, type) for each in values]
        if len(set(texts)) != len(texts):
            raise Untranslatable("two keys that are one in this language")
        return texts

    def _filled(self, kind: str, texts: list[str], type: ValueType) -> str:
        template: str = getattr(self, kind) if texts or kind not in self.empty else self.empty[kind]
        types = {}
        if self.typed:
            inner = [self.type_text(each) for each in type.of]
            types = {"type": self.type_text(type), "of": inner[0] if inner else "", "to": inner[-1] if inner else ""}
        return template.format(values=self.between.join(texts), count=len(texts), **types)
