"""What "passed" means, and the two stages around it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count, islice

import pytest

from sandboxes import Job, Limits, Outcome, SandboxUnavailable, open_pool
from toolkit import languages
from toolkit.errors import EnvironmentTrouble
from toolkit.generators import Completion, Prompt
from toolkit.judge import judge, judge_published
from toolkit.languages.base import Suite
from toolkit.languages.suite import suite_of
from toolkit.records import Attempt, Case, Evidence, Problem, Scores, SourceFunction, Trial, Verdict
from toolkit.stage import Tools
from toolkit.stages import translate, validate

LIMITS = Limits()
NONCE = "5f" * 16
NAME = next((name for name in languages.every() if languages.find(name).toolchains()), "")
needs_toolchain = pytest.mark.skipif(not NAME, reason="no toolchain for any language on this machine")
ADD = SourceFunction("0", "add", "def add(a, b):\n    return a + b\n", "", "Add.", 1, 2, (), "", "", "", "")
CASES = (Case("(1, 2)", "returns", "3", "generated"), Case("(5, -2)", "returns", "3", "generated"))
SETTINGS = validate.Settings(cpu_seconds=2, memory_bytes=256 << 20, repeats=1)


@pytest.fixture
def suite() -> Suite:
    return suite_of(next(iter(languages.every().values())), ADD, CASES)


def outcome(stdout: str = "", code: int | None = 0, stderr: str = "ready\n", **fields: object) -> Outcome:
    found = Outcome("0", code, None, "", stdout.encode(), stderr.encode(), 0.1, 0.1, 1 << 20)
    return replace(found, **fields)  # type: ignore[arg-type]


DONE = f"\n{NONCE} done 2"


def test_the_nonce_behind_the_last_check_and_exit_code_0_pass(suite: Suite) -> None:
    assert judge(outcome(DONE), NONCE, suite, LIMITS) == Verdict("passed", "")
    assert judge(outcome(f"chatter{DONE}\nmore"), NONCE, suite, LIMITS).status == "passed"


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (outcome("done 2"), "left early"),
        (outcome(""), "left early"),
        (outcome("", 3), "left early"),
        (outcome(DONE.replace("5f", "5e")), "left early"),
        (outcome(DONE, 1), "harness error"),
        (outcome(DONE.replace("2", "1")), "harness error"),
        (outcome(DONE + DONE), "harness error"),
        (outcome(f"{NONCE} perhaps\t1\t"), "harness error"),
        (outcome(f"{NONCE} left early\t1\t"), "harness error"),
        (outcome("", 127, "sh: not found"), "harness error"),
        (outcome("", None, signal=11), "runtime error"),
        (outcome("", None, signal=6, peak_memory_bytes=LIMITS.memory_bytes - 1), "memory"),
        (outcome(DONE, None, signal=9, limit="cpu"), "timeout"),
        (outcome("", None, signal=9, limit="wall"), "timeout"),
        (outcome("", None, signal=9, limit="memory"), "memory"),
        (outcome("", None, signal=9, limit="output"), "output limit"),
        (outcome("", None, signal=9, limit="files"), "runtime error"),
        (outcome(f"{NONCE} wrong answer\t1\tgot 4, expected 3", 1), "wrong answer"),
        (outcome(f"{NONCE} compile error\t0\tline 1\nline 2", 1), "compile error"),
        (outcome(f"{NONCE} memory\t2\tno more", 1), "memory"),
    ],
)
def test_one_status_a_cause(suite: Suite, found: Outcome, status: str) -> None:
    verdict = judge(found, NONCE, suite, LIMITS)
    assert verdict.status == status
    assert verdict.detail
    assert NONCE not in verdict.detail


def test_which_limit_a_growing_program_meets_first_does_not_show(suite: Suite) -> None:
    half = LIMITS.memory_bytes // 2
    first, second, third = (
        judge(found, NONCE, suite, LIMITS)
        for found in (
            outcome("", None, signal=9, limit="cpu", peak_memory_bytes=half),
            outcome("", None, signal=9, limit="memory", peak_memory_bytes=LIMITS.memory_bytes),
            outcome(f"{NONCE} memory\t1\tno more", 1, peak_memory_bytes=LIMITS.memory_bytes),
        )
    )
    assert first == second == third
    assert first.status == "memory"


def test_a_detail_names_the_case_and_holds_no_address_and_no_path(suite: Suite) -> None:
    report = f"{NONCE} wrong answer\t2\tgot table: 0x55d0c8a3b2f0, expected 3"
    assert judge(outcome(report, 1), NONCE, suite, LIMITS).detail == (
        f"case 2, {suite.calls[1]}: got table: 0x..., expected 3"
    )
    loud = outcome("", 1, "/home/someone/bin/tool: main:3: no\n\tat /tmp/xyz/main")
    assert judge_published(loud, NONCE, LIMITS).detail.endswith(": tool: main:3: no")
    placed = outcome("", 2, 'File "x.ml", line 3, characters 4-9:\n3 |   no\nError: Unbound value no')
    assert judge_published(placed, NONCE, LIMITS).detail.endswith("as one program: Error: Unbound value no")


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (outcome(f"chatter\n{NONCE}\n"), "passed"),
        (outcome(f"chatter\n{NONCE}\nprinted at the end"), "passed"),
        (outcome(""), "left early"),
        (outcome("5e" * 16), "left early"),
        (outcome(f"x{NONCE}\n"), "left early"),
        (outcome(f"{NONCE}\n", 1, f"main:3: near {NONCE}"), "runtime error"),
        (outcome(f"{NONCE}\n", None, signal=11), "runtime error"),
    ],
)
def test_as_published_too_the_nonce_and_exit_code_0_pass(found: Outcome, status: str) -> None:
    verdict = judge_published(found, NONCE, LIMITS)
    assert verdict.status == status
    assert NONCE not in verdict.detail


def test_a_detail_is_bounded(suite: Suite) -> None:
    assert len(judge(outcome(f"{NONCE} runtime error\t1\t{'é' * 10**5}", 1), NONCE, suite, LIMITS).detail) < 1000


class Echo:
    """A generator that answers from a list, the last first."""

    name = "echo 1"
    languages: tuple[str, ...] = (NAME,)

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def complete(self, prompts: Iterable[Prompt]) -> Iterator[Completion]:
        for prompt in prompts:
            yield Completion(prompt.id, self.codes, "" if self.codes else "it has no words")


class Broken:
    """A box in trouble."""

    fence = "none"

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        raise SandboxUnavailable("no room")

    def close(self) -> None: ...

    def __enter__(self) -> "Broken":
        return self

    def __exit__(self, *exc: object) -> None: ...


def evidence(number: int) -> Evidence:
    """Every case is needed."""
    return Evidence(((0, 2),), (number,), accident=False)


def problems(cases: tuple[Case, ...] = CASES) -> Iterator[Problem]:
    for number in count():
        yield Problem(str(number), ADD, cases, tuple(map(evidence, range(len(cases)))), 1, 0, len(cases))


def attempt(*codes: str, cases: tuple[Case, ...] = CASES) -> Attempt:
    return Attempt("a", next(problems(cases)), NAME, "echo 1", "", codes)


def validated(*attempts: Attempt) -> list[object]:
    with open_pool() as pool:
        return list(validate.apply(iter(attempts), SETTINGS, Tools(pool, Echo(), NAME)))


@needs_toolchain
def test_translate_keeps_distinct_answers_and_streams() -> None:
    tools = Tools(Broken(), Echo("x", "y", "x", " "), NAME)
    results = list(islice(translate.apply(problems(), translate.Settings(), tools), 10))
    assert [result.source for result in results] == [str(number) for number in range(10)]
    (kept,) = results[0].kept
    assert kept.codes == ("x", "y")
    assert (kept.language, kept.generator) == (NAME, "echo 1")
    assert "Add." in kept.prompt
    assert len({result.kept[0].id for result in results}) == 10


@needs_toolchain
def test_a_generator_that_declines_or_says_nothing_costs_one_row_with_its_reason() -> None:
    for generator, reason, detail in ((Echo(), "declined", "it has no words"), (Echo(""), "no answer", "")):
        (result,) = islice(translate.apply(problems(), translate.Settings(), Tools(Broken(), generator, NAME)), 1)
        assert (result.drop.reason, result.drop.detail) == (reason, detail)  # type: ignore[union-attr]


@needs_toolchain
def test_validate_keeps_what_passed_and_says_why_not() -> None:
    examples = languages.find(NAME).examples
    results = validated(
        attempt(examples.wrong, examples.right), attempt(examples.wrong, examples.broken), attempt(examples.leaves)
    )
    trial = results[0].kept[0]  # type: ignore[attr-defined]
    assert isinstance(trial, Trial)
    assert trial.passed == (examples.right,)
    assert [verdict.status for verdict in trial.verdicts] == ["wrong answer", "passed"]
    assert (trial.cases, trial.skipped) == (2, ())
    reasons = [(result.drop.reason, result.drop.detail[:7]) for result in results[1:]]  # type: ignore[attr-defined]
    assert reasons == [("wrong answer", "case 1,"), ("left early", "exit co")]


@pytest.mark.skipif(not languages.find("lua").toolchains(), reason="no Lua on this machine")
def test_a_translation_has_to_pass_the_cases_that_its_tests_do_not_need() -> None:
    nothing = Evidence((), (), accident=False)
    problem = replace(next(problems()), evidence=(evidence(0), nothing), mutants=1)
    right = languages.find("lua").examples.right
    careless = "local function add(a, b)\n  return math.abs(a) + math.abs(b)\nend"
    row = Attempt("a", problem, "lua", "echo 1", "", (careless, right))
    with open_pool() as pool:
        (result,) = validate.apply(iter([row]), SETTINGS, Tools(pool, Echo(), "lua"))
    (trial,) = result.kept
    assert [verdict.status for verdict in trial.verdicts] == ["wrong answer", "passed"]
    assert trial.verdicts[0].detail.startswith("case 2, add(5, -2): ")
    assert (trial.cases, trial.proof_cases, trial.scores) == (1, 2, Scores(1.0, 1.0, 1.0))
    assert "add(1, 2)" in trial.tests
    assert "add(5, -2)" not in trial.tests


@needs_toolchain
def test_the_figures_of_a_row_are_those_of_the_cases_that_its_language_can_express() -> None:
    right = languages.find(NAME).examples.right
    huge = Case(f"({10**40}, 1)", "returns", str(10**40 + 1), "generated")
    others = (CASES[0], replace(CASES[1], arguments="(5, -1)", expected="4"))
    cases, shown = (*others, huge), (evidence(0), evidence(1), Evidence(((0, 2), (0, 3)), (2, 3), accident=False))
    problem = replace(next(problems(cases)), evidence=shown, lines=2, mutants=4)
    row = Attempt("a", problem, NAME, "echo 1", "", (right,))
    low = validate.Settings(cpu_seconds=2, repeats=1, minimum=0.5)
    with open_pool() as pool:
        (kept,) = validate.apply(iter([row]), low, Tools(pool, Echo(), NAME))
        (dropped,) = validate.apply(iter([row]), SETTINGS, Tools(pool, Echo(), NAME))
    assert kept.kept[0].scores == Scores(0.5, 1.0, 0.5)
    assert dropped.drop is not None
    assert dropped.drop.reason == "too few cases can be expressed"
    assert dropped.drop.detail.startswith("line coverage 0.500; case 3: ")


@needs_toolchain
def test_cases_that_a_stub_passes_are_too_few() -> None:
    right = languages.find(NAME).examples.right
    huge = Case(f"({10**40}, 1)", "returns", str(10**40 + 1), "generated")
    problem = replace(next(problems((CASES[0], huge))), mutants=1)
    (result,) = validated(Attempt("a", problem, NAME, "echo 1", "", (right,)))
    assert result.drop.reason == "too few cases can be expressed"  # type: ignore[attr-defined]
    assert result.drop.detail.startswith("a stub passes the rest: one that always returns 3; case 2: ")  # type: ignore[attr-defined]


@needs_toolchain
@pytest.mark.parametrize("code", ["def add(*rest):\n    return sum(rest)\n", "def add(a, **rest):\n    return a\n"])
def test_a_function_that_takes_any_number_of_arguments_proves_nothing(code: str) -> None:
    cases = (Case("(3,)", "returns", "3", "generated"), Case("(5,)", "returns", "5", "generated"))
    problem = next(problems((*cases, *CASES)))
    problem = replace(problem, function=replace(problem.function, code=code))
    (result,) = validated(Attempt("a", problem, NAME, "echo 1", "", ("anything",)))
    assert result.drop.reason == "too few cases can be expressed"  # type: ignore[attr-defined]
    assert "any number of arguments" in result.drop.detail  # type: ignore[attr-defined]


@needs_toolchain
def test_what_depends_on_the_order_of_keys_makes_no_row_where_mappings_have_none() -> None:
    language = languages.find(NAME)
    (result,) = validated(attempt(language.examples.right, cases=(CASES[0], replace(CASES[1], ordered=True))))
    assert (result.drop is None) == language.ordered  # type: ignore[attr-defined]
    if not language.ordered:
        assert result.drop.reason == "depends on the order of keys"  # type: ignore[attr-defined]
        assert result.drop.detail == "add(5, -2)"  # type: ignore[attr-defined]


@needs_toolchain
def test_validate_streams() -> None:
    examples = languages.find(NAME).examples
    endless = (replace(attempt(examples.right), id=str(number)) for number in count())
    with open_pool() as pool:
        results = list(islice(validate.apply(endless, SETTINGS, Tools(pool, Echo(), NAME)), 20))
    assert [result.source for result in results] == [str(number) for number in range(20)]


@needs_toolchain
def test_a_suite_of_which_little_can_be_expressed_proves_nothing() -> None:
    right = languages.find(NAME).examples.right
    huge = tuple(Case(f"({10**40 + i}, 1)", "returns", str(10**40 + i + 1), "generated") for i in range(3))
    raising = (Case("(1, 2)", "raises", "ValueError", "generated"),)
    for cases in ((*CASES, *huge), raising, ()):
        (result,) = validated(attempt(right, cases=cases))
        assert result.drop.reason == "too few cases can be expressed"  # type: ignore[attr-defined]


@needs_toolchain
def test_a_broken_box_is_raised_and_never_a_verdict() -> None:
    tools = Tools(Broken(), Echo(), NAME)
    with pytest.raises(SandboxUnavailable):
        list(validate.apply(iter([attempt("x")]), SETTINGS, tools))


@needs_toolchain
def test_the_same_attempts_give_the_same_results() -> None:
    examples = languages.find(NAME).examples
    codes = [code for code, _ in examples.hostile.values() if "while true" not in code]
    tried = [attempt(code) for code in (*codes, examples.opaque, examples.wrong)]
    assert validated(*tried) == validated(*tried)


@needs_toolchain
def test_the_toolchain_is_a_fact_of_the_stage() -> None:
    version = languages.find(NAME).toolchains()[0].version
    assert validate.facts(SETTINGS, NAME) == {NAME: version}


def test_a_missing_toolchain_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    name, language = next(iter(languages.every().items()))
    languages.toolchain.cache_clear()
    monkeypatch.setattr(languages, "find", lambda _: replace(language, toolchains=tuple))
    with pytest.raises(EnvironmentTrouble) as caught:
        languages.toolchain(name)
    languages.toolchain.cache_clear()
    assert caught.value.help == language.remedy
