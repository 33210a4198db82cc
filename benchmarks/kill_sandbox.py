"""Kill `langlift sandbox run` by SIGKILL at random moments, look for survivors, and go on from its cache.

Run: python benchmarks/kill_sandbox.py [--kills 50] [--ways "python warm,lua cold,lua cold docker"] [--seed 1]

A way is a language, warm or cold, and docker for containers (left out where no engine answers). Programs end well,
fail, sleep, and start processes that flee. A kill comes at any moment of an undisturbed run's time, its start and its
end included, and hits the command alone or its whole process group. From then on there are five seconds until nothing
of it may be there: no process (this one adopts whatever is orphaned), no container, no control group, no mount. The
cache must be whole after each kill; in the end the same rows, run once more, must have the verdicts they deserve, and
run again, every final one from the cache.

Prints machine, input, how long the last survivor lived, and every fault; exit code 1 for a fault.
"""

import argparse
import contextlib
import json
import os
import platform
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
from hostile_programs import below

from sandboxes import SandboxUnavailable, cgroups, images, kernel
from sandboxes.leftovers import LABEL

ROOT = Path(__file__).resolve().parent.parent
WAYS = "python warm,python cold,lua cold,python warm docker,lua cold docker"
SECONDS = 5.0  # that something of a killed run may live on
ROWS = 240
FLEEING = {
    "python": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n"
    "    os._exit(0)\n",
    "lua": "os.execute('setsid sleep 600 >/dev/null 2>&1 &')\n",
}
SLEEPING = {"python": "import time\ntime.sleep(0.2)\n", "lua": "os.execute('sleep 0.2')\n"}
CHECK = {"python": "assert {number} % 5\n", "lua": "assert({number} % 5 ~= 0)\n"}


@dataclass(frozen=True)
class Way:
    language: str
    warmth: str
    fence: str

    @classmethod
    def read(cls, text: str) -> "Way":
        language, warmth, *fence = text.split()
        if language not in CHECK or warmth not in ("warm", "cold") or fence not in ([], ["docker"]):
            raise SystemExit(f"not a way: {text!r}")
        return cls(language, warmth, *fence or ["local"])

    def rows(self) -> tuple[str, dict[str, str]]:
        """What goes in, and the status that each deserves."""
        lines, deserved = [], {}
        for number in range(ROWS):
            text = CHECK[self.language].format(number=number)
            if number % 7 == 0:
                text = FLEEING[self.language] + text
            if number % 11 == 0:
                text = SLEEPING[self.language] + text
            lines.append(json.dumps({"id": str(number), "program": text}) + "\n")
            deserved[str(number)] = "passed" if number % 5 else "runtime error"
        return "".join(lines), deserved

    def start(self, rows: Path, verdicts: Path, cache: Path) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "toolkit", "sandbox", "run", "--language", self.language, f"--{self.warmth}"]
        with rows.open("rb") as source, verdicts.open("wb") as target:
            return subprocess.Popen(
                [*command, "--fence", self.fence, "--workers", "2", "--confirm", "0.2"],
                cwd=ROOT,
                stdin=source,
                stdout=target,
                stderr=subprocess.PIPE,
                env={**os.environ, "XDG_CACHE_HOME": str(cache)},
                start_new_session=True,
            )

    def __str__(self) -> str:
        return f"{self.language} {self.warmth} {self.fence}"


def survivors(command: int) -> Iterator[str]:
    """What there is of a killed command: all that this process has adopted, and what bears its number."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    for process in below(os.getpid()):
        with contextlib.suppress(OSError):
            yield f"process {process} {Path('/proc', str(process), 'cmdline').read_bytes()[:80]!r}"
    for parent in (cgroups.ROOT, cgroups.ROOT / "memory", cgroups.ROOT / "pids"):
        yield from (f"control group {path}" for path in parent.glob(f"{cgroups.PREFIX}{command}-*"))


def containers(command: int) -> list[str]:
    with contextlib.suppress(SandboxUnavailable), contextlib.closing(images.connect()) as client:
        found = client.api.containers(all=True, filters={"label": LABEL})
        return [f"container {each['Id'][:12]}" for each in found if f"/{command}-" in each["Labels"][LABEL]]
    return []


def until_gone(way: Way, command: int) -> tuple[float, list[str]]:
    """Seconds until the last survivor was gone, and what outlived its time."""
    started = time.monotonic()
    while left := [*survivors(command), *(containers(command) if way.fence == "docker" else ())]:
        if time.monotonic() - started > SECONDS:
            break
        time.sleep(0.02)
    return time.monotonic() - started, left


def mounts() -> set[str]:
    return {line for line in Path("/proc/self/mountinfo").read_text().splitlines() if "docker" not in line}


def whole(cache: Path) -> bool:
    path = cache / "langlift" / "verdicts.sqlite3"
    if not path.exists():
        return True
    with contextlib.closing(sqlite3.connect(path)) as database:
        return list(database.execute("PRAGMA integrity_check")) == [("ok",)]


def finish(way: Way, folder: Path) -> tuple[dict[str, str], str]:
    verdicts = folder / "verdicts"
    process = way.start(folder / "rows", verdicts, folder)
    words = process.communicate()[1].decode(errors="replace")
    if process.returncode != 0:
        raise SystemExit(f"{way}: exit {process.returncode}: {words}")
    rows = (json.loads(line) for line in verdicts.read_text().splitlines())
    return {row["id"]: row["status"] for row in rows}, words.strip().splitlines()[-1]


class Trial:
    """Kills runs of one way, all with one cache, which the undisturbed run has not seen."""

    def __init__(self, way: Way, folder: Path) -> None:
        self.way, self.folder = way, folder
        self.faults: list[str] = []
        self.longest = 0.0
        text, self.deserved = way.rows()
        undisturbed = folder / "undisturbed"
        undisturbed.mkdir()
        (undisturbed / "rows").write_text(text)
        (folder / "rows").write_text(text)
        finish(way, undisturbed)  # what is compiled once is compiled
        (undisturbed / "langlift" / "verdicts.sqlite3").unlink()
        started = time.monotonic()
        self.check(*finish(way, undisturbed))
        self.seconds = time.monotonic() - started

    def check(self, found: dict[str, str], words: str) -> None:
        wrong = {name for name in self.deserved if found.get(name) != self.deserved[name]}
        if wrong or len(found) != len(self.deserved):
            self.faults.append(f"{len(wrong)} verdicts are wrong or missing: {words}")

    def kill(self, moment: float, group: bool) -> bool:
        """False when the run was over before."""
        before = mounts()
        process = self.way.start(self.folder / "rows", self.folder / "verdicts", self.folder)
        time.sleep(moment)
        ended = process.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()  # type: ignore[union-attr]
        seconds, left = until_gone(self.way, process.pid)
        self.longest = max(self.longest, seconds)
        self.faults += [f"killed after {moment:.3f} s: {words}" for words in left]
        self.faults += [f"mount {line}" for line in mounts() - before]
        if not whole(self.folder):
            self.faults.append(f"killed after {moment:.3f} s: the cache is damaged")
        return not ended


def run(way: Way, folder: Path, kills: int, dice: random.Random) -> int:
    trial, done, late = Trial(way, folder), 0, 0
    while done < kills:
        if (done + late) % 4 == 0:  # else the cache leaves nothing to be killed
            (folder / "langlift" / "verdicts.sqlite3").unlink(missing_ok=True)
        if trial.kill(dice.uniform(0, trial.seconds), done % 2 == 1):
            done += 1
        else:
            late += 1
    trial.check(*finish(way, folder))
    found, words = finish(way, folder)
    trial.check(found, words)
    if f", {ROWS} from the cache" not in words:
        trial.faults.append(f"not all from the cache: {words}")
    print(
        f"{way!s:20} {done} kills in an undisturbed run's {trial.seconds:.1f} s ({late} more came behind its end); "
        f"the last survivor lived {trial.longest:.2f} s; {len(trial.faults)} faults",
        flush=True,
    )
    for words in trial.faults:
        print(f"  FAULT: {words}", flush=True)
    return len(trial.faults)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="of all ways together")
    parser.add_argument("--ways", default=WAYS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"
    )
    print(f"{ROWS} programs a run, one in five fails, one in seven leaves a process behind, one in eleven sleeps")
    kernel.control(kernel.SUBREAPER, 1)
    ways = [Way.read(text) for text in options.ways.split(",")]
    try:
        images.connect().close()
    except SandboxUnavailable as trouble:
        print(f"no containers: {trouble}")
        ways = [way for way in ways if way.fence != "docker"]
    dice, faults = random.Random(options.seed), 0
    for number, way in enumerate(ways):
        kills = options.kills * (number + 1) // len(ways) - options.kills * number // len(ways)
        with tempfile.TemporaryDirectory() as folder:
            faults += run(way, Path(folder), kills, dice)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
