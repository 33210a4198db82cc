"""Programs made from real data: solutions, their mutants, real completions of models, completions made up from tests.

A program is a solution and tests as the data set has them, written as one text. Where a data set has tests and no
solutions, the solution is made up: it gives the expected answers one after another. A mutant is one small edit of the
solution's text, the same in every language: an operator, a number, a constant or a whole line. Nothing here knows how
a program ends: that is what is measured.
"""

import gzip
import json
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

SHORT = {  # how MultiPL-E names languages in its files
    "cpp": "cpp", "java": "java", "javascript": "js", "julia": "jl", "lua": "lua", "ocaml": "ml", "perl": "pl",
    "php": "php", "python": "py", "r": "r", "racket": "rkt", "ruby": "rb",
}  # fmt: skip
PAIRS = {"(": ")", "[": "]", "{": "}"}
SWAPS = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+", "*": "+", "/": "*",
    "%": "/", "&&": "||", "||": "&&", "and": "or", "or": "and", "true": "false", "false": "true", "True": "False",
    "False": "True", "TRUE": "FALSE", "FALSE": "TRUE", "+=": "-=", "-=": "+=", "break": "continue",
}  # fmt: skip
TOKENS = re.compile(r"<=|>=|==|!=|&&|\|\||\+=|-=|(?<![=<>$&|%-])[<>+*/%-](?![=>])|\b\w+\b")
FULL = 6000
PERL_EQUAL = """use feature 'current_sub';
sub eq_deeply {
    my ($one, $other) = @_;
    return !defined $one && !defined $other unless defined $one && defined $other;
    return $one eq $other if ref $one eq '' && ref $other eq '';
    return '' unless ref $one eq ref $other;
    if (ref $one eq 'HASH') {
        return '' unless keys %$one == keys %$other;
        for (keys %$one) { return '' unless exists $other->{$_} && eq_deeply($one->{$_}, $other->{$_}) }
        return 1;
    }
    return '' unless @$one == @$other;
    for (0 .. $#$one) { return '' unless eq_deeply($one->[$_], $other->[$_]) }
    return 1;
}
"""


@dataclass(frozen=True)
class Base:
    """A solution in its frame."""

    kind: str
    name: str
    before: str
    solution: str
    after: str


@dataclass(frozen=True)
class Made:
    id: str
    kind: str
    text: str


def data_folder() -> Path:
    """Where the real data lies. Raises SystemExit (3) where it does not."""
    shared = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    data = Path(os.environ.get("LANGLIFT_SHARED_DATA", shared))
    if not data.is_dir():
        print(f"{data} is not here: set LANGLIFT_SHARED_DATA to the folder of shared data", file=sys.stderr)
        raise SystemExit(3)
    return data


def make(data: Path, language: str, most: int) -> list[Made]:
    """At most so many, distinct, the same ones every time: of each kind as many as its share of a full set."""
    found: dict[str, Made] = {}
    for base, solution, kind in _in_order(list(_bases(data, language))):
        if len(found) == max(most, FULL):
            break
        text = f"{base.before}{solution}{base.after}"
        found.setdefault(text, Made(f"{kind} {len(found)} of {base.name}", kind, text))
    full = list(found.values())
    return full if len(full) <= most else random.Random(most).sample(full, most)


def _in_order(bases: list[Base]) -> Iterator[tuple[Base, str, str]]:
    yield from ((base, base.solution, base.kind) for base in bases)
    alive = [(base, _mutants(base)) for base in bases if base.kind != "completion"]
    while alive:
        rounds = [(base, mutants, list(islice(mutants, 4))) for base, mutants in alive]
        yield from ((base, each, "mutant") for base, _, edits in rounds for each in edits)
        alive = [(base, mutants) for base, mutants, edits in rounds if edits]


def _mutants(base: Base) -> Iterator[str]:
    """Every edit once, in an order of its own."""
    text = base.solution
    edits = [(found.start(), found.end(), new) for found in TOKENS.finditer(text) if (new := _swap(found[0]))]
    place = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            edits.append((place, place + len(line), ""))
        place += len(line)
    random.Random(base.name).shuffle(edits)
    for start, end, new in edits:
        yield text[:start] + new + text[end:]


def _swap(token: str) -> str:
    return str(int(token) + 1) if token.isdecimal() and len(token) < 9 else SWAPS.get(token, "")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def _bases(data: Path, language: str) -> Iterator[Base]:
    if language == "python":
        yield from _python(data)
    solved = list(_solved(data, language)) if language != "python" else []
    yield from solved
    if language in ANSWERED:
        for name in ("humaneval", "mbpp"):
            for row in _rows(data / "multipl-e" / f"{name}-{SHORT[language]}.jsonl.gz"):
                yield from _made_up(language, row)


def _python(data: Path) -> Iterator[Base]:
    tasks = {}
    for row in _rows(data / "humaneval" / "HumanEval.jsonl.gz"):
        after = f"\n{row['test']}\ncheck({row['entry_point']})\n"
        tasks[row["task_id"].rpartition("/")[2]] = after
        yield Base("solution", row["task_id"], row["prompt"], row["canonical_solution"], after)
    for row in _rows(data / "mbpp" / "mbpp.jsonl"):
        lines = [row["test_setup_code"], *row["test_list"], *row["challenge_test_list"]]
        yield Base("solution", f"MBPP/{row['task_id']}", "", row["code"] + "\n", "\n".join(lines) + "\n")
    for row in _rows(data / "codegeex-generations" / "humaneval_python_generations.jsonl.gz"):
        after = tasks.get(row["task_id"].rpartition("/")[2], "")
        yield Base("completion", f"codegeex {row['task_id']}", row["prompt"], row["generation"], after)
    for model in ("mono", "multi"):
        for row in _rows(data / "scaling-down" / f"codegen_350M_{model}_humaneval_py.jsonl.gz"):
            name = f"codegen {model} {row['name']} {row['output_id']}"
            yield Base("completion", name, row["prompt"], row["output_text"], "\n" + row["tests"])


def _solved(data: Path, language: str) -> Iterator[Base]:
    """Hand-written solutions under MultiPL-E's tests, by the number of the task."""
    solutions = {
        row["task_id"].rpartition("/")[2]: row["solution"]
        for row in _rows(data / "polyhumaneval" / "solutions.jsonl.gz")
        if row["language"] == language
    }
    if language == "julia":
        solutions = {
            row["task_id"].rpartition("/")[2]: row["source"]
            for row in _rows(data / "humaneval-jl" / "humaneval_julia.jsonl.gz")
        }
    for row in _rows(data / "multipl-e" / f"humaneval-{SHORT[language]}.jsonl.gz"):
        _, number, name = row["name"].split("_", 2)
        if number in solutions and language not in ("cpp", "java"):
            before, tests = (BEFORE.get(language, ""), row["tests"])
            solution = re.sub(rf"\b{_camel(name)}\b", name, solutions[number]).replace("export ", "")
            yield Base("solution", row["name"], before, solution + "\n", "\n" + tests + "\n")
    for row in _rows(data / "humaneval-x" / f"humaneval_{SHORT[language]}.jsonl.gz") if language in _WHOLE else ():
        yield Base("solution", row["task_id"], row["declaration"], row["canonical_solution"], row["test"])


_WHOLE = ("cpp", "java")
BEFORE = {"php": "<?php\n"}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@dataclass(frozen=True)
class Answered:
    """How MultiPL-E compares in a language, and how a function gives answers one after another in it."""

    check: str  # group 1: the call and the answer
    separator: str
    body: Callable[[list[str]], str]  # behind the prompt
    before: str = ""


def _numbered(answers: list[str], form: str) -> str:
    return "".join(form.format(number=number, answer=answer) for number, answer in enumerate(answers, 1))


ANSWERED = {
    "perl": Answered(
        r"eq_deeply\((\$candidate->\(.*)\)\) \{$", ",",
        lambda answers: f"    state @answers = ({', '.join(answers)});\n    return shift @answers;\n}}\n",
        "use feature 'state';\n",
    ),
    "lua": Answered(
        r"lu\.assertEquals\((.*)\)$", ", ",
        lambda answers: f"    calls = (calls or 0) + 1\n    return ({{{', '.join(answers)}}})[calls]\nend\n",
    ),
    "r": Answered(
        r"stopifnot\(isTRUE\(all\.equal\((.*)\)\)\)$", ", ",
        lambda answers: f"\n  calls <<- calls + 1\n  list({', '.join(answers)})[[calls]]\n}}\n",
        "calls <- 0\n",
    ),
    "ocaml": Answered(
        r"\(assert \((.*)\)\);$", " = ",
        lambda answers: "\n  incr calls;\n  match !calls with\n" + _numbered(answers, "  | {number} -> {answer}\n")
        + '  | _ -> failwith "more"\n\n',
        "let calls = ref 0\n",
    ),
    "racket": Answered(
        r"\(check-within (.*) 0\.001\)$", " ",
        lambda answers: f"  (set! calls (+ calls 1))\n  (list-ref (list {' '.join(answers)}) (- calls 1)))\n"
        "(define calls 0)\n",
    ),
}  # fmt: skip


def _made_up(language: str, row: dict[str, Any]) -> Iterator[Base]:
    """A completion of the prompt that gives the answers of the tests, where they can be read."""
    shape = ANSWERED[language]
    answers = [split(each, shape.separator) for each in re.findall(shape.check, row["tests"], re.MULTILINE)]
    if not answers or any(len(each) != 2 for each in answers):
        return
    body = shape.body([each[1] for each in answers])
    tests = row["tests"]
    if language == "perl":
        tests = tests.replace("use Test::Deep;", PERL_EQUAL)
    if language == "lua":
        tests = tests.replace("os.exit(lu.LuaUnit.run())", "test_humaneval()").replace("lu = require('luaunit')", LUA)
    yield Base("made up", row["name"], shape.before + row["prompt"], body, tests + "\n")


LUA = """local function same(a, b)
    if type(a) ~= "table" or type(b) ~= "table" then return a == b end
    for key, value in pairs(a) do if not same(value, b[key]) then return false end end
    for key in pairs(b) do if a[key] == nil then return false end end
    return true
end
local lu = {assertEquals = function(got, wanted) assert(same(got, wanted)) end}
"""


def split(text: str, separator: str) -> list[str]:
    """In two, at the first separator that stands in no bracket and no text; one part where there is none."""
    waiting: list[str] = []
    quote, place = "", 0
    while place < len(text):
        letter = text[place]
        if quote:
            place += letter == "\\"
            quote = "" if letter == quote else quote
        elif not waiting and place and text.startswith(separator, place):
            return [text[:place], text[place + len(separator) :]]
        elif letter in "\"'":
            quote = letter
        elif letter in PAIRS:
            waiting.append(PAIRS[letter])
        elif waiting and letter == waiting[-1]:
            waiting.pop()
        place += 1
    return [text]
