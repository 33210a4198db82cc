"""What `langlift doctor` says of a machine that lacks something."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from engine import ASKED, image_for

from sandboxes import Server
from sandboxes.local import Local
from toolkit import doctor, fences, languages
from toolkit.cli.doctor import command
from toolkit.languages.base import Language, Toolchain
from toolkit.languages.runtime import Runtime


@pytest.fixture(scope="module")
def pool() -> Iterator[Local]:
    with Local() as pool:
        yield pool


@pytest.fixture(autouse=True)
def _engine_only_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not ASKED:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")


@pytest.fixture
def lua() -> Language:
    return languages.find("lua")


def test_the_exit_code_follows_the_findings() -> None:
    done = CliRunner().invoke(command, ["--json"])
    findings = json.loads(done.stdout)
    assert done.exit_code == (3 if any(finding["state"] == "fail" for finding in findings) else 0)
    names = {finding["name"] for finding in findings}
    assert {"python", "disk", "sandbox", "agent", "cgroups", "docker", "language lua", "programs python"} <= names
    assert all(finding["remedy"] for finding in findings if finding["state"] != "ok")


def test_an_old_python_fails_with_the_version_that_is_needed() -> None:
    finding = doctor.python((3, 10, 13))
    assert (finding.state, finding.what) == ("fail", "3.10.13")
    assert "3.11" in finding.remedy


def test_a_full_disk_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert doctor.disk(tmp_path).what.endswith(str(tmp_path))
    monkeypatch.setattr(doctor, "_LEAST_BYTES", 1 << 60)
    monkeypatch.setattr(doctor, "_GOOD_BYTES", 1 << 61)
    finding = doctor.disk(tmp_path)
    assert finding.state == "fail"
    assert finding.remedy


def test_a_sandbox_without_namespaces_is_a_warning_that_says_what_is_open() -> None:
    with Local(namespaces=False) as reduced:
        finding = doctor.sandbox(reduced)
    assert finding.state == "warn"
    assert "network" in finding.what
    assert finding.remedy


def test_a_language_that_runs_is_named_with_its_version(lua: Language, pool: Local) -> None:
    finding = doctor.language_finding(lua, pool)
    assert finding.state == "ok", finding
    assert "5." in finding.what


def test_a_missing_toolchain_is_a_warning_with_the_remedy(lua: Language, pool: Local) -> None:
    finding = doctor.language_finding(replace(lua, toolchains=lambda: ()), pool)
    assert (finding.state, finding.remedy) == ("warn", lua.remedy)


@pytest.mark.parametrize(
    ("toolchain", "words"),
    [(("no-such-lua", "program.lua"), "no-such-lua"), (("sh", "-c", "echo broken >&2; exit 4"), "exit code 4: broken")],
    ids=["missing command", "broken command"],
)
def test_a_toolchain_that_does_not_run_is_a_warning(
    lua: Language, pool: Local, toolchain: tuple[str, ...], words: str
) -> None:
    finding = doctor.language_finding(replace(lua, toolchains=lambda: (Toolchain("lua", "5.4", toolchain),)), pool)
    assert finding.state == "warn"
    assert words in finding.what
    assert finding.remedy


@pytest.fixture
def spoken() -> Runtime:
    runtime = languages.runtime("python")
    if not runtime.toolchains():
        pytest.skip("no python3 where a sandbox sees it")
    return runtime


def test_a_language_whose_programs_run_is_named_with_its_version_warm_or_cold(spoken: Runtime, pool: Local) -> None:
    finding = doctor.runtime_finding(spoken, pool)
    assert finding.state == "ok", finding
    assert "Python 3." in finding.what
    assert finding.what.endswith("; warm" if pool.warm else "; cold")
    cold = doctor.runtime_finding(replace(spoken, server=lambda toolchain: None), pool)
    assert (cold.state, cold.what.endswith("; cold")) == ("ok", True)


def test_a_server_that_does_not_start_is_a_warning(spoken: Runtime, pool: Local) -> None:
    finding = doctor.runtime_finding(replace(spoken, server=lambda toolchain: Server(("false",), {})), pool)
    assert finding.state == "warn"
    assert "no warm server starts" in finding.what
    assert finding.remedy


def test_programs_without_a_toolchain_are_a_warning_with_the_remedy(spoken: Runtime, pool: Local) -> None:
    finding = doctor.runtime_finding(replace(spoken, toolchains=lambda: ()), pool)
    assert (finding.state, finding.remedy) == ("warn", spoken.remedy)


@pytest.mark.parametrize(
    ("command", "words"),
    [(("no-such-python",), "no-such-python"), (("sh", "-c", "echo Error: odd >&2; exit 4"), "exit code 4: Error: odd")],
    ids=["missing command", "broken command"],
)
def test_programs_that_do_not_run_are_a_warning(
    spoken: Runtime, pool: Local, command: tuple[str, ...], words: str
) -> None:
    toolchain = Toolchain("python3", "3", command)
    finding = doctor.runtime_finding(replace(spoken, toolchains=lambda: (toolchain,), server=lambda _: None), pool)
    assert finding.state == "warn"
    assert words in finding.what
    assert finding.remedy


def test_the_agent_in_python_is_a_warning_that_says_what_it_lacks(pool: Local) -> None:
    assert doctor.agent(pool).state == ("ok" if pool.warm else "warn")
    with Local(namespaces=False) as reduced:
        finding = doctor.agent(reduced)
    assert finding.state == "warn"
    assert "without warm servers" in finding.what
    assert finding.remedy


def test_control_groups_are_named_with_their_version_and_none_is_left(pool: Local) -> None:
    before = {path.name for path in Path("/sys/fs/cgroup").glob("*/langlift-*")}
    finding = doctor.groups(pool)
    assert "version" in finding.what
    assert finding.state == "ok" or finding.remedy
    assert {path.name for path in Path("/sys/fs/cgroup").glob("*/langlift-*")} <= before


def test_no_language_at_all_fails(monkeypatch: pytest.MonkeyPatch, lua: Language, tmp_path: Path) -> None:
    monkeypatch.setattr(languages, "every", lambda: {"lua": replace(lua, toolchains=lambda: ())})
    assert [finding.state for finding in doctor.examine(tmp_path)][-1] == "fail"


def test_no_engine_is_a_warning_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    [finding] = doctor.containers()
    assert (finding.name, finding.state) == ("docker", "warn")
    assert "none.sock: No such file" in finding.what
    assert "start an engine there" in finding.remedy


def test_an_engine_is_named_with_its_images_and_what_its_fence_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    built = image_for("python")
    engine, fence = doctor.containers()
    assert engine.state == "ok"
    assert "python" in engine.what.partition("images: ")[2]
    assert fence.state == "ok" or fence.remedy
    assert "no network" in fence.what
    assert "sha256:" in fence.what
    monkeypatch.setattr(fences, "image_of", lambda language: f"langlift-{language}:none")
    [bare] = doctor.containers()
    assert bare.state == "warn"
    assert "images: none" in bare.what
    assert "langlift sandbox build" in bare.remedy
    assert built not in bare.what
