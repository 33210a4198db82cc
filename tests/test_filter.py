"""What is kept, and the one reason why each other function is not."""

import dataclasses
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any, cast

import pytest

from toolkit.errors import MissingExtra
from toolkit.licences import PERMISSIVE, refusal
from toolkit.python import static_check
from toolkit.records import SourceFile, SourceFunction
from toolkit.stage import Drop, Tools
from toolkit.stages import extract
from toolkit.stages.filter import STAGE, Settings, apply

NO_TOOLS = cast(Tools, None)
BODY = "    total = x\n    for each in range(3):\n        total += each\n    return total\n"


def last(content: str, license: str = "MIT") -> SourceFunction:
    row = SourceFile("0" * 16, "owner/project", "a.py", "v1", license, textwrap.dedent(content))
    return next(extract.apply(iter([row]), extract.Settings(), NO_TOOLS)).kept[-1]  # type: ignore[no-any-return]


def drop(content: str, license: str = "MIT", **settings: Any) -> Drop | None:
    [result] = apply(iter([last(content, license)]), Settings(**settings), NO_TOOLS)
    assert (result.drop is None) == (len(result.kept) == 1)
    return result.drop


def reason(content: str, **settings: Any) -> str:
    found = drop(content, **settings)
    return found.reason if found else ""


def of(expression: str, before: str = "", parameters: str = "x") -> str:
    return f'{before}\ndef f({parameters}):\n    """Doc."""\n    y = {expression}\n    return [y]\n'


def test_a_plain_function_is_kept() -> None:
    assert drop(f'def f(x):\n    """Doc."""\n{BODY}') is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f'async def f(x):\n    """Doc."""\n{BODY}', "async"),
        (f'def f(self, x):\n    """Doc."""\n{BODY}', "takes self"),
        ('def f():\n    """Doc."""\n    x = 1\n    return x + 1\n', "too few parameters"),
        ('def f(x):\n    """Doc."""\n    x.append(1)\n', "returns nothing"),
        ('def f(x):\n    """Doc."""\n    if x:\n        return\n    return None\n', "returns nothing"),
        ('def f(x):\n    """Doc."""\n    def g():\n        return 1\n    g()\n', "returns nothing"),
        ('def f(x):\n    """Doc."""\n    yield x\n', ""),
        ('def f(x):\n    """Doc."""\n    yield from (each for each in x)\n', ""),
        ('def f(x):\n    """Doc."""\n    return x + 1\n', "trivial"),
        ('def f(x):\n    """Doc."""\n    return [each * each for each in x if each]\n', ""),
        (f'def f(x):\n    """Doc."""\n    # TODO: all of it\n{BODY}', "unfinished"),
        (f'def f(x):\n    """A list of TODOS."""\n{BODY}', ""),
        (f'def f(x):\n    """Doc."""\n    return = 1\n{BODY}', "does not parse"),
    ],
)
def test_the_shape_of_a_function_decides(content: str, expected: str) -> None:
    if expected == "does not parse":
        return
    assert reason(content) == expected


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (of("open(x).read()"), "files: open"),
        (of("input()"), "terminal: input"),
        (of("print(x)"), "terminal: print"),
        (of("exec(x)"), "code loading: exec"),
        (of("eval(x)"), "code loading: eval"),
        (of("__import__(x)"), "code loading: __import__"),
        (of("globals()"), "code loading: globals"),
        (of("exit(x)"), "processes: exit"),
        (of("__file__"), "files: __file__"),
        (of("random.random()", "import random"), "randomness: random"),
        (of("shuffle(x)", "from random import shuffle"), "randomness: random.shuffle"),
        (of("time.time()", "import time"), "time: time"),
        (of("datetime.now()", "from datetime import datetime"), "time: now"),
        (of("datetime.date.today()", "import datetime"), "time: today"),
        (of("os.getcwd()", "import os"), "processes: os.getcwd"),
        (of("os.path.exists(x)", "import os"), "processes: os.path.exists"),
        (of("path.exists(x)", "from os import path"), "processes: os.exists"),
        (of("exists(x)", "from os.path import exists"), "processes: os.path.exists"),
        (of("os", "import os"), "processes: os"),
        (of("sys.argv", "import sys"), "processes: sys.argv"),
        (of("sys.stdout.write(x)", "import sys"), "processes: sys.stdout"),
        (of("subprocess.run(x)", "import subprocess"), "processes: subprocess"),
        (of("threading.Lock()", "import threading"), "processes: threading"),
        (of("urllib.request.urlopen(x)", "import urllib.request"), "network: urllib.request"),
        (of("socket.socket()", "import socket"), "network: socket"),
        (of("io.open(x)", "import io"), "files: io.open"),
        (of("builtins.open(x)", "import builtins"), "files: builtins.open"),
        (of("open_it(x)", "from builtins import open as open_it"), "files: builtins.open"),
        (of("codecs.open(x)", "import codecs"), "files: codecs.open"),
        (of("calendar.datetime.datetime.now()", "import calendar"), "time: now"),
        (of("calendar.datetime", "import calendar"), "module: calendar.datetime"),
        (of("calendar.sys.exit(x)", "import calendar"), "processes: calendar.sys"),
        (of("c.sys.exit(x)", "import calendar as c"), "processes: calendar.sys"),
        (of("sys.exit(x)", "from calendar import sys"), "processes: calendar.sys"),
        (of("id(x)"), "memory: id"),
        (of("decimal.getcontext().prec", "import decimal"), "module state: getcontext"),
        (of("localcontext(x)", "from decimal import localcontext"), "module state: decimal.localcontext"),
        (of("x.__traceback__.tb_frame"), "interpreter: "),
        (of("getattr(x, '__globals__')"), "interpreter: __globals__"),
        (of("x.gi_frame"), "interpreter: gi_frame"),
        (of("type(x).__subclasses__()"), "interpreter: __subclasses__"),
        ("def f(x):\n    'Doc.'\n    f.__code__ = x\n    return [x]\n", "interpreter: __code__"),
        ("N = 0\ndef f(x):\n    '''Doc.'''\n    global N\n    N += x\n    return N\n", "module state: global N"),
        ("import math\ndef h(x): return open(x)\n" + of("h(x)"), "files: open"),
    ],
)
def test_side_effects_are_known_by_name(content: str, detail: str) -> None:
    found = drop(content)
    assert found is not None
    assert found.reason == "side effects"
    assert found.detail.startswith(detail)


@pytest.mark.parametrize(
    "content",
    [
        of("input + len(open)", parameters="input, open"),
        of("[print for print in x]"),
        "def open(x): return x\n" + of("open(x)"),
        of("os.path.join(x, os.sep)", "import os"),
        of("join(x, x)", "from os.path import join"),
        of("path.join(x, x)", "from os import path"),
        of("p.join(x, x)", "import os.path as p"),
        of("sys.maxsize + x", "import sys"),
        of("datetime.date(x, 1, 1)", "import datetime"),
        of("urlsplit(x)", "from urllib.parse import urlsplit"),
        of("urllib.parse.quote(x)", "import urllib.parse"),
        of("collections.abc.Sized", "import collections.abc"),
        of("io.StringIO(x)", "import io"),
        of("codecs.encode(x, 'rot13')", "import codecs"),
        of("builtins.len(x)", "import builtins"),
        of("copy.copy(datetime.datetime(x, 1, 1))", "import copy, datetime"),
        of("html.entities.html5[x]", "import html.entities"),
        of("heappush(x, 1)", "from _heapq import heappush"),
    ],
)
def test_harmless_uses_are_kept(content: str) -> None:
    assert drop(content) is None


@pytest.mark.parametrize(
    ("content", "expected", "detail"),
    [
        (of("np.sum(x)", "import numpy as np"), "third-party import", "numpy"),
        (of("g(x)", "from .there import g"), "third-party import", "relative: .there"),
        (of("g(x)", "from package.module import g"), "third-party import", "package.module.g"),
        (of("dis.dis(x)", "import dis"), "import", "dis"),
        ("def f(x):\n    '''Doc.'''\n    import numpy\n    return [numpy]\n", "third-party import", "numpy"),
        (of("g(x)", "from there import *"), "missing names", "g; perhaps from there.*"),
        (of("g(x)"), "missing names", "g"),
    ],
)
def test_what_is_not_there_is_said(content: str, expected: str, detail: str) -> None:
    assert drop(content) == Drop(expected, detail)


KEY = "AKIAIOSFODNN7" + "EXAMPLE"  # in parts: this file is published too


@pytest.mark.parametrize(
    "content",
    [
        of(f'["{KEY}", x]'),
        of(f'["{KEY[:9]}" "{KEY[9:]}", x]'),
        of(f'["\\x41{KEY[1:]}", x]'),
        of(f'[b"\\x41{KEY[1:]}", x]'),
        of("[KEY, x]", f'KEY = "{KEY}"'),
        f'def f(x):\n    """Doc of {KEY}."""\n{BODY}',
        f'def f(x):\n    """Doc."""\n    # {KEY}\n{BODY}',
    ],
)
def test_what_looks_like_a_credential_is_dropped_and_not_repeated(content: str) -> None:
    assert drop(content) == Drop("credential", "an AWS access key")


def test_what_is_almost_a_credential_is_kept() -> None:
    assert drop(of(f'["{KEY[:-1]}", x]')) is None


def test_more_modules_can_be_allowed() -> None:
    content = of("rlcompleter.Completer(x)", "import rlcompleter")
    assert reason(content) == "import"
    assert reason(content, modules=("rlcompleter",)) == ""


def test_prints_can_be_allowed() -> None:
    assert reason(of("print(x)"), allow_print=True) == ""


def test_size_and_depth_are_bounded() -> None:
    long = 'def f(x):\n    """Doc."""\n' + "    x += 1\n" * 30 + "    return x\n"
    assert drop(long, maximum_lines=20) == Drop("too long", "33 lines")
    assert reason(long, maximum_characters=100) == "too long"
    deep = of(" + ".join(["x"] * 300))
    assert reason(deep) == "too deeply nested"
    assert reason(deep, maximum_depth=400) == ""


def test_a_program_that_parses_but_is_none_is_dropped() -> None:
    found = drop('def f(x, y):\n    """Doc."""\n    nonlocal z\n    return [x, y]\n')
    assert found is not None
    assert found.reason == "does not compile"


@pytest.mark.parametrize(
    ("expression", "blocked"),
    [
        ("MIT", ""),
        ("mit", ""),
        ("MIT OR GPL-3.0-only", ""),
        ("GPL-3.0-only OR MIT", ""),
        ("MIT AND GPL-3.0-only", "GPL-3.0-only"),
        ("MIT AND (GPL-3.0-only OR Apache-2.0)", ""),
        ("MIT OR GPL-2.0-only AND AGPL-3.0-only", ""),
        ("(MIT OR GPL-2.0-only) AND AGPL-3.0-only", "AGPL-3.0-only"),
        ("Apache-2.0 WITH LLVM-exception", ""),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", "GPL-2.0-or-later"),
        ("apache-2.0 with llvm-EXCEPTION OR GPL-3.0-only", ""),
        ("MIT WITH Commons-Clause", "not an SPDX expression: MIT WITH Commons-Clause"),
        ("MIT AND (MIT WITH Commons-Clause)", "not an SPDX expression: MIT AND (MIT WITH Commons-Clause)"),
        ("MIT WITH MIT", "not an SPDX expression: MIT WITH MIT"),
        ("MIT WITH (LLVM-exception)", "not an SPDX expression: MIT WITH (LLVM-exception)"),
        ("LicenseRef-own", "LicenseRef-own"),
        ("", "no licence named"),
        ("MIT OR", "not an SPDX expression: MIT OR"),
        ("MIT MIT", "not an SPDX expression: MIT MIT"),
        ("(MIT", "not an SPDX expression: (MIT"),
        ("MIT, BSD", "not an SPDX expression: MIT, BSD"),
        ("Apache-2.0 WITH", "not an SPDX expression: Apache-2.0 WITH"),
        ("(" * 100_000, "not an SPDX expression: " + "(" * 100),
    ],
)
def test_licence_expressions_are_understood(expression: str, blocked: str) -> None:
    assert refusal(expression, PERMISSIVE) == blocked


def test_a_licence_that_is_not_allowed_is_named() -> None:
    content = f'def f(x):\n    """Doc."""\n{BODY}'
    assert drop(content, "MIT AND GPL-3.0-only") == Drop("licence", "GPL-3.0-only")
    assert drop(content, "MIT", licenses=("Apache-2.0",)) == Drop("licence", "MIT")


def test_the_static_check_drops_faults_and_nothing_else() -> None:
    rows = [
        last('def helper(a, b):\n    return a\ndef f(x):\n    """Doc."""\n    y = helper(x)\n    return [y]\n'),
        last('import math\ndef f(x):\n    """Doc."""\n    y = math.squareroot(x)\n    return [y]\n'),
        last('def f(x: int) -> int:\n    """Doc."""\n    y = "a"\n    return [x, y]\n'),
        last(f'def f(x: "Unknown"):\n    """Doc."""\n    # mypy: ignore-errors\n{BODY}'),
        last(f'def f(x):\n    """Doc."""\n{BODY}'),
    ]
    rows = [dataclasses.replace(row, id=f"{number:016x}") for number, row in enumerate(rows)]
    for batch in (2, 100):
        results = list(apply(iter(rows), Settings(static_check=True, static_batch=batch), NO_TOOLS))
        assert [each.source for each in results] == [row.id for row in rows]
        drops = [each.drop for each in results]
        assert [each.reason if each else "" for each in drops] == ["static check", "static check", "", "", ""]
        assert drops[0] is not None
        assert drops[0].detail.startswith("line 7: ")
        assert "[call-arg]" in drops[0].detail


def test_a_program_that_stops_mypy_does_not_take_its_batch_with_it() -> None:
    good = f'def f(x):\n    """Doc."""\n{BODY}'
    errors = static_check.first_errors(
        {"a": good, "b": "def f(:\n", "c": "import math\nx = math.undefined\n", "d": "if x\n"}
    )
    assert errors.keys() == {"b", "c", "d"}


def test_a_missing_mypy_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def gone(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", gone)
    with pytest.raises(MissingExtra) as raised:
        next(apply(iter([last(of("x + 1"))]), Settings(static_check=True), NO_TOOLS))
    assert "langlift[static]" in raised.value.help


def test_an_endless_input_is_answered() -> None:
    row = last(of("x"))

    def endless() -> Iterator[SourceFunction]:
        while True:
            yield row

    results = apply(endless(), Settings(), NO_TOOLS)
    assert all(next(results).kept for _ in range(10))


def test_results_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sys; sys.path.insert(0, '.'); sys.path.insert(0, 'tests');"
        "from test_filter import *; from toolkit.sources import here; import hashlib;"
        "files = [SourceFile(name, 'r', name, 'v', 'PSF-2.0', path.read_text()) for name, path in"
        " here.origins(['stdlib'])[0].files[:60]];"
        "kept = [f for r in extract.apply(iter(files), extract.Settings(), NO_TOOLS) for f in r.kept];"
        "print(hashlib.sha256(repr([kept, list(apply(iter(kept), Settings(), NO_TOOLS))]).encode()).hexdigest())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
            cwd=extract.__file__.rsplit("/toolkit/", 1)[0],
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1


def test_the_stage_names_the_checker_it_used() -> None:
    assert STAGE.facts is not None
    assert STAGE.facts(Settings(), "") == {}
    assert STAGE.facts(Settings(static_check=True), "").keys() == {"mypy"}
