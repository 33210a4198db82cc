"""Lua expressions as text that knows how tightly it binds (Lua 5.4 manual, section 3.4.8)."""

OR, AND, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, CONCAT, ADD, MULTIPLY, UNARY, POWER, LITERAL, ATOM = range(1, 15)


class Code(str):
    """Lua text and its binding level. An ATOM can be called and indexed as it stands; a LITERAL can not."""

    __slots__ = ("level", "opposite")
    level: int
    opposite: "Code | None"  # the negated condition, where it has a better form than `not (...)`

    def __new__(cls, text: str, level: int = ATOM, opposite: "Code | None" = None) -> "Code":
        self = super().__new__(cls, text)
        self.level = level
        self.opposite = opposite
        return self

    def at(self, level: int) -> str:
        """The text, in parentheses where it binds less tightly than `level`."""
        return str(self) if self.level >= level else f"({self})"

    @property
    def atom(self) -> str:
        return self.at(ATOM)


def binary(left: Code, operator: str, right: Code, level: int) -> Code:
    """A left-associative operation."""
    return Code(f"{left.at(level)} {operator} {right.at(level + 1)}", level)


def chain(operator: str, parts: list[Code], level: int) -> Code:
    """An associative operation over many operands; one operand is itself."""
    if len(parts) == 1:
        return parts[0]
    return Code(f" {operator} ".join(part.at(level) for part in parts), level)


def call(function: str, *arguments: str) -> Code:
    return Code(f"{function}({', '.join(arguments)})")


def compare(left: Code, operator: str, right: Code) -> Code:
    """A comparison; == and ~= know their opposite (the others do not: NaN)."""
    text = f"{left.at(CONCAT)} {operator} {right.at(CONCAT)}"
    other = {"==": "~=", "~=": "=="}.get(operator)
    return Code(text, COMPARE, Code(f"{left.at(CONCAT)} {other} {right.at(CONCAT)}", COMPARE) if other else None)


def negated(condition: Code) -> Code:
    """The opposite truth."""
    if condition in ("true", "false"):
        return Code("false" if condition == "true" else "true", LITERAL)
    if condition.opposite is not None:
        return Code(str(condition.opposite), condition.opposite.level, condition)
    return Code(f"not {condition.at(UNARY)}", UNARY, condition)


def quoted(text: str) -> Code:
    """A Lua string literal: printable ASCII as it is, everything else as decimal escapes of its UTF-8 bytes."""
    parts = []
    for byte in text.encode("utf-8", "surrogatepass"):
        character = chr(byte)
        escape = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"'}.get(character)
        parts.append(escape or (character if 32 <= byte < 127 else f"\\{byte:03d}"))
    return Code('"' + "".join(parts) + '"', LITERAL)
