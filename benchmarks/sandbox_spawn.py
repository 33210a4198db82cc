"""What a job in a local box costs beside a bare process. Run: python benchmarks/sandbox_spawn.py [jobs]

Prints the machine, then for each form the median and the minimum of a job that does nothing
(milliseconds) and the ratio of the medians to `subprocess.run`. Ratios travel to other
machines, times do not. The forms take turns, so that other load hits them alike.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from sandboxes import Job
from sandboxes.local import Local

COMMAND = ("/bin/true",)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(jobs: int = 200) -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"
    )
    with Local() as fenced, Local(namespaces=False) as reduced:
        forms: dict[str, Callable[[], object]] = {
            "subprocess.run": lambda: subprocess.run(COMMAND, capture_output=True, check=True),
            "local": lambda: list(fenced.run([Job("true", COMMAND)])),
            "local, no namespaces": lambda: list(reduced.run([Job("true", COMMAND)])),
        }
        times: dict[str, list[float]] = {name: [] for name in forms}
        for _ in range(jobs):
            for name, work in forms.items():
                times[name].append(seconds(work))
        print(f"fence of local: {fenced.fence}")
    bare = statistics.median(times["subprocess.run"])
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:22} median {median * 1e3:6.2f}  min {min(measured) * 1e3:6.2f}  ratio {median / bare:5.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
