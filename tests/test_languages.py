"""What every language must do, with every toolchain of this machine. Names no language."""

import os
from collections.abc import Iterator, Sequence

import pytest

from sandboxes import Limits, Pool, open_pool
from toolkit import languages
from toolkit.blind import way_of
from toolkit.errors import UnknownName
from toolkit.judge import Program, Trier, judge, judge_published, proving_job, published_job
from toolkit.languages.base import Language, Toolchain
from toolkit.languages.suite import suite_of
from toolkit.prompts import prompt_of
from toolkit.records import Case, Problem, SourceFunction, Verdict
from toolkit.value_types import read

LIMITS = Limits(cpu_seconds=2, wall_seconds=60, memory_bytes=256 << 20)
PAIRS = [(name, toolchain) for name in languages.every() for toolchain in languages.find(name).toolchains() or (None,)]
REQUIRED = os.environ.get("LANGLIFT_REQUIRE_LANGUAGES", "").replace(",", " ").split()

# Values of one type in one row, none equal to another of its row.
AWKWARD = (
    ("'a\"b'", "'a\\'b'", "'a\\\\b'", "'a\\\\nb'", "'a\\nb'", "'a\\r\\nb'", "'a\\tb'", "'a\\x00b'", "'a'", "''", "' '"),
    ("'$x {y} [z]'", "'%d %s %%'", "'#{x} ${x} `x`'", "']] --[['", "'*) (* {|'", "'\\x7f\\x1b[0m'", "'1'"),
    ("'naïve 日本 🎉'", "'nai\\u0308ve 日本 🎉'", "'\\u200b'", "'\\u202e'", "'\\ufeff'", "'\\u0085'", "'é'", "'e'"),
    ("b'\\xff\\xfe\\x001'", "b'\\xff\\xfe'", "b''", "b'a\"b\\\\'", "b'\\n'", "b'\\xc3\\xa9'", "b'1'"),
    ("0", "1", "-1", "2**62 - 1", "-2**62", "10**15", "10**15 + 1"),
    ("0.0", "1.5", "-1.5", "1e300", "1e-7", "inf", "-inf", "nan", "0.1", "123456789.125"),
    ("True", "False"),
    ("None", "1"),
    ("[]", "[0]", "[1, 2]", "[2, 1]", "[1, 2, 3]", "[1, 1]"),
    ("[[]]", "[]", "[[], []]", "[[1], []]", "[[], [1]]"),
    ("(1, 'a')", "(1, 'b')", "(2, 'a')"),
    ("(1, 2.5, 'x', True)", "(1, 2.5, 'x', False)", "(2, 2.5, 'x', True)"),
    ("{}", "{'a': 1}", "{'a': 2}", "{'b': 1}", "{'a': 1, 'b': 1}", "{'end': 1}", "{'a b': 1}", "{'': 1}"),
    ("{1: 'a', -3: 'b'}", "{1: 'a'}", "{1: 'a', 3: 'b'}"),
    ("{'a': {'b': [1]}}", "{'a': {'b': []}}", "{'a': {}}"),
    ("{1, 2}", "{1}", "{1, 3}", "{1, 2, 3}", "set()"),
    ("{'x', '\\n'}", "{'x'}", "{'\\n'}"),
    ("[True, False]", "[False, True]"),
    ("[0.5, nan]", "[0.5, 1.0]", "[nan, 0.5]"),
    ("[{'k': (1, [2])}]", "[{'k': (1, [])}]", "[{'k': (2, [2])}]"),
)


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1].name if pair[1] else 'missing'}")
def pair(request: pytest.FixtureRequest) -> tuple[Language, Toolchain]:
    name, toolchain = request.param
    if toolchain is None:
        message = f"no toolchain for {name} here: {languages.find(name).remedy}"
        pytest.fail(message) if name in REQUIRED else pytest.skip(message)
    return languages.find(name), toolchain


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with open_pool(workers=2) as opened:
        yield opened


def function(name: str, parameters: str, body: str = "pass") -> SourceFunction:
    code = f"def {name}({parameters}):\n    {body}\n"
    return SourceFunction("0", name, code, "", "", 1, 2, (), "", "", "", "")


ADD = function("add", "a, b")
ADDED = (Case("(1, 2)", "returns", "3", "generated"), Case("(5, -2)", "returns", "3", "generated"))
NONCE = "5f" * 16
GIVE = function("give", "value")


def given(value: str, expected: str) -> Case:
    return Case(f"({value},)", "returns", expected, "generated")


def verdicts(
    pool: Pool,
    pair: tuple[Language, Toolchain],
    tried: Sequence[tuple[str, SourceFunction, tuple[Case, ...]]],
    repeats: int = 0,
) -> list[Verdict]:
    language, toolchain = pair
    programs = [Program(language, toolchain, code, suite_of(language, of, cases)) for code, of, cases in tried]
    assert not [reason for program in programs for reason in program.suite.skipped]
    return Trier(pool, LIMITS, repeats, way_of(language, False)).verdicts(programs)


def test_the_examples_are_told_apart(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    examples = pair[0].examples
    codes = (examples.right, examples.wrong, examples.broken, examples.leaves)
    found = verdicts(pool, pair, [(code, ADD, ADDED) for code in codes], repeats=3)
    assert [each.status for each in found] == ["passed", "wrong answer", "compile error", "left early"]
    assert "case 1" in found[1].detail
    assert "got 4, expected 3" in found[1].detail


def test_hostile_translations_are_judged_truly(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    hostile = pair[0].examples.hostile
    found = verdicts(pool, pair, [(code, ADD, ADDED) for code, _ in hostile.values()], repeats=1)
    told = {title: verdict.status for title, verdict in zip(hostile, found, strict=True)}
    assert told == {title: status for title, (_, status) in hostile.items()}, [each.detail for each in found]


def test_the_proof_takes_the_function_by_its_name(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    language, toolchain = pair
    if "returns another function" not in language.examples.hostile:
        pytest.skip(f"a translation into {language.title} returns nothing")
    code, status = language.examples.hostile["returns another function"]
    suite = suite_of(language, ADD, ADDED)
    (found,) = pool.run([proving_job("0", Program(language, toolchain, code, suite), 0, NONCE, LIMITS)])
    assert judge(found, NONCE, suite, LIMITS).status == status


def test_each_toolchain_of_a_language_gives_the_same_verdicts(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    language = pair[0]
    examples = language.examples
    codes = [examples.right, examples.wrong, examples.leaves, examples.opaque]
    codes += [code for code, status in examples.hostile.values() if status in ("wrong answer", "runtime error")]
    tried = [(code, ADD, ADDED) for code in codes]
    best = (language, language.toolchains()[0])
    assert verdicts(pool, pair, tried, repeats=1) == verdicts(pool, best, tried, repeats=1)


def expressible(language: Language) -> list[list[str]]:
    """The awkward values with a form in this language, row by row."""
    rows = [
        [text for text in row if not suite_of(language, GIVE, (given(form(text), form(text)),)).skipped]
        for row in AWKWARD
    ]
    assert sum(map(len, rows)) >= 24
    return rows


def form(text: str) -> str:
    return repr(eval(text)) if "**" in text else text


def test_awkward_values_equal_themselves(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    rows = [tuple(given(form(text), form(text)) for text in row) for row in expressible(pair[0])]
    found = verdicts(pool, pair, [(pair[0].examples.identity, GIVE, cases) for cases in rows if cases])
    assert [each for each in found if each.status != "passed"] == []


def test_awkward_values_equal_no_other_value_of_their_type(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    language = pair[0]
    rows = [[form(text) for text in row] for row in expressible(language)]
    texts = [[suite_of(language, GIVE, (given(value, value),)).lines[0] for value in row] for row in rows]
    assert [len(set(row)) for row in texts] == list(map(len, rows))  # all pairs, cheaply
    # Each value beside the next of its row, run: the two settle the types, and the first must fail.
    suites = [
        (given(one, other), given(other, one))
        for row in rows
        for one, other in zip(row, [*row[1:], *row[:1]], strict=True)
        if one != other
    ]
    suites = [cases for cases in suites if not suite_of(language, GIVE, cases).skipped]
    assert len(suites) >= 60
    found = verdicts(pool, pair, [(language.examples.identity, GIVE, cases) for cases in suites])
    odd = [(cases[0], each) for cases, each in zip(suites, found, strict=True) if each.status != "wrong answer"]
    assert odd == []
    assert all(each.detail.startswith("case 1, ") for each in found)


def test_cases_that_contradict_each_other_are_named_and_not_kept(pair: tuple[Language, Toolchain]) -> None:
    cases = (given("1", "2"), given("2", "3"), given("1", "4"))
    suite = suite_of(pair[0], GIVE, cases)
    assert suite.places == (1,)
    assert suite.skipped == tuple(
        f"case {one}: it is the call of case {other} and expects something else" for one, other in ((1, 3), (3, 1))
    )


@pytest.mark.parametrize(
    ("value", "expected", "status"),
    [
        ("0.30000000000000004", "0.3", "passed"),
        ("0.3001", "0.3", "wrong answer"),
        ("1e-13", "0.0", "passed"),
        ("-0.0", "0.0", "passed"),
        ("0.0", "1.38e-23", "wrong answer"),
        ("1.3800000000001e-23", "1.38e-23", "passed"),
        ("1e308", "inf", "wrong answer"),
        ("inf", "1e308", "wrong answer"),
        ("nan", "0.0", "wrong answer"),
        ("3.0", "3.0", "passed"),
    ],
)
def test_floats_are_equal_within_the_stated_distance(
    pool: Pool, pair: tuple[Language, Toolchain], value: str, expected: str, status: str
) -> None:
    (found,) = verdicts(pool, pair, [(pair[0].examples.identity, GIVE, (given(value, expected),))])
    assert found.status == status, found


def test_a_failure_is_expected_by_the_name_of_its_exception(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    examples = pair[0].examples
    refuse = function("refuse", "value")
    tried = [
        (code, of, (Case("(1,)", "raises", name, "generated"),))
        for code, of, name in (
            (examples.raises, refuse, "ValueError"),
            (examples.raises, refuse, "KeyError"),
            (examples.raises, refuse, "Value"),
            (examples.mistakes, refuse, "ValueError"),
            (examples.identity, GIVE, "ValueError"),
        )
    ]
    assert [each.status for each in verdicts(pool, pair, tried)] == ["passed"] + 4 * ["wrong answer"]


def test_an_unexpected_failure_names_its_case_and_message(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    tried = [(pair[0].examples.raises, function("refuse", "value"), (given("1", "1"),))]
    (found,) = verdicts(pool, pair, tried)
    assert found.status == "runtime error"
    assert found.detail.startswith("case 1, ")
    assert "refuse" in found.detail.partition(":")[0]
    assert "ValueError" in found.detail


def test_a_generator_yields_these_values_and_then_ends(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    if not pair[0].examples.counts:
        pytest.skip(f"{pair[0].title} has no generators")
    count = function("count", "n")
    cases = [("3", "[0, 1, 2]"), ("3", "[0, 1]"), ("3", "[0, 1, 2, 3]"), ("-1", "[0, 1, 2]"), ("3", "[0, 1, 9]")]
    tried = [(pair[0].examples.counts, count, (Case(f"({n},)", "yields", values, "generated"),)) for n, values in cases]
    assert [each.status for each in verdicts(pool, pair, tried)] == ["passed"] + 4 * ["wrong answer"]


def test_a_generator_may_fail_on_its_way(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    if not pair[0].examples.counts:
        pytest.skip(f"{pair[0].title} has no generators")
    count = function("count", "n", "yield 1")
    cases = [("-2", "ValueError"), ("-2", "KeyError"), ("3", "ValueError")]
    tried = [(pair[0].examples.counts, count, (Case(f"({n},)", "raises", name, "generated"),)) for n, name in cases]
    assert [each.status for each in verdicts(pool, pair, tried)] == ["passed"] + 2 * ["wrong answer"]


def test_the_published_text_runs_alone_and_fails_loudly(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    language, toolchain = pair
    suite = suite_of(language, ADD, ADDED)
    codes = (language.examples.right, language.examples.wrong)
    jobs = [
        published_job(str(i), Program(language, toolchain, code, suite), NONCE, LIMITS) for i, code in enumerate(codes)
    ]
    outcomes = sorted(pool.run(jobs), key=lambda outcome: outcome.id)
    assert [judge_published(each, NONCE, LIMITS).status for each in outcomes] == ["passed", "runtime error"]
    assert outcomes[1].exit_code
    assert b"got 4, expected 3" in outcomes[1].stderr


def test_a_translation_may_hide_what_the_tests_need(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    language, toolchain = pair
    suite = suite_of(language, ADD, ADDED)
    codes = (language.examples.right, language.examples.wrong)
    right, wrong = (language.examples.hides + code.removeprefix(language.opening) for code in codes)
    assert verdicts(pool, pair, [(right, ADD, ADDED)], repeats=1) == [Verdict("passed", "")]
    (found,) = pool.run([published_job("0", Program(language, toolchain, wrong, suite), NONCE, LIMITS)])
    assert found.exit_code
    assert b"got 4, expected 3" in found.stderr


def test_a_published_text_that_can_not_be_read_says_why(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    language, toolchain = pair
    broken = Program(language, toolchain, language.examples.broken, suite_of(language, ADD, ADDED))
    (found,) = pool.run([published_job("0", broken, NONCE, LIMITS)])
    verdict = judge_published(found, NONCE, LIMITS)
    assert verdict.status == "runtime error"
    assert "error" in verdict.detail.partition(": ")[2].lower() or "expected" in verdict.detail, verdict


def test_the_tests_hold_no_machinery(pair: tuple[Language, Toolchain]) -> None:
    suite = suite_of(pair[0], ADD, ADDED)
    assert "nonce" not in suite.text
    assert "stdin" not in suite.text
    assert all(line in suite.text for line in suite.lines)


def test_a_case_without_a_faithful_form_is_skipped_alone(pair: tuple[Language, Toolchain]) -> None:
    cases: tuple[Case, ...] = (
        *ADDED,
        Case("(1, ...)", "returns", "1", "generated"),
        Case("(1, 2j)", "returns", "1", "generated"),
    )
    cases += (Case("(1, f())", "returns", "1", "generated"), Case("(1,)", "returns", "1", "generated"))
    suite = suite_of(pair[0], ADD, cases)
    assert len(suite.lines) == len(suite.calls) == 2
    assert [reason.split(":")[0] for reason in suite.skipped] == [f"case {number}" for number in range(3, 7)]


def test_keys_that_are_one_in_the_language_are_no_keys(pair: tuple[Language, Toolchain]) -> None:
    values = ("{'a': 1, b'a': 2}", "{'a': 1, 'b': 2}")
    suites = [suite_of(pair[0], GIVE, (given(value, value),)) for value in values]
    assert [suite.lines[0].count("2") if suite.lines else 0 for suite in suites] in ([0, 2], [2, 2])


@pytest.mark.parametrize(
    "name", ["check", "verify", "check_raises", "same", "type", "end", "Foo", "_", "naïve", "fail"]
)
def test_a_function_may_have_any_name(pool: Pool, pair: tuple[Language, Toolchain], name: str) -> None:
    language = pair[0]
    code = language.examples.identity.replace("give", language.identifier(name))
    (found,) = verdicts(pool, pair, [(code, function(name, "value"), (given("[1]", "[1]"),))])
    assert found == Verdict("passed", "")


def test_a_translation_may_have_a_helper_that_is_called_as_checks_are(
    pool: Pool, pair: tuple[Language, Toolchain]
) -> None:
    examples = pair[0].examples
    helper = examples.identity.replace("give", "check")
    code = helper + examples.right.removeprefix(pair[0].opening)
    (found,) = verdicts(pool, pair, [(code, ADD, ADDED)])
    assert found == Verdict("passed", "")


def test_a_prompt_is_the_beginning_of_a_program(pool: Pool, pair: tuple[Language, Toolchain]) -> None:
    language, toolchain = pair
    docstring = 'Say "hi".\n\n>>> add(1, 2)  # ]] *) (* {| "\n3\n\n\'"\' \\ {q|x'
    documented = SourceFunction("0", "add", ADD.code, "", docstring, 1, 2, (), "", "", "", "")
    prompt = prompt_of(language, Problem("1", documented, ADDED, (), 1, 0, 1))
    assert prompt.text.endswith(f"{language.header(suite_of(language, ADD, ADDED).signature)}\n")
    comment = prompt.text[: prompt.text.rindex("\n", 0, -1) + 1]
    right = language.examples.right.removeprefix(language.opening)
    program = Program(language, toolchain, comment + right, suite_of(language, ADD, ADDED))
    assert Trier(pool, LIMITS, 0, way_of(language, False)).verdicts([program]) == [Verdict("passed", "")]


def test_an_unknown_language_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownName) as caught:
        languages.find("klingon")
    assert all(name in caught.value.help for name in languages.every())


def test_the_awkward_values_are_literals() -> None:
    assert len([read(form(text)) for row in AWKWARD for text in row]) >= 24
