"""R is run without the shell script that starts it, and warm without its compiler: neither changes a verdict."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes.local import Local
from toolkit import languages
from toolkit.languages.r.runtime import GIVEN, OF_THE_SHELL
from toolkit.languages.runtime import HUGE_PAGES
from toolkit.programs import EXIT_CODE, PROOF, Program, Setting
from toolkit.records import Status

SAYS = """
variables <- Sys.getenv()
cat(commandArgs(), paste(names(variables), variables), search(), loadedNamespaces(), sep = "\\n")
"""
SHAPES = {
    "by itself": "f <- function(n) if (n == 0) 0 else f(n - 1)\n",
    "through little": "h <- list(function(n) f(n), function(n) 0)\nf <- function(n) h[[1 + (n == 0)]](n - 1)\n",
    "through much": "f <- function(n) if (n == 0) 0 else sapply(1, function(i) f(n - 1))\n",
}


@pytest.fixture(scope="module")
def setting() -> Setting:
    runtime = languages.runtime("r")
    if not runtime.toolchains():
        pytest.skip(f"no toolchain for {runtime.title}: {runtime.remedy}")
    return Setting(runtime, runtime.toolchains()[0], PROOF, True)


def test_the_command_is_what_rscript_ends_in(setting: Setting, tmp_path: Path) -> None:
    (tmp_path / "main.R").write_text(SAYS)
    ordinary = ("Rscript", "--vanilla", "main.R")
    said = [
        {
            line
            for line in subprocess.run(
                command, cwd=tmp_path, env=GIVEN, capture_output=True, text=True, check=True, timeout=60
            ).stdout.splitlines()
            if line.split(" ")[0] not in OF_THE_SHELL | {"R_SESSION_TMPDIR", HUGE_PAGES.partition("=")[0]}
        }
        for command in (ordinary, setting.toolchain.command)
    ]
    assert "--file=main.R" in said[0]
    assert said[0] == said[1]


@pytest.mark.parametrize("lifted", ["", "options(expressions = 5e5)\n"], ids=["as it is", "with the limit lifted"])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_too_deep_cold_is_too_deep_warm(warm_pool: Local, setting: Setting, shape: str, lifted: str) -> None:
    depths = (20, 100, 200, 400, 700, 1000, 1500, 4000)
    passed: set[tuple[str, bool]] = set()
    for server in (None, setting.server):
        texts = (Program(str(depth), f"{lifted}{SHAPES[shape]}invisible(f({depth}))\n") for depth in depths)
        for outcome in warm_pool.run(setting.job(each, f"{each.id}!", server) for each in texts):
            assert outcome.warm == (server is not None)
            verdict = setting.judge(outcome, f"{outcome.id}!", setting.limits(Program("", "")))
            if verdict.status == Status.PASSED:
                passed.add((outcome.id, outcome.warm))
    assert ("20", True) in passed
    assert not [depth for depth, warm in passed if warm and (depth, False) not in passed]


@pytest.mark.parametrize("oracle", [PROOF, EXIT_CODE])
def test_the_signal_that_ends_a_proven_program_is_none_of_a_program(
    warm_pool: Local, setting: Setting, oracle: str
) -> None:
    runs = replace(setting, oracle=oracle)
    text = Program("signal", "tools::pskill(Sys.getpid(), 26L)\nSys.sleep(9)\n")
    [outcome] = warm_pool.run([runs.job(text, "signal!", runs.server)])
    assert runs.judge(outcome, "signal!", runs.limits(text)).status != Status.PASSED
