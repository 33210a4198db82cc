"""Names: what Lua reserves, and how a Python name is written there."""

_KEYWORDS = (
    "and break do else elseif end false for function goto if in local nil not or repeat return then true until while"
)
_LIBRARY = (
    "assert collectgarbage coroutine debug dofile error getmetatable io ipairs load loadfile math next os package"
    " pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring"
    " type utf8 warn xpcall _G _ENV _VERSION"
)
KEYWORDS = frozenset(_KEYWORDS.split())
LIBRARY = frozenset(_LIBRARY.split())


def spelled(name: str, taken: frozenset[str]) -> str:
    """The Lua name of a Python name: an underscore behind what means something else in Lua; ASCII alone."""
    plain = "".join(letter if letter.isascii() else f"u{ord(letter):x}" for letter in name)
    return f"{plain}_" if plain in KEYWORDS or plain in LIBRARY or plain in taken else plain
