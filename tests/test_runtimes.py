"""Each runtime is given programs of known worth, cold and warm, as they are and under proof."""

import re
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandboxes import Job, Limits, Outcome
from sandboxes.local import Local
from toolkit import languages
from toolkit.languages.runtime import Runtime

LIMITS = Limits(cpu_seconds=10, wall_seconds=120)
PYTHON = {
    "leaves by the system": ("import os\nos._exit(0)\n", 0),
    "leaves with 3": ("import sys\nsys.exit(3)\n", 3),
    "leaves in a hook": ("import atexit, os\natexit.register(lambda: os._exit(0))\nassert False\n", 0),
    "recurses without end": ("def f(): return f()\nf()\n", 1),
}


@pytest.fixture(scope="module")
def pool(warm_pool: Local) -> Local:
    return warm_pool


@pytest.fixture(params=sorted(languages.runtimes()))
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return known(request.param)


def programs(kind: str) -> list[Any]:
    """Language and text of those in tests/programs/LANGUAGE.txt, where a line `=== KIND: TITLE` precedes each.

    A hostile one has not been right and yet would pass. A hunter looks for the nonce (16 hexadecimal digits)
    wherever a program can look, and prints what it finds as a proof. An honest one comes to its end. One that
    looks fails where something is left of one that spoils.
    """
    found: list[Any] = []
    for path in sorted((Path(__file__).parent / "programs").glob("*.txt")):
        parts = re.split(r"^=== (\w+): (.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        rows = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        found += [
            pytest.param(path.stem, text, id=f"{path.stem}-{title}") for each, title, text in rows if each == kind
        ]
    return found


def run(pool: Local, runtime: Runtime, files: dict[str, bytes], *, warm: bool, stdin: bytes = b"") -> Outcome:
    toolchain = runtime.toolchains()[0]
    server = runtime.server(toolchain) if warm else None
    limits = replace(LIMITS, processes=runtime.processes, address_space_bytes=None if runtime.address_space else 0)
    files = {**toolchain.files, **files}
    job = Job("program", toolchain.command, files, stdin, {}, limits, toolchain.readable, toolchain.root, server)
    (outcome,) = pool.run([job])
    return outcome


def proves(pool: Local, runtime: Runtime, program: str, *, warm: bool) -> bool:
    nonce = secrets.token_hex(8).encode()
    outcome = run(pool, runtime, runtime.proof(program), warm=warm, stdin=nonce + b"\n")
    assert outcome.stdout.count(nonce) <= 1
    return outcome.exit_code == 0 and outcome.stdout.endswith(b"\n" + nonce + b" done\n")


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_programs_of_known_worth_end_as_they_should(pool: Local, runtime: Runtime, warm: bool) -> None:
    programs = runtime.programs
    found = [
        run(pool, runtime, runtime.plain(text), warm=warm).exit_code
        for text in (programs.right, programs.leaves, programs.wrong, programs.broken)
    ]
    assert found[:2] == [0, 0]
    assert 0 not in found[2:]
    assert proves(pool, runtime, programs.right, warm=warm)
    for text in (programs.leaves, programs.wrong, programs.broken):
        assert not proves(pool, runtime, text, warm=warm)


def known(name: str) -> Runtime:
    runtime = languages.runtime(name)
    if not runtime.toolchains():
        pytest.skip(f"no toolchain for {runtime.title}: {runtime.remedy}")
    return runtime


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize(("language", "program"), programs("hostile"))
def test_no_trick_proves_an_end(pool: Local, language: str, program: str, warm: bool) -> None:
    runtime = known(language)
    assert not proves(pool, runtime, program, warm=warm)
    assert not warm or proves(pool, runtime, runtime.programs.right, warm=True)


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize(("language", "program"), programs("honest"))
def test_every_regular_end_is_one(pool: Local, language: str, program: str, warm: bool) -> None:
    runtime = known(language)
    outcome = run(pool, runtime, runtime.plain(program), warm=warm)
    assert outcome.exit_code == 0
    assert not outcome.warm or warm
    assert proves(pool, runtime, program, warm=warm)


SAID: dict[tuple[str, str], bytes] = {}


def said_cold(pool: Local, language: str, program: str) -> bytes:
    if (language, program) not in SAID:
        SAID[language, program] = run(pool, known(language), known(language).plain(program), warm=False).stdout
    return SAID[language, program]


@pytest.mark.parametrize(("language", "program"), programs("spoils"))
def test_what_a_program_spoils_is_whole_for_the_next(pool: Local, language: str, program: str) -> None:
    runtime = known(language)
    run(pool, runtime, runtime.plain(program), warm=True)
    assert run(pool, runtime, runtime.plain(runtime.programs.wrong), warm=True).exit_code != 0
    run(pool, runtime, runtime.plain(program), warm=True)
    for look in programs("looks"):
        if look.values[0] == language:
            outcome = run(pool, runtime, runtime.plain(look.values[1]), warm=True)
            assert (outcome.exit_code, outcome.warm, outcome.stderr) == (0, True, b"")
            assert outcome.stdout == said_cold(pool, language, look.values[1])


def test_no_es_module_is_taken_for_one_before_it(pool: Local) -> None:
    runtime = known("javascript")
    for program in (
        "import 'assert';\n",
        "import assert from 'assert';\nassert(false);\n",
        "await 1;\n",
        "await 1;\nthrow 1;\n",
    ):
        cold, warm = (run(pool, runtime, runtime.plain(program), warm=warm).exit_code for warm in (False, True))
        assert cold == warm


def test_what_a_check_says_is_of_its_own_program(pool: Local) -> None:
    runtime = known("javascript")
    check = "const t = require('assert');\ntry { t(1 === %d); } catch ({ message }) { console.log(message); }\n"
    for number in (2, 3):  # Node keeps the message by the place of the check
        said = run(pool, runtime, runtime.plain(check % number), warm=True)
        assert (said.warm, b"t(1 === %d)" % number in said.stdout) == (True, True)


def test_a_program_is_run_by_the_server_and_what_it_prints_is_its_own(pool: Local) -> None:
    runtime = languages.runtime("python")
    for number in range(5):
        outcome = run(
            pool, runtime, runtime.plain(f"import sys\nprint({number}); print({number}, file=sys.stderr)"), warm=True
        )
        assert (outcome.warm, outcome.exit_code) == (True, 0)
        assert outcome.stdout == outcome.stderr == b"%d\n" % number
        assert outcome.cpu_seconds > 0


@pytest.mark.parametrize("name", PYTHON)
def test_a_warm_program_ends_as_a_cold_one(pool: Local, name: str) -> None:
    runtime = languages.runtime("python")
    program, code = PYTHON[name]
    outcomes = [run(pool, runtime, runtime.plain(program), warm=warm) for warm in (False, True)]
    assert [outcome.exit_code for outcome in outcomes] == [code, code]
    assert [outcome.warm for outcome in outcomes] == [False, True]
    assert not any(proves(pool, runtime, program, warm=warm) for warm in (False, True))


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_an_end_inside_a_destructor_proves_nothing(pool: Local, warm: bool) -> None:
    program = "import os\nclass A:\n    def __del__(self): os._exit(0)\na = A()\nassert False\n"
    assert not proves(pool, languages.runtime("python"), program, warm=warm)


def test_nothing_of_a_warm_program_reaches_the_next(pool: Local) -> None:
    runtime = languages.runtime("python")
    spoil = (
        "import builtins, json, os, subprocess, sys\nbuiltins.len = json.dumps = lambda *a: 7\nos.chdir('/')\n"
        "open('/box/work/left', 'w').close(); open('/tmp/left', 'w').close(); open('/dev/shm/left', 'w').close()\n"
        "subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
    )
    look = (
        "import glob, json, os\nassert len([]) == 0 and json.dumps(1) == '1' and os.getcwd() == '/box/work'\n"
        "assert os.listdir() == ['main.py'] and not os.listdir('/tmp') and not os.listdir('/dev/shm')\n"
        "assert not [name for path in glob.glob('/proc/[0-9]*/comm') if 'sleep' in (name := open(path).read())]\n"
    )
    assert run(pool, runtime, runtime.plain(spoil), warm=True).warm
    outcome = run(pool, runtime, runtime.plain(look), warm=True)
    assert (outcome.exit_code, outcome.warm, outcome.stderr) == (0, True, b"")


@pytest.mark.parametrize(
    "attack",
    [
        "import os\nos.kill(os.getppid(), 9)",
        "import os\nos.kill(os.getppid(), 19)",
        "import os\nfor n in range(3, 50):\n    try: os.write(n, b'0 0 0\\n')\n    except OSError: pass\nassert False",
        "import os\nopen(f'/proc/{os.getppid()}/fd/4', 'w').write('0 0 0\\n')",
        "import os\nopen(f'/proc/{os.getppid()}/mem', 'r+b')",
        "while True: pass",
        "x = 'x' * 2000000000",
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    ],
    ids=["kills", "stops", "forges", "opens the answers", "opens the memory", "loops", "eats memory", "floods"],
)
def test_an_attack_on_the_server_does_not_pass_and_the_next_program_is_unharmed(pool: Local, attack: str) -> None:
    runtime = languages.runtime("python")
    limits = Limits(cpu_seconds=1, wall_seconds=3)
    toolchain = runtime.toolchains()[0]
    job = Job("attack", toolchain.command, runtime.plain(attack), limits=limits, server=runtime.server(toolchain))
    (outcome,) = pool.run([job])
    assert outcome.exit_code != 0 or outcome.limit
    assert proves(pool, runtime, runtime.programs.right, warm=True)
