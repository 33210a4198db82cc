"""The whole run over a data set of Python files, and over a tenth of it: time by stage, rows, memory of the parent.

    python benchmarks/whole_run.py ../shared/data/python-files.parquet --share 10 --share 1

Memory is the peak resident size of the command's own process (VmHWM), read while it runs.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from toolkit.inspection import status

SPEC = """name = "whole"
languages = ["lua"]
[source]
path = "files.parquet"
[engine]
workers = {workers}
[release]
repo = "langlift/whole"
version = "0.1.0"
title = "Whole"
"""
ROOT = Path(__file__).resolve().parent.parent


def peak_bytes(pid: int) -> int:
    """Of one process so far; 0 when it has ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    sizes = [int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")]
    return 1024 * sizes[0] if sizes else 0


def measure(files: Path, share: int, workers: int, folder: Path) -> int:
    """Runs every share-th file; prints figures; returns the parent's peak in bytes."""
    table = pq.read_table(files)
    folder.mkdir(parents=True)
    pq.write_table(table.take(list(range(0, table.num_rows, share))), folder / "files.parquet")
    (folder / "langlift.toml").write_text(SPEC.format(workers=workers))
    command = [sys.executable, "-m", "toolkit", "run", str(folder / "langlift.toml"), "--run-dir", str(folder / "run")]
    began = time.time()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, peak_bytes(process.pid))
        time.sleep(0.2)
    seconds = time.time() - began
    print(f"\n1/{share} of the files: exit {process.returncode}, {seconds:.0f} s, parent's peak {peak / 1e6:.0f} MB")
    before = began
    for facts, sealed in zip(status(folder / "run")[0], _times(folder / "run"), strict=True):
        dropped = ", ".join(f"{reason} {count}" for reason, count in facts["dropped"].items())
        rows = f"{facts['rows_in']:>7,} -> {facts['rows_out']:>7,}"
        print(f"  {facts['stage']:<14}{sealed - before:>7.0f} s {rows}  {dropped}")
        before = sealed
    return peak


def _times(run: Path) -> list[float]:
    return sorted(path.stat().st_mtime for path in run.glob("*/*/stage.json"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path)
    parser.add_argument("--share", type=int, action="append", help="take every n-th file; may be given again")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path, help="keep the runs in this folder")
    asked = parser.parse_args()
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"input: {asked.files.name}, {asked.workers} workers")
    with tempfile.TemporaryDirectory() as name:
        folder = asked.keep or Path(name)
        shares = asked.share or [10, 1]
        peaks = [measure(asked.files, share, asked.workers, folder / f"share-{share}") for share in shares]
    if len(peaks) > 1:
        print(f"\nparent's peak, last over first: {peaks[-1] / peaks[0]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
