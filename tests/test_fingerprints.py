"""Fingerprints: what is the same, what is not, and the same on every machine."""

import os
import subprocess
import sys

import numpy as np
import pytest

from toolkit.fingerprints import digest, digests, structure_grams, word_grams
from toolkit.lexer import PYTHON, Syntax, tokens
from toolkit.neighbours import BANDS, SKETCH_SIZE, Keys, Neighbours, Sketches, bands, similarity, sketch

LUA, OCAML = Syntax("--"), Syntax("(*")

ORIGINAL = '''
import math
from re import sub as replaced

def spread(values, weight=1.0):
    """How far apart values are.

    >>> spread([1, 2])
    """
    total = 0
    for value in values:
        total += math.sqrt(value) * weight
    return replaced("a", "b", str(total), count=2)
'''

RENAMED = """
from re import sub as replaced
import math

# from somewhere else
def width(xs, weight=1):
\t# add them up
\tsum = 0
\tfor x in xs:
\t\tsum += (math.sqrt(x)) * weight  # each

\treturn replaced('a', 'b', str(sum), count=2)
"""


def normal(text: str, syntax: Syntax = PYTHON) -> str:
    return digest(tokens(text, syntax), syntax)


def grams(text: str, syntax: Syntax = PYTHON) -> list[int]:
    return structure_grams(tokens(text, syntax)).tolist()


def test_comments_documentation_names_layout_and_order_of_imports_do_not_count() -> None:
    assert grams(ORIGINAL)
    assert grams(ORIGINAL) == grams(RENAMED)


def test_a_program_renamed_has_the_same_normal_form() -> None:
    plain = RENAMED.replace("(math.sqrt(x))", "math.sqrt(x)")
    assert normal(ORIGINAL) == normal(plain)
    assert normal(ORIGINAL) == normal(plain.replace("\n", "\r\n"))
    assert normal(ORIGINAL) != normal(RENAMED)
    assert set(digests(tokens(ORIGINAL, PYTHON), PYTHON)) & set(digests(tokens(RENAMED, PYTHON), PYTHON))


def test_a_whole_program_is_known_whatever_brackets_and_types_a_copy_has() -> None:
    one = "def f(x: list[int]) -> int:\n    if (x):\n        return(1);\n    return [x for x in (x) if (x > 1)]\n"
    other = "def f(x):\n    if x:\n        return 1\n    return [x for x in x if x > 1]\n"
    assert list(digests(tokens(one, PYTHON), PYTHON)) == list(digests(tokens(other, PYTHON), PYTHON))
    assert len(list(digests(tokens(one, PYTHON), PYTHON))) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return min(x)", "def f(x):\n    return max(x)"),
        ("def f(x):\n    return map(int, x)", "def f(x):\n    return map(str, x)"),
        ("def f(x):\n    return x.lower()", "def f(x):\n    return x.upper()"),
        ("from math import sin\ndef f(x):\n    return sin(x)", "from math import cos\ndef f(x):\n    return cos(x)"),
        ("from math import sin as g\ndef f(x): return g(x)", "from math import cos as g\ndef f(x): return g(x)"),
        ("import math as m\ndef f(x): return m.sin(x)", "import cmath as m\ndef f(x): return m.sin(x)"),
        ("def f(x):\n    return sorted(x, reverse=y)", "def f(x):\n    return sorted(x, default=y)"),
        ("def f(x):\n    if x:\n        x = 1\n    return x", "def f(x):\n    if x:\n        x = 1\n        return x"),
        ("def f(x):\n    return 'a'", "def f(x):\n    return 'b'"),
        ("def f(x):\n    return b'a'", "def f(x):\n    return 'a'"),
        ("def f(x, y):\n    return x - y", "def f(x, y):\n    return y - x"),
        ("def f(x, y):\n    return x - (y - x)", "def f(x, y):\n    return x - y - x"),
        ("def f(x, key=lambda a, b: a + b): pass", "def f(x, key=lambda a, b: a * b): pass"),
        ("def f(x):\n    return {x: 1}", "def f(x):\n    return {x: 2}"),
        ("def f(x):\n    return x[1:2]", "def f(x):\n    return x[1:3]"),
        ("def f(x):\n    return '\\n'", "def f(x):\n    return r'\\n'"),
        ("def f(x):\n    return str(x)", "def f(x):\n    str = x\ndef g(y):\n    return str(y)"),
        ("def f(x):\n    return x * 2", "def f(x):\n    return x * 3"),
    ],
)
def test_another_meaning_is_another_normal_form(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(sum):\n    return sum + 1", "def f(x):\n    return x + 1"),
        ("def f(x):\n    str = x\n    return str", "def f(x):\n    y = x\n    return y"),
        ("def f(x):\n    return [\n        x,\n   'a']", 'def g(y):\n  return [y, "a"]'),
        ("def f(x):\n    return x[1. / 3:2]", "def f(x):\n    return x[1.0 / 3:2]"),
        ("def f(x):\n    return 1_000 + 2.50", "def f(x):\n\treturn 1000 + 2.5"),
        ("def f(x):\n    'Said.'\n    return x", "def f(x):\n    return x"),
        ("def f(x):\n    return x + \\\n        1", "def f(x):\n    return x + 1"),
        ("def f(x):\n    return '\\w\\''", 'def f(x):\n    return "\\\\w\'"'),
        ("def f(x):\n    return r'\\w'", "def f(x):\n    return u'\\\\w'"),
        ("def match(x):\n    a, sum = 0, 1\n    return sum", "def f(x):\n    a, b = 0, 1\n    return b"),
        ("def f(x):\n    for tuple in x:\n        yield tuple", "def f(x):\n    for y in x:\n        yield y"),
        (
            "def f(x: dict[str, int], *y: 'a, b', z: int = 3) -> list[\n  int\n]:\n    n: int = 0\n    return n",
            "def f(x, *y, z=3):\n    n = 0\n    return n",
        ),
        ("def f(str: str = 'a'):\n    y: list[int] = [str]\n    return y", "def f(s='a'):\n    y = [s]\n    return y"),
        ("def f(x):\n    y: list[\n    int\n    ]\n    try: y = {x: 1}", "def f(x):\n    y\n    try: y = {x: 1}"),
        ("def f(x):\n    with x as all:\n        return all", "def f(x):\n    with x as y:\n        return y"),
    ],
)
def test_another_spelling_is_the_same_normal_form(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_comments_of_target_languages_are_out_and_strings_are_whole() -> None:
    lua = "local x = [[a -- no\nb]] -- gone\n--[==[ gone\n ]] ]==] local y = t[t[1]] == 'a--b'"
    assert [token.text for token in tokens(lua, LUA)][-3:] == ["=", "=", '"a--b']
    assert not any("gone" in token.text for token in tokens(lua, LUA))
    ocaml = "let f (y : 'a list) = (* gone (* gone *) gone *) 'c' :: \"(* no *)\" :: y"
    assert [token.text for token in tokens(ocaml, OCAML)][-7:] == ['"c', ":", ":", '"(* no *)', ":", ":", "y"]
    assert not any("gone" in token.text for token in tokens(ocaml, OCAML))


def test_the_words_of_code_and_prose_are_alike() -> None:
    prose = "has close elements in the list of numbers"
    code = "hasCloseElements(in_the, listOf.NUMBERS)"
    assert word_grams(prose).tolist() == word_grams(code).tolist() != []
    assert word_grams("five words are too few").tolist() == []


@pytest.mark.parametrize("text", ["", "\n", "'", '"""', "def f(:", "\ud800 x = 1", "\0", "(((((", "x" * 100_000])
def test_any_text_can_be_read(text: str) -> None:
    for syntax in (PYTHON, LUA, OCAML):
        found = tokens(text, syntax)
        assert len(digest(found, syntax)) == 16
        structure_grams(found)
        word_grams(text)


PRINT = """
from toolkit.fingerprints import digest, structure_grams, word_grams
from toolkit.lexer import PYTHON, tokens
from toolkit.neighbours import bands, sketch
text = open(0, encoding="utf-8").read()
found = tokens(text, PYTHON)
print(digest(found, PYTHON), sketch(structure_grams(found))[:3], sketch(word_grams(text))[:3])
print(bands(structure_grams(found), "lua")[:3])
"""


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_fingerprints_are_the_same_in_every_process_and_on_every_machine(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", PRINT], input=ORIGINAL, capture_output=True, text=True, env=environment, check=True
    )
    assert run.stdout.splitlines() == [
        "cb083c7b65da20e3 (304079300, 312416745, 318855606) (29275380, 186943540, 744091377)",
        "(982163738, 1656897035, 2772885148)",
    ]


def planted(share: float, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of `size` hashes with that Jaccard similarity."""
    numbers = np.random.default_rng(seed).integers(0, 2**64, 2 * size, dtype=np.uint64)
    shared = round(2 * size * share / (1 + share))
    return np.unique(numbers[:size]), np.unique(np.append(numbers[:shared], numbers[size : 2 * size - shared]))


def read(values: tuple[int, ...]) -> np.ndarray:
    return np.array(values, np.uint32)


def test_the_similarity_of_small_sets_is_exact_and_of_large_ones_close() -> None:
    for size, slack in ((100, 0.005), (5000, 4 * 0.045)):
        for share in (0.2, 0.5, 0.8):
            one, other = planted(share, size, seed=size)
            assert similarity(read(sketch(one)), read(sketch(other))) == pytest.approx(share, abs=slack)
    assert len(sketch(planted(0.5, 5000, 1)[0])) == SKETCH_SIZE


def test_the_estimate_for_large_sets_is_not_biased_even_where_one_is_larger() -> None:
    found = []
    for seed in range(60):
        numbers = np.random.default_rng(seed).integers(0, 2**64, 4000, dtype=np.uint64)
        small, large = np.unique(numbers[:1000]), np.unique(numbers)
        found.append(similarity(read(sketch(small)), read(sketch(large))))
    assert np.mean(found) == pytest.approx(0.25, abs=0.02)


def test_like_sets_are_proposed_and_unlike_ones_hardly() -> None:
    hits = {}
    for share in (0.05, 0.5, 0.7):
        keys = Keys()
        for seed in range(300):
            for each in planted(share, 60, seed):
                keys.add(bands(each))
        neighbours = Neighbours(keys)
        hits[share] = sum(2 * row in neighbours.of(2 * row + 1, lambda place: False) for row in range(300))
    assert hits[0.7] == 300
    assert hits[0.5] >= 294
    assert hits[0.05] <= 15


def test_neighbours_lie_before_and_the_skipped_ones_are_passed_over() -> None:
    one = planted(0.5, 60, 1)[0]
    keys = Keys()
    for _ in range(4):
        keys.add(bands(one))
    keys.add(())
    keys.add(())
    neighbours = Neighbours(keys)
    assert sorted(neighbours.of(3, lambda place: place == 2)) == [0, 1]
    assert list(neighbours.of(0, lambda place: False)) == []
    assert list(neighbours.of(5, lambda place: False)) == [], "rows without bands have no neighbours"


def test_sets_of_other_salts_share_no_band() -> None:
    one = planted(0.5, 60, 1)[0]
    assert len(bands(one)) == BANDS
    assert not set(bands(one, "lua")) & set(bands(one, "ocaml"))


def test_sketches_are_given_back_as_they_were_added() -> None:
    kept = Sketches()
    for values in ((1, 2, 2**32 - 1), (), (7,)):
        kept.add(values)
    assert [kept[place].tolist() for place in range(3)] == [[1, 2, 2**32 - 1], [], [7]]
