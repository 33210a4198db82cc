"""Literal values to try, by type; and small changes to them. Runs INSIDE a sandbox; never imported by langlift.

A type is a tuple: ("int",), ("list", element), ("tuple", one, two), ("dict", key, value), ("any",). The first values
of each list are the plain ones; the corners follow.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from typing import Any

    Type = tuple[Any, ...]
    Pools = dict[str, list[Any]]

INTS = (3, 0, 1, 2, 5, 10, -1, 4, 7, 6, 8, 12, 16, 25, -3, 9, 13, 100, 17, 27, 28, 64, 97, 121, -10, 153, 255, 1000)
FLOATS = (1.5, 0.0, 1.0, 2.0, -1.0, 0.5, 10.0, 3.0, -2.5, 100.0, 0.25, 0.125, 4.0, 9.0, 50.0, 0.75, 1000.0, -0.5)
STRINGS = ("abc", "", "a", "Hello World", "aba", "123", "aabbc", "A", " ", "a b c", "ab12", "-5", "hello world foo",
           "racecar", "a,b;c", "The quick brown fox", "  padded ", "UPPER", "x_y-z", "1010", "(a[b]{c})", "3.14",
           "hello\nworld", "zyx", "0", "ff", "aB", "((()))", "1 + 2", "caf\u00e9", "XIV", "12:30", "2020-02-29",
           "a@b.co", "someCamelCase", "!?.", "ACGT", "/a/b.txt")  # fmt: skip
WORDS = ("a", "b", "c", "abc", "d", "e", "foo", "bar", "A", "x", "y", "1", "hello", "")
GRIDS = (
    ((1, 2), (3, 4)), ((1, 2, 3), (4, 5, 6), (7, 8, 9)), ((0, 1), (1, 0)), (), ((1,),),
    ((0, 1, 0), (1, 0, 1), (0, 1, 0)),
    ((1, 0), (0, 1)), ((1, 2, 3), (4, 5, 6)), ((0, 0), (0, 0)), ((1, 2), (2, 3), (3, 1)), ((2, -1), (-3, 4)),
    ((1, 1, 0, 0), (1, 0, 0, 1), (0, 0, 1, 1), (1, 1, 1, 1)), ((),), ((0, 1, 4), (1, 2, 1), (2, 3, 2)),
)  # fmt: skip
PATTERNS = ((0, 1, 2), (), (0,), (2, 1, 0), (0, 0), (1, 0, 1, 2), (0, 1, 2, 3, 4), (3, 1, 4, 1, 5, 2, 6), (0, 1),
            (4, 3, 2, 1), (1, 1, 1), (5, 0, 3), (6, 2, 2, 9, 4, 7), (8, 7))  # fmt: skip
GRAPHS: tuple[dict[int, list[int]], ...] = (
    {0: [1, 2], 1: [2], 2: [0, 3], 3: []}, {0: [1], 1: [0]}, {0: []}, {},
    {0: [1, 2], 1: [3], 2: [3], 3: [4], 4: []}, {1: [2], 2: [3], 3: [1]},
)  # fmt: skip
NAMED = "ABCDEFGH"
SORTED_INTS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


def boundary(kind: Type, pools: Pools, depth: int = 0) -> list[Any]:
    """Values of a type, plain ones first, without repeats."""
    return unique(_boundary(kind, pools, depth))


def unique(values: list[Any]) -> list[Any]:
    """The values without repeats; True and 1 differ."""
    seen: set[str] = set()
    kept: list[Any] = []
    for each in values:
        text = repr(each)
        if text not in seen:
            seen.add(text)
            kept.append(each)
    return kept


def _boundary(kind: Type, pools: Pools, depth: int) -> list[Any]:
    name = kind[0]
    if name == "int":
        near = [each + step for each in pools["int"] for step in (0, 1, -1)]
        return [*INTS[:3], *near[:6], *INTS[3:], *near[6:40]]
    if name == "float":
        return [*FLOATS[:3], *(float(each) for each in pools["float"][:8]), *FLOATS[3:]]
    if name == "str":
        return [*STRINGS[:3], *pools["str"][:12], *STRINGS[3:], *pools["str"][12:40], *_joined(pools["str"])]
    if name == "bool":
        return [True, False]
    if name == "none":
        return [None]
    if name == "bytes":
        return [b"abc", b"", b"a", b"\x00\xff", b"hello world", b"123"]
    if name == "complex":
        return [1 + 2j, 0j, 1j, 2 + 0j, -1.5 + 0.5j]
    if name == "any":
        return [1, "a", None, [1, 2], 0, "", 2.5, True, {"a": 1}, (1, 2), [], {}]
    if name == "optional":
        inner = boundary(kind[1], pools, depth)
        return [*inner[:2], None, *inner[2:]]
    return _container(kind, pools, depth)


def _joined(constants: list[str]) -> list[str]:
    short = [each for each in constants if 0 < len(each) <= 8][:8]
    pairs = [first + second for first in short[:5] for second in short[:5]]
    return [*pairs, "".join(short), " ".join(short)]


def _container(kind: Type, pools: Pools, depth: int) -> list[Any]:
    name = kind[0]
    if name == "tuple":
        places = [boundary(each, pools, depth + 1) for each in kind[1:]]
        return [tuple(row[(index * (place + 1)) % len(row)] for place, row in enumerate(places)) for index in range(8)]
    if name == "dict":
        return _dicts(kind, pools, depth)
    element = kind[1] if len(kind) > 1 else ("int",)
    base = list(WORDS) if element == ("str",) else boundary(element, pools, depth + 1)
    if element == ("int",):
        base = [3, 1, 2, 5, 4, -1, 0, 7, 10, 8]
    if element == ("str",):
        base = base[:3] + list(pools["str"][:4]) + base[3:]
    rows: list[Any] = [[base[index % len(base)] for index in pattern] for pattern in PATTERNS]
    if element == ("int",):
        rows += [list(SORTED_INTS), [-2, -1, 0, 1], [5, -3, 5, 0, 2, -1], [1], list(range(10, 0, -1)), [2, 3, 4, 6]]
        rows += [[each, 1, each] for each in pools["int"][:3]]
    if element == ("float",):
        rows += [[1.0, 2.0, 3.0, 4.0], [-1.5, 0.0, 2.5], [0.5, 0.25, 0.25]]
    if element in (("list", ("int",)), ("list", ("float",))):
        turn = int if element[1] == ("int",) else float
        rows = [[[turn(each) for each in row] for row in grid] for grid in GRIDS] + rows[:6]
    if depth:
        rows = rows[:6]
    if name == "set":
        return [set(row) for row in rows if _hashable(row)]
    return [_as(name, row) for row in rows]


def _as(name: str, row: list[Any]) -> Any:
    return tuple(row) if name == "row" else list(row)  # a row: a tuple of any length


def _hashable(row: Any) -> bool:
    return all(_hashable(each) if isinstance(each, tuple) else not isinstance(each, (list, dict, set)) for each in row)


def _dicts(kind: Type, pools: Pools, depth: int) -> list[Any]:
    keys = [each for each in boundary(kind[1], pools, depth + 1) if _hashable([each])] or ["a", "b", "c"]
    if kind[1] == ("str",):
        keys = [*(each for each in pools["str"][:4]), "a", "b", "c", "key", "x", "name"]
    values = boundary(kind[2], pools, depth + 1)
    rows = [{keys[index % len(keys)]: values[index % len(values)] for index in pattern} for pattern in PATTERNS[:9]]
    rows.insert(2, dict.fromkeys(reversed(list(rows[0])), values[0]))  # alike behind keys that do not ascend
    if kind[2][0] in ("list", "set") and kind[2][1] == kind[1] and kind[1] in (("int",), ("str",)):
        rows = [_graph(each, kind) for each in GRAPHS] + rows[:3]
    if kind[2] == ("dict", kind[1], ("int",)):
        rows = [_weighted(each, kind) for each in GRAPHS] + rows[:3]
    return rows[:4] if depth else rows


def _graph(graph: dict[int, list[int]], kind: Type) -> dict[Any, Any]:
    turn = (lambda each: NAMED[each]) if kind[1] == ("str",) else (lambda each: each)
    hold = set if kind[2][0] == "set" else list
    return {turn(key): hold(turn(each) for each in row) for key, row in graph.items()}


def _weighted(graph: dict[int, list[int]], kind: Type) -> dict[Any, Any]:
    """A graph whose edges carry a length."""
    plain = _graph(graph, ("dict", kind[1], ("list",)))
    return {key: {each: 1 + index for index, each in enumerate(row)} for key, row in plain.items()}


def mutate(value: Any, kind: Type, pools: Pools, random: Any, others: Any = ()) -> Any:
    """The value with one small change; now and then another value of its type."""
    pick = random.random()
    if pick < 0.08:
        row = boundary(kind, pools)
        return row[random.randrange(len(row))]
    if pick < 0.18 and others:
        return _borrow(value, others, random)
    if isinstance(value, bool) or value is None:
        return _fresh(kind, pools, random)
    if isinstance(value, int):
        return _int(value, pools, random)
    if isinstance(value, float):
        if value - value != 0:  # infinite
            return _fresh(kind, pools, random)
        return random.choice((value + 1, value - 1, -value, value * 2, value / 2, value + 0.5, float(round(value))))
    if isinstance(value, str):
        return _string(value, pools, random)
    if isinstance(value, (list, tuple)):
        return _row(value, kind, pools, random)
    if isinstance(value, dict):
        return _dict(value, kind, pools, random)
    if isinstance(value, set):
        fresh = _fresh(kind, pools, random)
        return value ^ fresh if isinstance(fresh, set) else value
    if isinstance(value, bytes):
        return value + bytes([random.randrange(256)]) if random.random() < 0.6 else value[1:]
    return _fresh(kind, pools, random)


def _fresh(kind: Type, pools: Pools, random: Any) -> Any:
    row = boundary(kind, pools)
    return row[random.randrange(len(row))]


def _borrow(value: Any, others: Any, random: Any) -> Any:
    """Something of another argument: an element, a piece, its length."""
    other = random.choice(others)
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and isinstance(other, (list, tuple, str)):
        numbers = [each for each in other if type(each) is int]
        return random.choice(numbers) if numbers and random.random() < 0.7 else len(other) - random.randrange(2)
    if isinstance(value, str) and isinstance(other, str) and other:
        start = random.randrange(len(other))
        return other[start : start + 1 + random.randrange(4)]
    if isinstance(other, (list, tuple)) and other:
        element = random.choice(other)
        return element if type(element) is type(value) else value
    if isinstance(other, dict) and other:
        key = random.choice(list(other))
        return key if type(key) is type(value) else value
    return other if type(other) is type(value) else value


def _int(value: int, pools: Pools, random: Any) -> int:
    choices = [value + 1, value - 1, value * 2, value // 2, -value, value + 10, value * 10, random.randrange(-20, 200),
               random.randrange(0, 20)]  # fmt: skip
    choices += [each + random.randrange(-1, 2) for each in pools["int"][:8]]
    changed = random.choice(choices)
    return changed if abs(changed) <= 1 << 40 else value // 2


def _string(value: str, pools: Pools, random: Any) -> Any:
    place = random.randrange(len(value) + 1)
    pick = random.randrange(8)
    letters = "".join(pools["str"]) if random.random() < 0.5 else ""
    letters = letters or "abcABC012 .-_,(xyz"
    if pick == 0:
        return value[:place] + value[place + 1 :]
    if pick == 1 and len(value) <= 40:
        return value + value
    if pick == 2:
        return value[::-1]
    if pick == 3:
        return random.choice((value.upper(), value.lower(), value.title(), value.swapcase()))
    if pick == 4 and pools["str"] and len(value) <= 60:
        return value[:place] + random.choice(pools["str"]) + value[place:]
    if pick == 5:
        return value[:place] + random.choice(letters) + value[place + 1 :]
    if len(value) > 80:
        return value[: len(value) // 2]
    return value[:place] + random.choice(letters) + value[place:]


def _row(value: Any, kind: Type, pools: Pools, random: Any) -> Any:
    row = list(value)
    element = kind[1] if kind[0] in ("list", "row") and len(kind) > 1 else ("any",)
    if kind[0] == "tuple" or (not row and element == ("any",)):
        if not row or len(kind) != len(row) + 1:
            return value
        place = random.randrange(len(row))
        row[place] = mutate(row[place], kind[1 + place], pools, random)
        return tuple(row)
    pick = random.randrange(9)
    place = random.randrange(len(row)) if row else 0
    if pick == 0 and row:
        del row[place]
    elif pick == 1 and row and len(row) < 30:
        row.insert(place, row[random.randrange(len(row))])
    elif pick == 2:
        row.reverse()
    elif pick == 3 and len({type(each) for each in row}) == 1 and not isinstance(row[0], (dict, set, complex)):
        row = _sorted(row)
    elif pick == 4 and len(row) > 1:
        row[place], row[place - 1] = row[place - 1], row[place]
    elif pick == 5 and len(row) <= 10:
        row = row + row
    elif row and pick < 8:
        row[place] = mutate(row[place], element, pools, random)
    elif len(row) < 30:
        row.insert(place, _fresh(element, pools, random))
    return tuple(row) if isinstance(value, tuple) else row


def _sorted(row: list[Any]) -> list[Any]:
    try:
        return sorted(row)
    except TypeError:
        return row


def _dict(value: dict[Any, Any], kind: Type, pools: Pools, random: Any) -> dict[Any, Any]:
    changed = dict(value)
    keys = list(changed)
    pick = random.randrange(4)
    types = kind if kind[0] == "dict" else ("dict", ("str",), ("any",))
    if pick == 0 and keys:
        del changed[random.choice(keys)]
    elif pick < 3 and keys:
        key = random.choice(keys)
        changed[key] = mutate(changed[key], types[2], pools, random)
    else:
        key = _fresh(types[1], pools, random)
        if _hashable([key]):
            changed[key] = _fresh(types[2], pools, random)
    return changed
