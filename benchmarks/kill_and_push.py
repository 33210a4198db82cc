"""Kill `langlift push --yes`, or the local Hub it talks to, by SIGKILL at random moments; push again; look.

    python benchmarks/kill_and_push.py --kills 10
    python benchmarks/kill_and_push.py --kills 10 --victim hub

Every kill has a repository of its own. After it, main must be empty or hold the whole release, and a tag must be
on a whole release or not be there; after the second push the release verifies, its commit is the only one beside
the first, and a third push moves nothing.
"""

import argparse
import hashlib
import json
import os
import platform
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import HfApi

from push.digests import row_set

ROOT = Path(__file__).resolve().parent.parent
FILES = 6


class LocalHub:
    """`langlift hub serve` in a process of its own, always on the same port once it has one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, 0
        self.start()

    def start(self) -> None:
        command = ["hub", "serve", "--root", str(self.folder), "--port", str(self.port)]
        variables = {**os.environ, "LANGLIFT_HUB_TOKEN": "token-of-the-rehearsal"}
        self.process = begin(command, variables)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"HF_ENDPOINT=(http://127\.0\.0\.1:(\d+))", line):
                self.endpoint, self.port = found[1], int(found[2])
                break
        else:
            raise SystemExit("the local Hub did not start")
        self.variables = {**os.environ, "HF_ENDPOINT": self.endpoint, "HF_TOKEN": "token-of-the-rehearsal"}
        self.variables |= {"HF_HUB_DISABLE_XET": "1", "HF_HOME": str(self.folder.parent / "home")}

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


def begin(arguments: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "toolkit", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    out = process.communicate()[0]
    return process.returncode, out


def make_release(folder: Path, repo: str, seed: int) -> Path:
    (folder / "data").mkdir(parents=True)
    dice = random.Random(seed)
    files: dict[str, dict[str, object]] = {}
    for number in range(FILES):
        path = folder / "data" / f"part-{number}.parquet"
        pq.write_table(pa.table({"code": [dice.randbytes(500).hex() for _ in range(400)]}), path)
        files[f"data/{path.name}"] = {"rows": 400, "row_set": row_set(path)}
    (folder / "README.md").write_text(f"---\nlicense: mit\n---\n# {repo}\n")
    for name in (*files, "README.md"):
        content = (folder / name).read_bytes()
        files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), **files.get(name, {})}
    facts = {"schema": "langlift/release/1", "repo": repo, "kind": "dataset", "version": "0.1.0", "private": True}
    (folder / "release.json").write_text(json.dumps({**facts, "files": files}))
    return folder


def state(api: HfApi, repo: str) -> tuple[str, str]:
    """(how far the release has come in words, commit of its tag). Raises `SystemExit` for what must never be."""
    if not api.repo_exists(repo, repo_type="dataset"):
        return "no repository", ""
    references = api.list_repo_refs(repo, repo_type="dataset")
    tags = {each.name: each.target_commit for each in references.tags}
    count = len(api.list_repo_commits(repo, repo_type="dataset"))
    for revision in ("main", *tags):
        held = set(api.list_repo_files(repo, repo_type="dataset", revision=revision)) - {".gitattributes"}
        if (held and len(held) != FILES + 2) or (revision != "main" and not held) or count > 2:
            raise SystemExit(f"{repo}@{revision} is half visible: {sorted(held)}, {count} commits")
    if tags:
        return "tagged", tags["v0.1.0"]
    return ("committed" if held else "an empty repository"), ""


def one(hub: LocalHub, work: Path, number: int, seconds: float, victim: str, dice: random.Random) -> str:
    repo = f"org/killed-{number}"
    folder = make_release(work / f"release-{number}", repo, number)
    push = ["push", str(folder), "--yes"]
    first = begin(push, hub.variables)
    moment = dice.uniform(0, seconds)
    time.sleep(moment)
    if victim == "hub":
        hub.kill()
        code, out = finished(first)
        if code not in (0, 3) or "Traceback" in out:
            raise SystemExit(f"the push without a Hub ended with {code}:\n{out}")
        hub.start()
    elif first.poll() is None:
        os.killpg(first.pid, signal.SIGKILL)
    first.communicate() if victim != "hub" else None
    api = HfApi(endpoint=hub.endpoint, token=hub.variables["HF_TOKEN"])
    came, tag = state(api, repo)
    print(f"{number}: the {victim} killed after {moment:.2f} s: {came}", flush=True)
    for again in (push, ["verify", f"{repo}@v0.1.0"], ["verify", str(folder)], push):
        code, out = finished(begin(again, hub.variables))
        now, after = state(api, repo)
        if code or now != "tagged" or (tag and after != tag):
            raise SystemExit(f"{' '.join(again)}: exit {code}, {now}, tag {tag} -> {after}\n{out}")
        tag = after
    return came


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--victim", choices=("push", "hub"), default="push")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    dice = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        hub = LocalHub(work / "hub")
        try:
            began = time.monotonic()
            folder = make_release(work / "whole", "org/whole", 0)
            assert finished(begin(["push", str(folder), "--yes"], hub.variables))[0] == 0
            seconds = time.monotonic() - began
            print(f"{os.cpu_count()} cores, Python {platform.python_version()}; undisturbed push: {seconds:.1f} s")
            came = Counter(one(hub, work, number, seconds, asked.victim, dice) for number in range(1, asked.kills + 1))
        finally:
            hub.kill()
    print(f"killed at: {dict(came)}; {asked.kills} of {asked.kills} whole, equal, and no tag moved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
