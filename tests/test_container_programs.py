"""Whole programs in containers: `--fence docker`, the images it needs, and what happens when the engine fails."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from engine import Door, image_for, require_engine

from sandboxes import Pool, SandboxUnavailable, images
from toolkit import fences, languages
from toolkit.languages.base import Toolchain
from toolkit.program_runs import Runs
from toolkit.programs import ORACLES, PROOF, Program, ProgramVerdict, Setting

ROOT = Path(__file__).resolve().parent.parent
SANDBOX = [sys.executable, "-m", "toolkit", "sandbox"]
RUN = [*SANDBOX, "run", "--language", "python", "--fence", "docker", "--workers", "2"]
RIGHT = "assert 1 + 1 == 2\n"
BUILT = ("lua", "ocaml", "python", "r")  # the others are tried where their images are there


def boom(*arguments: object) -> NoReturn:
    raise AssertionError("this machine's toolchains are nobody's business in a container")


@pytest.fixture(scope="module", params=images.languages())
def inside(request: pytest.FixtureRequest) -> Iterator[tuple[str, Pool]]:
    language = request.param
    require_engine()
    if language in BUILT:
        image_for(language)
    try:
        pool = fences.open_fence("docker", language, 2)
    except SandboxUnavailable as trouble:
        if language in BUILT:
            raise
        pytest.skip(f"{trouble}: {trouble.help}")
    with pool:
        yield language, pool


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    image_for("python")
    with fences.open_fence("docker", "python", 1) as pool:
        yield pool


def statuses(pool: Pool, setting: Setting, programs: dict[str, str]) -> tuple[dict[str, str], Runs]:
    found: list[ProgramVerdict] = []
    runs = Runs(pool, setting)
    runs.run((Program(id, text) for id, text in programs.items()), found.append)
    return {verdict.id: verdict.status for verdict in found}, runs


def test_every_language_that_has_an_image_says_how_programs_run_in_it_and_the_other_way_round() -> None:
    assert [name for name, each in languages.runtimes().items() if each.image] == images.languages()


@pytest.mark.parametrize("oracle", ORACLES)
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_programs_of_known_worth_have_their_verdicts_by_the_toolchain_of_the_image(
    inside: tuple[str, Pool], oracle: str, warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    language, pool = inside
    monkeypatch.setattr(languages, "program_toolchain", boom)
    spoken = replace(languages.runtime(language), toolchains=boom)
    toolchain = fences.toolchain_in(pool, spoken)
    assert toolchain.version == pool.facts["toolchain"] != ""  # type: ignore[attr-defined]
    found, runs = statuses(pool, Setting(spoken, toolchain, oracle, warm), vars(spoken.programs))
    assert found["right"] == "passed"
    assert found["wrong"] == "runtime error"
    assert found["broken"] in ("compile error", "runtime error")
    assert found["leaves"] == ("left early" if oracle == PROOF else "passed")
    assert runs.summary.disagreements == 0
    served = warm and Setting(spoken, toolchain, oracle, warm).server is not None and pool.warm  # type: ignore[attr-defined]
    assert (runs.summary.warm > 0) == served


def test_an_image_whose_toolchain_does_not_work_is_trouble_of_the_box(pool: Pool) -> None:
    spoken = languages.runtime("python")
    broken = replace(spoken, image=Toolchain("python3", "", ("/bin/sh", "-c", "no-such-python main.py")))
    with pytest.raises(SandboxUnavailable, match=r"own example does not pass.*not found") as trouble:
        fences.toolchain_in(pool, broken)
    assert "langlift sandbox build python" in trouble.value.help
    with pytest.raises(SandboxUnavailable, match="does not run in an image"):
        fences.toolchain_in(pool, replace(spoken, image=None))


def test_what_is_kept_of_a_verdict_knows_the_digest_of_the_image(pool: Pool) -> None:
    digest = pool.facts["digest"]  # type: ignore[attr-defined]
    assert digest.startswith("sha256:")
    assert digest in fences.identity(pool)


def test_a_missing_image_is_named_with_its_remedy_and_the_weaker_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    require_engine()
    monkeypatch.setattr(fences, "image_of", lambda language: f"langlift-{language}:none")
    with pytest.raises(SandboxUnavailable, match="no image langlift-lua:none") as trouble:
        fences.open_fence("docker", "lua", 1)
    assert trouble.value.help == "langlift sandbox build lua; or --allow-weaker local"


# The command line


def text(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def call(command: list[str], host: str = "", rows: bytes = b"", code: int = 0) -> tuple[list[dict[str, Any]], str]:
    environment = {**os.environ, **({"DOCKER_HOST": host} if host else {})}
    done = subprocess.run(command, cwd=ROOT, input=rows, capture_output=True, env=environment, timeout=300)
    words = done.stderr.decode()
    assert done.returncode == code, words
    assert "Traceback" not in words
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")], words


def test_the_second_run_answers_from_the_cache_which_no_other_fence_shares() -> None:
    image_for("python")
    rows = text(*({"id": str(number), "program": f"assert {number} % 5\n"} for number in range(10)))
    first, words = call(RUN, rows=rows)
    assert "0 from the cache" in words
    second, words = call(RUN, rows=rows)
    assert "0 warm and 0 cold runs, 10 from the cache" in words
    by_id = [{verdict["id"]: verdict for verdict in verdicts} for verdicts in (first, second)]
    assert by_id[0] == by_id[1]
    _, words = call([*RUN, "--fence", "local"], rows=rows)
    assert "0 from the cache" in words


def test_without_an_engine_there_is_no_verdict_unless_a_weaker_fence_is_allowed(tmp_path: Path) -> None:
    nobody = f"unix://{tmp_path}/none.sock"
    rows = text({"id": "x", "program": RIGHT})
    verdicts, words = call(RUN, nobody, rows, code=3)
    assert verdicts == []
    assert "--allow-weaker local" in words
    verdicts, words = call([*RUN, "--allow-weaker", "local"], nobody, rows)
    assert [verdict["status"] for verdict in verdicts] == ["passed"]
    assert "the weaker one" in words


def test_an_engine_that_stops_in_the_middle_leaves_true_verdicts_and_a_rerun_goes_on() -> None:
    if not os.environ.get("DOCKER_HOST", "unix://").startswith("unix://"):
        pytest.skip("the engine of these tests is a remote one already")
    image_for("python")
    door = Door()
    environment = {**os.environ, "DOCKER_HOST": door.address}
    pipe: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(RUN, cwd=ROOT, env=environment, **pipe) as process:
        rows = [{"id": str(number), "program": RIGHT + f"# {number}\n"} for number in range(40)]
        process.stdin.write(text(*rows))
        process.stdin.flush()
        seen = [json.loads(process.stdout.readline()) for _ in range(40)]
        door.shut()
        more = {"id": "more", "program": "import time\ntime.sleep(1)\n"}
        rest, words = process.communicate(text(more), timeout=200)
    assert process.returncode == 3, words
    assert b"Traceback" not in words
    assert b"Docker engine" in words
    assert rest == b""
    assert {verdict["status"] for verdict in seen} == {"passed"}
    again, said = call(RUN, rows=text(*rows, more))
    assert {verdict["status"] for verdict in again} == {"passed"}
    assert len(again) == 41
    assert "40 from the cache" in said


def test_a_runtime_is_the_engines() -> None:
    words = call([*RUN, "--fence", "local", "--runtime", "runsc"], code=2)[1]
    assert "--runtime is for --fence docker" in words


def test_images_are_built_from_the_command_line_and_a_second_time_at_once() -> None:
    image = image_for("lua")
    with closing(images.connect()) as client:
        before = images.find(client, image)
        built = subprocess.run([*SANDBOX, "build", "lua"], cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert built.returncode == 0, built.stderr
        assert image in built.stdout
        assert images.find(client, image) == before  # every step is kept from the first time


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [(["klingon"], 2, "known: cpp"), (["--base", "no-such-base:1", "lua"], 3, "base.sh")],
    ids=["unknown language", "no base"],
)
def test_what_can_not_be_built_is_said_with_the_remedy(arguments: list[str], code: int, words: str) -> None:
    require_engine()
    assert words in call([*SANDBOX, "build", *arguments], code=code)[1]


def test_nothing_is_built_without_an_engine(tmp_path: Path) -> None:
    assert "start an engine there" in call([*SANDBOX, "build", "lua"], f"unix://{tmp_path}/none.sock", code=3)[1]
