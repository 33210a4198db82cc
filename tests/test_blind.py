"""Blind runs: what enters the sandbox, what comes back, and what no cheat gets out of it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from test_languages import ADD, ADDED, AWKWARD, GIVE, form

from sandboxes import Job, Limits, Outcome, Pool, open_pool
from toolkit import blind, canonical, languages
from toolkit.blind import Trial
from toolkit.canonical import Malformed, Node
from toolkit.errors import SpecError, UnknownName
from toolkit.judge import Program, Trier, judge, proving_job
from toolkit.languages.base import Suite, Toolchain
from toolkit.languages.python import blind as python
from toolkit.languages.python.runtime import RUNTIME as PYTHON
from toolkit.languages.suite import suite_of
from toolkit.pipeline import check
from toolkit.programs import PROOF, Setting
from toolkit.programs import Program as Whole
from toolkit.records import Attempt, Case, Evidence, Problem, SourceFunction, Status, Verdict
from toolkit.spec import Spec
from toolkit.stage import Tools
from toolkit.stages import validate

LIMITS = Limits(cpu_seconds=2, wall_seconds=60, memory_bytes=256 << 20)
NAMES = [name for name in languages.every() if name in languages.blinds()]
PAIRS = [(name, toolchain) for name in NAMES for toolchain in languages.find(name).toolchains() or (None,)]
MARK = "5e" * 16
needs_python = pytest.mark.skipif(not PYTHON.toolchains(), reason=f"no Python for programs here: {PYTHON.remedy}")
RIGHT = "def add(a, b):\n    return a + b\n"


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1].name if pair[1] else 'missing'}")
def pair(request: pytest.FixtureRequest) -> tuple[str, Toolchain]:
    name, toolchain = request.param
    if toolchain is None:
        pytest.skip(f"no toolchain for {name} here: {languages.find(name).remedy}")
    return name, toolchain


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with open_pool(workers=2) as opened:
        yield opened


def case(arguments: str, expected: str, outcome: str = "returns") -> Case:
    return Case(arguments, outcome, expected, "generated")


def function(name: str, parameters: str, body: str) -> SourceFunction:
    return SourceFunction("0", name, f"def {name}({parameters}):\n    {body}\n", "", "", 1, 2, (), "", "", "", "")


def translated(
    pool: Pool, pair: tuple[str, Toolchain], tried: list[tuple[str, Suite]], repeats: int = 0
) -> list[Verdict]:
    programs = [Program(languages.find(pair[0]), pair[1], code, suite) for code, suite in tried]
    return Trier(pool, LIMITS, repeats, blind.way(pair[0])).verdicts(programs)


def answered(pool: Pool, tried: list[tuple[str, Suite]], limits: Limits = LIMITS) -> list[Verdict]:
    toolchain = PYTHON.toolchains()[0]
    return blind.verdicts(pool, [Trial(python.BLIND, toolchain, code, suite) for code, suite in tried], limits)


def added() -> Suite:
    return python.suite_of(ADD, ADDED)


def test_examples_and_hostile_translations_are_worth_the_same_blind(pool: Pool, pair: tuple[str, Toolchain]) -> None:
    examples = languages.find(pair[0]).examples
    suite = suite_of(languages.find(pair[0]), ADD, ADDED)
    known = {"right": "passed", "wrong": "wrong answer", "broken": "compile error", "leaves": "left early"}
    worth = {name: (getattr(examples, name), status) for name, status in known.items()} | dict(examples.hostile)
    found = translated(pool, pair, [(code, suite) for code, _ in worth.values()], repeats=2)
    told = {title: verdict.status for title, verdict in zip(worth, found, strict=True)}
    assert told == {title: status for title, (_, status) in worth.items()}
    assert found[1].detail == f"case 1, {suite.calls[0]}: got 4, expected 3"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_expected_enters_a_blind_run_of_a_translation(name: str) -> None:
    cases = (case("(1, 2)", "'never to be seen'"), case("(3, 4)", "'nor this'"), case("(5, 6)", "Refused", "raises"))
    language = languages.find(name)
    suite = suite_of(language, function("add", "a, b", "pass"), cases)
    other = suite_of(
        language, function("add", "a, b", "pass"), tuple(replace(each, expected="'z'") for each in cases[:2])
    )
    assert len(suite.calls) == 3
    trial = Trial(languages.blind(name), Toolchain("", "", ("x",)), language.examples.right, suite)
    job = blind.job("0", trial, 0, MARK, LIMITS)
    whole = b"".join([*job.files.values(), job.stdin, *map(str.encode, (*job.command, *job.environment.values()))])
    assert not [word for word in (b"never to be seen", b"nor this", b"Refused") if word in whole]
    assert all(call.encode() in whole for call in suite.calls)
    two = replace(trial, suite=replace(other, cases=other.cases))
    same = blind.job("0", two, 0, MARK, LIMITS).files
    assert {path for path in same if same[path] != job.files[path]} <= {path for path in same if "tests" in path}


def test_nothing_that_is_expected_enters_a_blind_run_of_python() -> None:
    suite = python.suite_of(ADD, (case("(1, 2)", "'never to be seen'"), case("(5, 6)", "Refused", "raises")))
    job = blind.job("0", Trial(python.BLIND, Toolchain("", "", ("x",)), RIGHT, suite), 0, MARK, LIMITS)
    whole = b"".join([*job.files.values(), job.stdin])
    assert b"never to be seen" not in whole
    assert b"Refused" not in whole
    assert b"add(5, 6)" in whole


def rows(language: str) -> list[list[str]]:
    found = []
    for row in AWKWARD:
        texts = [form(text) for text in row]
        if language != "python":
            spoken = languages.find(language)
            texts = [text for text in texts if not suite_of(spoken, GIVE, (case(f"({text},)", text),)).skipped]
        found.append(texts)
    assert sum(map(len, found)) >= 24
    return found


def awkward(language: str) -> list[tuple[str, str, str]]:
    """(given, expected, status): each value with itself, and with the next one of its row."""
    own = [(text, text, "passed") for row in rows(language) for text in row]
    return own + [(one, other, "wrong answer") for row in rows(language) for one, other in pairwise(row)]


def test_awkward_values_equal_themselves_and_no_other(pool: Pool, pair: tuple[str, Toolchain]) -> None:
    language = languages.find(pair[0])
    tried = awkward(pair[0])
    # both settle the types, where there are types; the first is the one that counts
    suites = [suite_of(language, GIVE, (case(f"({one},)", other), case(f"({other},)", one))) for one, other, _ in tried]
    kept = [(each, suite) for each, suite in zip(tried, suites, strict=True) if not suite.skipped]
    assert min(sum(each[2] == status for each, _ in kept) for status in ("passed", "wrong answer")) > 40
    found = translated(pool, pair, [(language.examples.identity, suite) for _, suite in kept])
    odd = [(each, verdict) for (each, _), verdict in zip(kept, found, strict=True) if verdict.status != each[2]]
    assert odd == []
    assert all(verdict.detail.startswith("case 1, ") for verdict in found if verdict.status != "passed")


@needs_python
def test_awkward_values_equal_themselves_and_no_other_in_python(pool: Pool) -> None:
    tried = [
        *awkward("python"),
        ("[1]", "(1,)", "wrong answer"),
        ("'a'", "b'a'", "wrong answer"),
        ("1", "True", "wrong answer"),
        ("{1: 'a'}", "{1.0: 'a'}", "passed"),
        ("{(1, 2): {3}}", "{(1, 2): {3}}", "passed"),
    ]
    suites = [python.suite_of(GIVE, (case(f"({one},)", other),)) for one, other, _ in tried]
    assert not [suite.skipped for suite in suites if suite.skipped]
    found = answered(pool, [("def give(value):\n    return value\n", suite) for suite in suites])
    odd = [(each, verdict) for each, verdict in zip(tried, found, strict=True) if verdict.status != each[2]]
    assert odd == []


DISTANCES = [
    ("0.30000000000000004", "0.3", "passed"),
    ("0.3001", "0.3", "wrong answer"),
    ("1e-13", "0.0", "passed"),
    ("-0.0", "0.0", "passed"),
    ("0.0", "1.38e-23", "wrong answer"),
    ("1e308", "inf", "wrong answer"),
    ("inf", "1e308", "wrong answer"),
    ("-inf", "inf", "wrong answer"),
    ("nan", "0.0", "wrong answer"),
    ("nan", "nan", "passed"),
    ("5e-324", "5e-324", "passed"),
    ("1.7976931348623157e+308", "1.7976931348623157e+308", "passed"),
    ("3.0", "3.0", "passed"),
]
WHOLE = ("1000000000000001.0", "1000000000000001", "passed")  # where 3 is taken for 3.0, to the last digit


def test_floats_are_equal_within_the_stated_distance(pool: Pool, pair: tuple[str, Toolchain]) -> None:
    language = languages.find(pair[0])
    rows = DISTANCES if language.typed else [*DISTANCES, WHOLE]
    suites = [suite_of(language, GIVE, (case(f"({one},)", other),)) for one, other, _ in rows]
    found = translated(pool, pair, [(language.examples.identity, suite) for suite in suites])
    assert [each.status for each in found] == [status for *_, status in rows]


@needs_python
def test_floats_are_equal_within_the_stated_distance_in_python(pool: Pool) -> None:
    rows = [*DISTANCES, WHOLE]
    suites = [python.suite_of(GIVE, (case(f"({one},)", other),)) for one, other, _ in rows]
    found = answered(pool, [("def give(value):\n    return value\n", suite) for suite in suites])
    assert [each.status for each in found] == [status for *_, status in rows]


def test_failures_and_generators_are_worth_the_same_blind(pool: Pool, pair: tuple[str, Toolchain]) -> None:
    language = languages.find(pair[0])
    refuse, count = function("refuse", "value", "pass"), function("count", "n", "yield 1")
    give = language.examples.identity
    tried = [
        (language.examples.raises, refuse, case("(1,)", "ValueError", "raises"), "passed"),
        (language.examples.raises, refuse, case("(1,)", "KeyError", "raises"), "wrong answer"),
        (language.examples.raises, refuse, case("(1,)", "Value", "raises"), "wrong answer"),
        (language.examples.mistakes, refuse, case("(1,)", "ValueError", "raises"), "wrong answer"),
        (language.examples.raises, refuse, case("(1,)", "1"), "runtime error"),
        (give, GIVE, case("(1,)", "ValueError", "raises"), "wrong answer"),
        (language.examples.counts, count, case("(3,)", "[0, 1, 2]", "yields"), "passed"),
        (language.examples.counts, count, case("(3,)", "[0, 1]", "yields"), "wrong answer"),
        (language.examples.counts, count, case("(3,)", "[0, 1, 2, 3]", "yields"), "wrong answer"),
        (language.examples.counts, count, case("(-1,)", "[0, 1, 2]", "yields"), "wrong answer"),
        (language.examples.counts, count, case("(-2,)", "ValueError", "raises"), "passed"),
        (language.examples.counts, count, case("(-2,)", "KeyError", "raises"), "wrong answer"),
        (language.examples.counts, count, case("(3,)", "ValueError", "raises"), "wrong answer"),
    ]
    tried = [row for row in tried if row[0]]  # some have no generators
    found = translated(pool, pair, [(code, suite_of(language, of, (each,))) for code, of, each, _ in tried])
    assert [verdict.status for verdict in found] == [status for *_, status in tried]
    if language.proof is None:
        return
    beside = [Program(language, pair[1], code, suite_of(language, of, (each,))) for code, of, each, _ in tried]
    assert [verdict.status for verdict in Trier(pool, LIMITS, 0).verdicts(beside)] == [status for *_, status in tried]


@needs_python
def test_what_a_function_of_python_does_is_judged_by_its_answers(pool: Pool) -> None:
    three = (case("(3,)", "[0, 1, 2]", "yields"),)
    refused = (case("(3,)", "ValueError", "raises"),)
    one = (case("(3,)", "3"),)
    tried = [
        ("def f(n):\n    yield from range(n)\n", three, "passed"),
        ("def f(n):\n    return list(range(n))\n", three, "wrong answer"),
        ("def f(n):\n    yield from iter(int, 1)\n", three, "wrong answer"),
        ("def f(n):\n    raise ValueError\n", refused, "passed"),
        ("def f(n):\n    raise KeyError('ValueError: ')\n", refused, "wrong answer"),
        ("def f(n):\n    raise ValueError\n", one, "runtime error"),
        ("def f(n):\n    return n\nimport os\nos._exit(0)\n", one, "left early"),
        ("def f(n):\n    import sys\n    sys.exit(0)\n", one, "left early"),
        ("def f(n)\n", one, "compile error"),
        ("f = 3\n", one, "runtime error"),
        ("def g(n):\n    return n\n", one, "runtime error"),
        ("def f(n):\n    while True:\n        pass\n", one, "timeout"),
        ("def f(n):\n    return [0] * 10 ** 10\n", one, "memory"),
        ("def f(n):\n    return f(n)\n", one, "runtime error"),
        ("def f(n):\n    a = []\n    a.append(a)\n    return a\n", one, "wrong answer"),
        ("def f(n):\n    return 'x' * 10 ** 6\n", one, "wrong answer"),
        ("def f(n):\n    return 7 ** 10 ** 5\n", one, "wrong answer"),
        ("def f(n):\n    return {f: f}\n", one, "wrong answer"),
        ("def f(n):\n    print('x' * 10 ** 7)\n    return n\n", one, "passed"),
        ("def f(n):\n    import os\n    os.write(2, b'\\xff\\xfe' * 10 ** 6)\n    return n\n", one, "passed"),
        ("class Three(int):\n    __eq__ = lambda *_: True\ndef f(n):\n    return Three(4)\n", one, "wrong answer"),
        ("class Three(str):\n    pass\ndef f(n):\n    return Three('3')\n", (case("(3,)", "'3'"),), "wrong answer"),
        ("import builtins\nbuiltins.len = builtins.type = None\ndef f(n):\n    return 3\n", one, "passed"),
        ("class E(Exception):\n    def __str__(self):\n        raise self\ndef f(n):\n    raise E\n", refused,
         "wrong answer"),
    ]  # fmt: skip
    of = function("f", "n", "pass")
    found = answered(pool, [(code, python.suite_of(of, cases)) for code, cases, _ in tried])
    assert [verdict.status for verdict in found] == [status for *_, status in tried]


READS_FRAMES = """
import os, sys
frame = sys._getframe()
while frame.f_back:
    frame = frame.f_back
    if "nonce" in frame.f_locals:
        os.write(1, b"\\n" + bytes(frame.f_locals["nonce"]) + b" done\\n")
        os._exit(0)
"""

# Run blind: all that its process holds is in reach, and the descriptors that answers go to.
FORGES = """
import os, sys
def add(a, b):
    return 0
frame = sys._getframe()
while "teller" not in frame.f_locals:
    frame = frame.f_back
teller = frame.f_locals["teller"]
def tell(case, text, outcome=b"returns"):
    os.write(teller.answers, b"\\n%s %d %s %d\\n%s\\n" % (teller.mark, case, outcome, len(text), text))
def flood():
    os.write(teller.answers, b"x" * (5 << 20))
def done(count=2):
    os.write(teller.said, b"\\n%s done %d\\n" % (teller.mark, count))
    os._exit(0)
"""


@needs_python
def test_a_program_that_reads_the_nonce_passes_beside_its_checks_and_not_blind(pool: Pool) -> None:
    setting = Setting(PYTHON, PYTHON.toolchains()[0], PROOF, warm=False)
    whole = Whole("0", f"{READS_FRAMES}\ndef add(a, b):\n    return 0\nassert add(1, 2) == 3\n")
    (found,) = pool.run([setting.job(whole, MARK, None)])
    assert setting.judge(found, MARK, LIMITS).status == "passed"  # the known limit: SECURITY.md
    verdicts = answered(pool, [(READS_FRAMES + RIGHT.replace("a + b", "0"), added()), (f"{FORGES}done()", added())])
    assert [verdict.status for verdict in verdicts] == ["wrong answer", "harness error"]


READS_MEMORY = """
external globals : unit -> Obj.t = "caml_get_global_data"
external leave : int -> 'a = "caml_sys_exit"
let word text = String.length text = 32 && List.for_all (fun c -> String.contains "0123456789abcdef" c)
  (List.of_seq (String.to_seq text))
let rec search depth it =
  if Obj.is_int it then ()
  else if Obj.tag it = Obj.string_tag then begin
    let text : string = Obj.obj it in
    if word text then (print_string ("\\n" ^ text ^ " done 2"); flush stdout; leave 0)
  end
  else if depth > 0 && Obj.tag it < Obj.no_scan_tag then
    for place = 0 to Obj.size it - 1 do search (depth - 1) (Obj.field it place) done
let add a b = search 3 (globals ()); 0
"""


@pytest.mark.skipif(not languages.find("ocaml").toolchains(), reason=f"no OCaml: {languages.find('ocaml').remedy}")
def test_a_translation_that_reads_its_memory_passes_beside_its_checks_and_not_blind(pool: Pool) -> None:
    language, toolchain = languages.find("ocaml"), languages.toolchain("ocaml")
    program = Program(language, toolchain, READS_MEMORY, suite_of(language, ADD, ADDED))
    (found,) = pool.run([proving_job("0", program, 0, MARK, LIMITS)])
    assert judge(found, MARK, program.suite, LIMITS).status == "passed"  # the known limit: SECURITY.md
    (verdict,) = Trier(pool, LIMITS, 0, blind.way("ocaml")).verdicts([program])
    assert verdict == Verdict(Status.HARNESS_ERROR, "0 of 2 answers")


@needs_python
@pytest.mark.parametrize(
    ("forged", "status"),
    [
        ("done()", "harness error"),
        ("tell(1, b'i3;'); done()", "harness error"),
        ("tell(1, b'i3;'); tell(2, b'i4;'); done()", "wrong answer"),
        ("tell(2, b'i3;'); tell(1, b'i3;'); done()", "harness error"),
        ("tell(1, b'i3;'); tell(1, b'i3;'); done()", "harness error"),
        ("tell(1, b'i3;'); tell(2, b'i3;'); tell(3, b'i3;'); done()", "harness error"),
        ("tell(1, b'i3;'); tell(2, b'i3;'); done(3)", "harness error"),
        ("tell(1, b'i3;'); tell(2, b'i3;'); done(); done()", "passed"),
        ("tell(1, b'x3:all'); tell(2, b'x3:all'); done()", "wrong answer"),
        ("tell(1, b'', b'raises'); done()", "runtime error"),
        ("tell(1, b'i3;'); tell(2, b'i3;'); os._exit(0)", "left early"),
        ("tell(1, b'i3;'); tell(2, b'i3;')\nwhile True: pass", "timeout"),
        ("os.write(teller.answers, b'x' * (5 << 20)); tell(1, b'i4;'); done()", "wrong answer"),
        ("flood(); tell(1, b'i3;'); flood(); tell(2, b'i3;'); done()", "harness error"),
        ("for n in range(1, 9999): tell(n, b'l0:' * 9999)\ndone()", "output limit"),
        ("tell(1, b's300000:' + b'x' * 300000); tell(2, b'i3;'); done()", "harness error"),
    ],
)
def test_forged_answers_earn_what_answers_earn(pool: Pool, forged: str, status: str) -> None:
    """Who answers rightly passes, however the answers came about; nothing else does."""
    (found,) = answered(pool, [(f"{FORGES}{forged}\n", added())])
    assert found.status == status, found


def outcome(stderr: bytes, stdout: bytes | None = None, **fields: object) -> Outcome:
    said = f"\n{MARK} done 2\n".encode() if stdout is None else stdout
    found = Outcome("0", 0, None, "", said, b"ready\n" + stderr, 0.1, 0.1, 1 << 20)
    return replace(found, **fields)  # type: ignore[arg-type]


def frame(number: object, text: bytes, how: str = "returns", size: object = None, mark: str = MARK) -> bytes:
    return f"\n{mark} {number} {how} {len(text) if size is None else size}\n".encode() + text + b"\n"


THREE = b"i3;"
BOTH = frame(1, THREE) + frame(2, THREE)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (outcome(BOTH), "passed"),
        (outcome(b"chatter \xff\xfe" + frame(1, THREE) + b"more\n\n" + frame(2, THREE) + b"end"), "passed"),
        (outcome(frame(1, b"d3;") + frame(2, b"d3.0;")), "passed"),
        (outcome(b""), "harness error"),
        (outcome(frame(1, THREE)), "harness error"),
        (outcome(frame(2, THREE) + frame(1, THREE)), "harness error"),
        (outcome(frame(1, THREE) + BOTH), "harness error"),
        (outcome(BOTH + frame(3, THREE)), "harness error"),
        (outcome(frame(0, THREE) + BOTH), "harness error"),
        (outcome(frame("01", THREE) + frame(2, THREE)), "harness error"),
        (outcome(frame("+1", THREE) + frame(2, THREE)), "harness error"),
        (outcome(frame("\u0661", THREE) + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE, mark="5f" * 16) + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE, "agrees") + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE, size=2) + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE + b"and more", size=3) + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE, size=400) + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE, size=-3) + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE, size="9" * 30) + frame(2, THREE)), "harness error"),
        (outcome(frame(1, b"") + frame(2, THREE)), "harness error"),
        (outcome(frame(1, b"i3;i3;") + frame(2, THREE)), "harness error"),
        (outcome(frame(1, b"i3") + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE) + frame(2, THREE)[:-2]), "harness error"),
        (outcome(frame(1, b"s3:\xff\xfe\x00") + frame(2, THREE)), "wrong answer"),
        (outcome(frame(1, b"\xff\xfe\x00", "raises") + frame(2, THREE)), "runtime error"),
        (outcome(frame(1, b"l1:i3;", "yields") + frame(2, THREE)), "wrong answer"),
        (outcome(frame(1, THREE, "yields") + frame(2, THREE)), "harness error"),
        (outcome(frame(1, THREE) + frame(2, b"i4;")), "wrong answer"),
        (outcome(BOTH, b""), "left early"),
        (outcome(BOTH, f"\n{MARK} done 1\n".encode()), "harness error"),
        (outcome(BOTH, 2 * f"\n{MARK} done 2\n".encode()), "harness error"),
        (outcome(BOTH, exit_code=1), "harness error"),
        (outcome(BOTH, exit_code=None, signal=9, limit="cpu"), "timeout"),
        (outcome(BOTH[:-9], b"", exit_code=None, signal=9, limit="cpu"), "timeout"),
        (outcome(frame(1, b"i4;"), b"", exit_code=None, signal=9, limit="cpu"), "wrong answer"),
        (outcome(frame(1, b"i4;")[:-9], b"", exit_code=None, signal=11), "runtime error"),
        (replace(outcome(b"", b"", exit_code=127), stderr=b"sh: not found"), "harness error"),
    ],
)
def test_bytes_that_are_no_answers_are_no_pass(found: Outcome, status: str) -> None:
    trial = Trial(python.BLIND, Toolchain("", "", ("x",)), RIGHT, added())
    verdict = blind.verdict(found, MARK, trial, LIMITS)
    assert verdict.status == status, verdict
    assert MARK not in verdict.detail
    assert len(verdict.detail) < 1000


@pytest.mark.parametrize(
    "text",
    [
        b"", b"i;", b"i03;", b"i-0;", b"i+3;", b"i 3;", b"i3", b"i1_0;", b"i" + b"9" * 5000 + b";", b"d;", b"dNaN;",
        b"d+1;", b"d1e5;", b"d--1;", b"dinfinity;", b"d0x1p3;", b"s3:ab", b"s-1:", b"s03:abc", b"s9999999999:a", b"l1:",
        b"l2:n", b"l999999999:n", b"m1:n", b"m2:i1;ni1;n", b"m2:i1;nd1;n", b"e2:i1;i1;", b"e2:i1;d1;", b"m1:l0:n",
        b"e1:m0:", b"m1:x1:an", b"nn", b"q", b"T", "\u0663".encode(), b"l1:" * 101 + b"n", b"u1:" * 5000 + b"n",
    ],
)  # fmt: skip
def test_text_of_another_form_is_refused(text: bytes) -> None:
    with pytest.raises(Malformed):
        canonical.read(text)


@given(some.binary(max_size=60) | some.text("ntfisbdluemx0123456789:;-.", max_size=60).map(str.encode))
@settings(max_examples=2000, deadline=None)
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    try:
        node = canonical.read(text)
    except Malformed:
        return
    canonical.shown(node)
    assert canonical.same(node, node) or b"x" in text
    assert canonical.size(node) > 0


SCALARS = (
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8) | some.binary(max_size=8)
)
KEYS = some.recursive(
    some.integers() | some.text(max_size=4) | some.booleans() | some.none(),
    lambda of: some.tuples(of, of),
    max_leaves=3,
)
VALUES = some.recursive(
    SCALARS,
    lambda of: (
        some.lists(of, max_size=4)
        | some.tuples(of, of)
        | some.dictionaries(KEYS, of, max_size=4)
        | some.frozensets(KEYS, max_size=4).map(set)
    ),
    max_leaves=12,
)


@needs_python
@given(some.lists(VALUES, min_size=30, max_size=30))
@settings(max_examples=5, deadline=None)
def test_what_python_tells_is_what_it_was_given(values: list[object]) -> None:
    cases = tuple(case(f"({value!r},)", repr(value)) for value in values)
    suite = python.suite_of(GIVE, cases)
    assert not [each for each in suite.skipped if "deeper" not in each]
    with open_pool(workers=1) as one:
        assert answered(one, [("def give(value):\n    return value\n", suite)]) == [Verdict(Status.PASSED, "")]


def test_an_integer_beyond_every_float_is_near_none() -> None:
    assert not canonical.same(Node("i", 10**4000), Node("d", math.inf))
    assert not canonical.same(Node("i", 10**400), Node("d", 1e308))
    assert canonical.same(Node("d", 3.0), Node("i", 3))
    assert not canonical.same(Node("o", True), Node("i", 1))
    assert len(canonical.shown(Node("l", (Node("i", 10**3000),) * 10**4))) < 400


def test_a_value_too_large_to_be_told_is_no_case_of_python_and_no_fault_of_a_translation() -> None:
    large = repr("x" * 40_000)
    assert "more is expected" in python.suite_of(GIVE, (case("(1,)", large),)).skipped[0]
    suite = suite_of(languages.find("lua"), GIVE, (case("(1,)", large),))
    trial = Trial(languages.blind("lua"), Toolchain("", "", ("x",)), "", suite)
    found = outcome(frame(1, b"x23:a value that is too long"), f"\n{MARK} done 1\n".encode())
    assert blind.verdict(found, MARK, trial, LIMITS).status == "harness error"


def test_keywords_and_variadic_arguments_are_written_as_calls() -> None:
    of = SourceFunction("0", "f", "def f(a, *rest, key=1):\n    return a\n", "", "", 1, 2, (), "", "", "", "")
    assert python.suite_of(of, (case("(1, 2, 3, 'k')", "1"),)).calls == ("f(1, 2, 3, key='k')",)


class Watched:
    """A pool that keeps what it was given."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.jobs = pool, list[Job]()

    def run(self, jobs: Iterable[Job | None]) -> Iterator[Outcome]:
        given = [job for job in jobs if job is not None]
        self.jobs += given
        return self.pool.run(given)


def test_a_stage_that_validates_blind_keeps_the_same_rows(pool: Pool, pair: tuple[str, Toolchain]) -> None:
    examples = languages.find(pair[0]).examples
    shown = tuple(Evidence(((0, 2),), (number,), accident=False) for number in range(2))
    row = Attempt(
        "a", Problem("0", ADD, ADDED, shown, 1, 0, 2), pair[0], "echo 1", "", (examples.wrong, examples.right)
    )
    line = suite_of(languages.find(pair[0]), ADD, ADDED).lines[0].encode()
    found, held = [], []
    for each in (False, True):
        watched = Watched(pool)
        tools = Tools(watched, None, pair[0])  # type: ignore[arg-type]
        found.append(list(validate.apply(iter([row]), validate.Settings(repeats=1, blind=each), tools)))
        held.append([line in b"".join(job.files.values()) for job in watched.jobs])
    assert [verdict.status for verdict in found[1][0].kept[0].verdicts] == ["wrong answer", "passed"]
    assert found[0] == found[1]
    # The first of both, the right one's second, as published.
    apart = [False] * 3 + [True]
    assert held == [apart if languages.find(pair[0]).proof is None else [True] * 4, apart]


def spec(**validation: object) -> Spec:
    return Spec.model_validate(
        {"name": "x", "languages": list(languages.every()), "source": {"path": "x.parquet"}, "validate": validation}
    )


def test_a_spec_asks_for_it_and_a_language_that_can_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not validate.Settings().blind
    monkeypatch.setattr(languages, "blinds", dict)
    with pytest.raises(SpecError) as caught:
        check(replace_languages(spec(blind=True)))
    assert "blind = false" in caught.value.help
    check(replace_languages(spec()))
    with pytest.raises(UnknownName):
        blind.way("klingon")


def replace_languages(made: Spec) -> Spec:
    return made.model_copy(update={"languages": ("lua",)})


CHANGES = {  # the body of `total`, or what it is
    "appends": ("values[#values + 1] = 0 return 3", "wrong answer"),
    "empties": ("local sum = 3 values[1], values[2] = nil, nil return sum", "wrong answer"),
    "changes what is inside": ("values[3].a = 1 return 3", "wrong answer"),
    "changes and raises": ("values[1] = nil error('ValueError: no', 0)", "wrong answer"),
    "changes the type of a number": ("values[1] = values[1] / 1 return 3", "wrong answer"),
    "gives it a metatable": ("setmetatable(values, {}) return 3", "wrong answer"),
    "is a table that can be called": (
        "total = setmetatable({}, {__call = function(_, values) values[1] = 7 return 3 end})",
        "wrong answer",
    ),
    "raises alone": ("error('ValueError: no', 0)", "passed"),
    "is iterated without a state of its own": (
        "return function(_, i) i = (i or 0) + 1 if i < 3 then return i end end",
        "passed",
    ),
    "changes a copy": ("local copy = {table.unpack(values)} copy[1] = 0 return 3", "passed"),
    "changes while it is iterated": (
        "local i = 0 return function() i = i + 1 values[1] = i if i < 3 then return i end end",
        "wrong answer",
    ),
}


@pytest.mark.parametrize("title", CHANGES)
@pytest.mark.parametrize("way", [None, "blind"])
def test_a_translation_in_lua_that_changes_its_arguments_does_not_pass(pool: Pool, title: str, way: str | None) -> None:
    language = languages.find("lua")
    if not language.toolchains():
        pytest.skip(f"no Lua here: {language.remedy}")
    code, status = CHANGES[title]
    outcome = "yields" if "iterated" in title else "raises" if "raises" in title else "returns"
    expected = {"yields": "[1, 2]", "raises": "ValueError", "returns": "3"}[outcome]
    given = case("([1, 2, {'a': True}],)", expected, outcome)
    suite = suite_of(language, function("total", "values", "pass"), (given,))
    code = code if code.startswith("total =") else f"function total(values) {code} end"
    program = Program(language, language.toolchains()[0], code, suite)
    (found,) = Trier(pool, LIMITS, 0, blind.way("lua") if way else None).verdicts([program])
    assert found.status == status, found
    if status != "passed":
        assert found.detail.endswith("the call changes its arguments")
