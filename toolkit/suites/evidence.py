"""Evidence for the type of a value, and the words of Python that give it: methods, builtins, literals."""

import ast
from collections import Counter
from dataclasses import dataclass, field

STRING = frozenset(dir(str)) - frozenset(dir(list)) - frozenset(dir(dict)) - frozenset(dir(set))
LIST = frozenset({"append", "extend", "insert", "sort", "reverse", "remove", "pop"})
DICT = frozenset({"items", "keys", "values", "get", "setdefault", "update"})
SET = frozenset({"add", "union", "intersection", "difference", "issubset", "issuperset", "discard"})
BYTES = frozenset({"decode", "hex"})
NUMBER = frozenset({"is_integer", "bit_length", "bit_count", "conjugate", "as_integer_ratio"})
OF_INT = frozenset({"range", "chr", "bin", "hex", "oct", "factorial", "comb", "perm", "gcd", "isqrt", "lcm"})
OF_NUMBER = frozenset({"abs", "round", "divmod", "pow", "complex", "isclose"})
OF_NUMBERS = frozenset({"sum", "fsum", "prod", "mean"})
OF_MANY = frozenset({"sorted", "enumerate", "set", "list", "tuple", "zip", "reversed", "iter", "any", "all", "max",
                      "min", "map", "filter", "Counter", "deque", "frozenset", "chain", "accumulate", "islice",
                      "groupby", "combinations", "permutations", "product"})  # fmt: skip
KINDS = {"int": "int", "float": "float", "str": "str", "bool": "bool", "list": "list", "tuple": "tuple",
          "dict": "dict", "set": "set", "bytes": "bytes", "Number": "float", "Mapping": "dict", "Sequence": "list",
          "Iterable": "list", "complex": "complex", "Decimal": "int", "frozenset": "set"}  # fmt: skip


@dataclass
class Evidence:
    """Scores for the kinds of one value, and evidence for what it holds."""

    kinds: Counter[str] = field(default_factory=Counter)
    held: dict[str, "Evidence"] = field(default_factory=dict)  # "element", "key", "value", "0", "1", ...

    def part(self, name: str) -> "Evidence":
        return self.held.setdefault(name, Evidence())

    def add(self, kind: str, score: int) -> None:
        self.kinds[kind] += score


def merge(into: Evidence, other: Evidence, depth: int) -> None:
    """What is known of one value is known of the other, down to a small depth."""
    into.kinds.update(other.kinds)
    if depth < 3:
        for name, part in other.held.items():
            merge(into.part(name), part, depth + 1)


def named_kinds(node: ast.expr) -> list[str]:
    """The kinds that the second argument of `isinstance` names."""
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    found = [
        each.id if isinstance(each, ast.Name) else each.attr
        for each in names
        if isinstance(each, ast.Name | ast.Attribute)
    ]
    return [KINDS[each] for each in found if each in KINDS]


def literal_kind(node: ast.expr) -> str:
    """The kind of a literal or a display; "" for anything else."""
    match node:
        case ast.Constant(value=None):
            return "none"
        case ast.Constant(value=bool() | int() | float() | str() | bytes() | complex() as value):
            return type(value).__name__
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return literal_kind(inner)
        case ast.List() | ast.ListComp():
            return "list"
        case ast.Tuple():
            return "tuple"
        case ast.Dict() | ast.DictComp():
            return "dict"
        case ast.Set() | ast.SetComp():
            return "set"
        case ast.JoinedStr():
            return "str"
    return ""
