"""Kill a run by SIGKILL at random moments, run it again, and compare the release byte by byte.

    python benchmarks/kill_and_rerun.py FILES.parquet --share 30 --kills 30
    python benchmarks/kill_and_rerun.py FILES.parquet --share 1 --kills 1

Two ways. `chain`: one run, killed again and again at random moments until it has been killed
often enough, then left to finish. `apart`: every kill has a run of its own, killed once
anywhere in its life and run again to the end. Kills alternate between the command alone
(its workers must follow by themselves) and its whole process group.
"""

import argparse
import hashlib
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

SPEC = """name = "killed"
languages = ["lua"]
[source]
path = "files.parquet"
shard_rows = 20
[release]
repo = "langlift/killed"
version = "0.1.0"
title = "Killed"
"""


def start(spec: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "toolkit", "run", str(spec), "--run-dir", str(folder)]
    root = Path(__file__).resolve().parent.parent
    return subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, start_new_session=True)


def digests(folder: Path) -> dict[str, str]:
    release = folder / "release" / "dataset"
    files = sorted(path for path in release.rglob("*") if path.is_file())
    return {str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def kill_after(process: subprocess.Popen[bytes], seconds: float, group: bool) -> bool:
    """False when the run was over before."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        return True
    return False


def finish(spec: Path, folder: Path, expected: dict[str, str], what: str) -> bool:
    code = start(spec, folder).wait()
    same = code == 0 and digests(folder) == expected
    print(f"{what}: exit {code}, release {'identical' if same else 'DIFFERENT'}", flush=True)
    return same


def chain(spec: Path, work: Path, expected: dict[str, str], kills: int, seconds: float, dice: random.Random) -> bool:
    folder, done = work / "chain", 0
    stages: Counter[str] = Counter()
    while done < kills:
        moment = dice.uniform(1, 2 * seconds / kills + 6)  # the run restarts each time: leave it time to move
        if not kill_after(start(spec, folder), moment, group=done % 2 == 1):
            print(f"the run ended after {done} kills; starting over")
            if digests(folder) != expected:
                return finish(spec, folder, expected, "ended early")
            shutil.rmtree(folder)
            continue
        done += 1
        open_shards = len(list(folder.glob("*/*/*/journal.jsonl")))
        stage = max((path.name for path in folder.glob("*/[0-9]*-*")), default="the start")
        stages[stage] += 1
        print(f"kill {done} after {moment:.1f} s, in {stage}: {open_shards} shards open", flush=True)
    print(f"kills by stage: {dict(sorted(stages.items()))}")
    return finish(spec, folder, expected, f"one run killed {kills} times")


def apart(spec: Path, work: Path, expected: dict[str, str], kills: int, seconds: float, dice: random.Random) -> bool:
    good = 0
    for number in range(1, kills + 1):
        folder = work / "apart"
        shutil.rmtree(folder, ignore_errors=True)
        moment = dice.uniform(0, seconds)
        killed = kill_after(start(spec, folder), moment, group=number % 2 == 1)
        good += finish(spec, folder, expected, f"run {number}: {'killed' if killed else 'over'} at {moment:.1f} s")
    print(f"{good} of {kills} identical")
    return good == kills


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path)
    parser.add_argument("--share", type=int, default=30, help="take every n-th file")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--way", choices=("chain", "apart"), default="chain")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        table = pq.read_table(asked.files)
        pq.write_table(table.take(list(range(0, table.num_rows, asked.share))), work / "files.parquet")
        spec = work / "langlift.toml"
        spec.write_text(SPEC)
        began = time.monotonic()
        assert start(spec, work / "whole").wait() == 0
        seconds = time.monotonic() - began
        expected = digests(work / "whole")
        print(f"machine: {os.cpu_count()} cores, Python {platform.python_version()}")
        print(
            f"input: {-(-table.num_rows // asked.share):,} files; undisturbed run: {seconds:.0f} s; seed {asked.seed}"
        )
        way = chain if asked.way == "chain" else apart
        return 0 if way(spec, work, expected, asked.kills, seconds, random.Random(asked.seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
