"""A small release, `langlift` in a process of its own, and what lies on a local Hub: for the tests of push."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

import push
from push import standin
from push.digests import row_set, sha256_of

ROOT = Path(__file__).resolve().parent.parent
REPO = "org/lua"
CARD = "---\nlicense: mit\ntags:\n- code\n---\n# Rows\n"


def rows(count: int, seed: int = 0) -> pa.Table:
    draw = random.Random(seed)
    return pa.table(
        {"id": [f"{seed}-{n}" for n in range(count)], "code": [draw.randbytes(40).hex() for _ in range(count)]}
    )


def make_release(folder: Path, version: str = "0.1.0", seed: int = 0, private: bool = True, card: str = CARD) -> Path:
    (folder / "lua").mkdir(parents=True)
    for split, count in (("train", 300), ("test", 40)):
        parquet.write_table(rows(count, seed + count), folder / "lua" / f"{split}-00000-of-00001.parquet")
    (folder / "README.md").write_text(card)
    describe(folder, version, private)
    return folder


def describe(folder: Path, version: str = "0.1.0", private: bool = True) -> None:
    """Write the release.json of what lies in a folder."""
    files: dict[str, dict[str, object]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "release.json"):
        facts: dict[str, object] = {"sha256": sha256_of(path), "size": path.stat().st_size}
        if path.suffix == ".parquet":
            facts |= {"rows": parquet.read_metadata(path).num_rows, "row_set": row_set(path)}
        files[path.relative_to(folder).as_posix()] = facts
    names = {"schema": "langlift/release/1", "repo": REPO, "kind": "dataset", "version": version, "private": private}
    (folder / "release.json").write_text(
        json.dumps({**names, "files": files, "toolkit": {"version": "0"}}, sort_keys=True)
    )


def environment(hub: standin.Standin, home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home), **hub.environment(home), **more}


def start(arguments: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    """`langlift` in a process of its own, at the head of its own group."""
    command = [sys.executable, "-c", "from toolkit.cli import script; script()", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=variables, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def langlift(arguments: list[str], variables: dict[str, str]) -> tuple[int, str, str]:
    process = start(arguments, variables)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def history(door: push.Hub) -> list[str]:
    return [each.title for each in door.api.list_repo_commits(REPO, repo_type="dataset")]


def tags(door: push.Hub) -> dict[str, str]:
    return {each.name: each.target_commit for each in door.api.list_repo_refs(REPO, repo_type="dataset").tags}


def published_files(door: push.Hub, revision: str) -> list[str]:
    return sorted(door.api.list_repo_files(REPO, repo_type="dataset", revision=revision))
