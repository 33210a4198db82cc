"""Mutants: each compiles, differs, is one edit, and is the same on every machine."""

import ast

from toolkit.records import SourceFunction
from toolkit.suites import mutants, subject

CODE = '''
def f(a, b=3, *rest, **names):
    """Doc: 1 < 2."""
    total = 0
    for i in range(b):
        if a[i:b] and not i == 2 or "é" in rest:
            total += -i * 2
            continue
        while total < 10:
            total = total + 1
            break
    label: int = 4
    return f"{total + 1}" if label else total
'''


def made(code: str = CODE, limit: int = 500) -> tuple[subject.Subject, list[mutants.Mutant]]:
    function = SourceFunction("0" * 16, "f", code.strip(), "", "Doc.", 1, 1, (), "o/r", "a.py", "v1", "MIT")
    it = subject.of(function)
    return it, mutants.of(it, limit)


def test_every_mutant_compiles_and_differs_from_the_function_and_the_others() -> None:
    it, found = made()
    forms = {ast.dump(ast.parse(mutant.apply(it.code.encode()))) for mutant in found}
    assert len(forms) == len(found) > 30
    assert ast.dump(ast.parse(it.code)) not in forms


def test_signature_docstring_and_annotations_are_left_alone() -> None:
    it, found = made()
    head = it.code[: it.code.index("total")].encode()
    assert all(mutant.apply(it.code.encode()).startswith(head) for mutant in found)
    assert all(b"label: int" in mutant.apply(it.code.encode()) or "removed" in mutant.what for mutant in found)


def test_the_kinds_of_change_are_all_there() -> None:
    words = " ".join(mutant.what for mutant in made()[1])
    for kind in ("- for Add", "// for Mult", "<= for Lt", "!= for Eq", "not in for In", "or for And", "and for Or",
                 "operator removed", "0 + 1", "'' for a text", "condition negated", "statement removed", "returns None",
                 "continue for break", "break for continue", "range one shorter", "slice one shorter",
                 "loop removed", "first element only"):  # fmt: skip
        assert kind in words, kind


def test_later_lines_keep_their_numbers() -> None:
    it, found = made()
    assert {mutant.apply(it.code.encode()).count(b"\n") for mutant in found} == {it.code.count("\n")}


def test_the_sample_is_the_same_every_time_and_spread_over_the_function() -> None:
    assert made(limit=12)[1] == made(limit=12)[1]
    assert len({mutant.what.split(":")[0] for mutant in made(limit=12)[1]}) >= 5


def test_a_mutant_edits_bytes_so_other_alphabets_do_not_shift_it() -> None:
    it, found = made('def f(é):\n    """Doc."""\n    return ("ñandú", é + 1)')
    texts = {mutant.apply(it.code.encode()).decode() for mutant in found}
    assert any('"ñandú"' in text.replace("'", '"') and "é - 1" in text for text in texts)
