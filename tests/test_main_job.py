"""The main job, end to end: real files in, a proven Lua data set on a Hub out, loaded back."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

import toolkit.demo as module
from toolkit.cli import main
from toolkit.demo import demo
from toolkit.inspection import find, rows, status
from toolkit.progress import LogLines
from toolkit.records import Dropped
from toolkit.shards import read_rows

ROOT = Path(__file__).resolve().parent.parent
SPEC = """name = "job"
languages = ["lua"]
[source]
path = "files.parquet"
shard_rows = 2
[filter]
licenses = ["MIT"]
[split]
group = "file"
[release]
repo = "langlift/job"
version = "0.1.0"
title = "Job"
"""
FILES = ("text.py", "intervals.py", "sequences.py")
HOSTILE = {
    "forks": "import os\n    while True:\n        os.fork()",
    "writes": "open('/tmp/langlift-was-here', 'w').write('x')\n    open('here', 'w').write('x')",
    "leaves": "raise SystemExit(0)",
    "leaves_at_once": "__import__('os')._exit(0)",
    "loops": "while True:\n        pass",
    "eats": "return [0] * (1 << 33)",
    "prints": "for each in range(1 << 10):\n        print('x' * (1 << 20))",
    "rewrites": "import builtins\n    builtins.repr = builtins.len = lambda value: 0",
}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "spec.toml").write_text(SPEC)
    pq.write_table(pa.table({"repo": ["a/b"], "path": ["c"], "revision": ["d"], "license": ["MIT"], "content": ["x"]}),
                   tmp_path / "files.parquet")  # fmt: skip
    assert main(["run", str(tmp_path / "spec.toml"), "--run-dir", str(tmp_path)]) == 2
    assert "is no run folder, and not empty: it holds files.parquet, spec.toml" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files.parquet", "spec.toml"]
    (tmp_path / ".lock").touch()  # of another program
    assert main(["run", str(tmp_path / "spec.toml"), "--run-dir", str(tmp_path)]) == 2


def test_a_source_of_which_nothing_can_be_used_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "spec.toml").write_text(SPEC)
    pq.write_table(pa.table({"repo": ["a/b"], "path": ["c"], "revision": ["d"], "license": ["MIT"], "content": [""]}),
                   tmp_path / "files.parquet")  # fmt: skip
    assert main(["run", str(tmp_path / "spec.toml"), "--run-dir", str(tmp_path / "run")]) == 1
    assert "nothing of the source could be used: 1 rows dropped" in capsys.readouterr().err


def hostile(name: str, body: str) -> str:
    return (
        f'def {name}(number: int) -> int:\n    """Do harm and more.\n\n    >>> {name}(1)\n    2\n    """\n'
        f"    {body}\n    if number > 10:\n        return number - 1\n    return number + 1\n"
    )


def sources(extra: dict[str, str]) -> pa.Table:
    functions = ROOT / "toolkit" / "demo" / "functions"
    texts = {name: (functions / name).read_text(encoding="utf-8") for name in FILES} | extra
    return pa.table(
        {
            "repo": [f"someone/{name}" for name in texts],
            "path": list(texts),
            "revision": ["1"] * len(texts),
            "license": ["MIT"] * len(texts),
            "content": list(texts.values()),
        }
    )


def folder_of(path: Path, extra: dict[str, str]) -> Path:
    path.mkdir()
    (path / "langlift.toml").write_text(SPEC)
    pq.write_table(sources(extra), path / "files.parquet")
    return path


def digests(run: Path) -> dict[str, str]:
    release = run / "release" / "dataset"
    files = sorted(path for path in release.rglob("*") if path.is_file())
    return {str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def start(folder: Path, run: str, *extra: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "toolkit", "run", str(folder / "langlift.toml"), "--run-dir", str(folder / run)]
    return subprocess.Popen([*command, *extra], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in a folder with its spec."""
    folder = folder_of(tmp_path_factory.mktemp("main") / "job", {})
    process = start(folder, "whole")
    _, said = process.communicate()
    assert process.returncode == 0, said
    return folder


def test_every_function_is_kept_or_dropped_with_a_reason(job: Path) -> None:
    sealed, still_open = status(job / "whole")
    assert not still_open
    for before, after in pairwise(sealed):
        assert after["rows_in"] == before["rows_out"]
    for each in sealed:
        if each["stage"] != "extract":
            assert each["rows_in"] == each["rows_out"] + sum(each["dropped"].values())
    assert sealed[-1]["rows_out"] >= 20


def test_a_released_row_proves_itself(job: Path, tmp_path: Path) -> None:
    lua = shutil.which("lua5.4") or shutil.which("lua")
    if lua is None:
        pytest.skip("no lua on PATH: apt-get install lua5.4")
    names = sorted((job / "whole/release/dataset/data/lua").glob("*.parquet"))
    released = [row for name in names for row in pq.read_table(name).to_pylist()]
    assert released
    for row in released:
        program = tmp_path / "program.lua"
        program.write_text(row["translation"] + "\n" + row["tests"])
        done = subprocess.run([lua, str(program)], capture_output=True, text=True)
        assert done.returncode == 0, row["name"] + done.stderr
        program.write_text(row["tests"])
        assert subprocess.run([lua, str(program)], capture_output=True).returncode != 0


def test_status_and_show_tell_what_became_of_a_row(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = job / "whole"
    assert main(["status", str(run), "--json"]) == 0
    assert {each["stage"] for each in json.loads(capsys.readouterr().out)["sealed"]} >= {"read", "cover", "split"}
    kept = next(rows(run, "cover", None))
    assert main(["show", str(run), "cover", kept]) == 0
    assert json.loads(capsys.readouterr().out)["evidence"]
    assert find(run, "cover", kept)["id"] == kept
    assert main(["show", str(run), "cover", "absent"]) == 2
    assert main(["show", str(run), "covr"]) == 2


def test_a_second_run_does_nothing_and_changes_nothing(job: Path) -> None:
    before = digests(job / "whole")
    process = start(job, "whole")
    _, said = process.communicate()
    assert process.returncode == 0
    assert "rows/s" not in said
    assert digests(job / "whole") == before


def test_the_number_of_workers_does_not_change_a_byte(job: Path) -> None:
    (job / "one.toml").write_text(SPEC + "[engine]\nworkers = 1\n")
    assert main(["run", str(job / "one.toml"), "--run-dir", str(job / "one")]) == 0
    assert digests(job / "one") == digests(job / "whole")


def test_a_killed_run_continues_to_the_same_bytes(job: Path) -> None:
    folders = ("40-tests", "50-cover", "60-translate", "70-validate", "95-split")
    for number, name in enumerate(folders):
        process = start(job, "killed")
        deadline = time.monotonic() + 300
        while process.poll() is None and not list((job / "killed").glob(f"*/{name}/0*")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        (os.killpg if number % 2 else os.kill)(process.pid, signal.SIGKILL)
        process.communicate()
    process = start(job, "killed")
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert digests(job / "killed") == digests(job / "whole")


def test_a_run_folder_of_another_spec_is_refused_by_name(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (job / "other.toml").write_text(SPEC + "[cover]\nminimum = 0.5\n")
    assert main(["run", str(job / "other.toml"), "--run-dir", str(job / "whole")]) == 4
    said = capsys.readouterr().err
    assert "cover.minimum" in said
    assert "0.5" in said
    assert (job / "whole" / "spec.toml").read_text() == SPEC


def test_two_runs_in_one_folder_are_refused(job: Path) -> None:
    process = start(job, "twice")
    while not (job / "twice" / ".lock").exists() and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.2)
    try:
        assert main(["run", str(job / "langlift.toml"), "--run-dir", str(job / "twice")]) == 4
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_an_interrupt_leaves_with_130_and_says_how_to_go_on(job: Path) -> None:
    process = start(job, "interrupted")
    deadline = time.monotonic() + 300
    while not list((job / "interrupted").glob("*/40-tests/0*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "the same command continues" in said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = folder_of(
        tmp_path_factory.mktemp("attacked") / "job",
        {f"{name}.py": hostile(name, body) for name, body in HOSTILE.items()},
    )
    process = start(folder, "run", "--until", "dedup")
    _, said = process.communicate()
    assert process.returncode == 0, said
    return folder / "run"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_function_costs_one_row_and_nothing_else(attacked: Path, job: Path, name: str) -> None:
    reasons = {}
    ids = {
        each["id"]: each["name"]
        for each in (find(attacked, "extract", row) for row in rows(attacked, "extract", None))
        if each["name"] in HOSTILE
    }
    for shard in attacked.glob("*/*/*/dropped.parquet"):
        for row in read_rows(shard, Dropped):
            if row.id in ids:
                reasons[ids[row.id]] = row.reason
    assert reasons[name]
    assert not Path("/tmp/langlift-was-here").exists()
    kept = [each["rows_out"] for each in status(attacked)[0] if each["stage"] == "dedup"]
    assert kept == [each["rows_out"] for each in status(job / "whole")[0] if each["stage"] == "dedup"]


NO_NAMESPACES = (
    "for kind in user mnt pid net; do echo 0 > /proc/sys/user/max_${{kind}}_namespaces; done; "
    "exec {python} -m toolkit run {spec} --run-dir {folder} --until filter"
)


def test_a_fence_weaker_than_the_spec_asks_for_is_refused_unless_it_is_allowed_by_name(
    job: Path, tmp_path: Path
) -> None:
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True).returncode:
        pytest.skip("needs namespaces to take them away in: unshare -Urm is refused here")
    text = (job / "langlift.toml").read_text().replace("files.parquet", str(job / "files.parquet"))
    spec, folder = tmp_path / "langlift.toml", tmp_path / "run"
    script = NO_NAMESPACES.format(python=sys.executable, spec=spec, folder=folder)
    said = []
    for allowed, code in (("", 3), ('[sandbox]\nfence = "reduced"\n', 0)):
        spec.write_text(text + allowed)
        done = subprocess.run(["unshare", "-Urm", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert folder.exists() == bool(allowed)
        said.append(done.stderr)
    assert '[sandbox] fence = "reduced"' in said[0]
    assert "programs run behind: processes killed whole" in said[1]


SMALL_DISK = "mount -t tmpfs -o size={size} none {folder} && exec {python} -m toolkit run {spec} --run-dir {folder}/run"


@pytest.mark.parametrize("size", ["64k", "256k"])
def test_a_full_disk_is_said_and_the_run_goes_on_elsewhere(job: Path, tmp_path: Path, size: str) -> None:
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("needs a mount namespace: unshare -rm is refused here")
    script = SMALL_DISK.format(size=size, folder=tmp_path, python=sys.executable, spec=job / "langlift.toml")
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "no space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_loads_its_release_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = tmp_path / "demo.toml"
    small.write_text(module.SPEC.read_text().replace('["packaged", "stdlib"]', '["packaged"]'))
    monkeypatch.setattr(module, "SPEC", small)
    said: list[str] = []
    facts, loaded = demo(tmp_path / "demo", LogLines(Console(stderr=True)), said.append)
    assert facts[-1]["stage"] == "split"
    assert sum(loaded["rows"].values()) == facts[-1]["rows_out"] >= 100
    assert loaded["row"]["verdict"] == "passed"
