"""Is what lies in a folder, or on a Hub, the release that its release.json describes?

A release on a Hub is downloaded to a temporary folder and read there: every file's SHA-256, the rows and the
row set of every Parquet file, and nothing beside what release.json lists. Memory: a batch of rows.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow
import pyarrow.parquet
from huggingface_hub.errors import HFValidationError

from push.check import Defect, check
from push.digests import row_set
from push.errors import BadRelease, NotARelease
from push.hub import Hub, open_hub, talking
from push.manifest import MANIFEST, Release, read

REMOTE = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)@(?P<revision>[^@\s]+)\Z")


@dataclass(frozen=True)
class Verification:
    """What was looked at, and what is wrong with it; `commit` is empty for a folder."""

    target: str
    release: Release
    commit: str
    defects: tuple[Defect, ...]

    @property
    def rows(self) -> int:
        return sum(facts.rows or 0 for facts in self.release.files.values())


def verify(target: str, hub: Hub | None = None, kind: str = "dataset") -> Verification:
    """Verify a release folder, or `org/name@v1.0.0` on a Hub (by default HF_ENDPOINT; no token for a public one).

    Raises `NotARelease` where there is no release to look at, `HubTrouble` where the Hub can not be asked.
    """
    if Path(target).is_dir():
        return Verification(target, read(Path(target)), "", tuple(examine(Path(target))))
    remote = REMOTE.match(target)
    if remote is None:
        raise NotARelease(f"{target} is neither a release folder nor org/name@tag", "such as org/name@v0.1.0")
    hub = hub or open_hub(writing=False)
    repo, revision = remote["repo"], remote["revision"]
    with talking(hub, f"looking for {target}"):
        try:
            commit = str(hub.api.repo_info(repo, repo_type=kind, revision=revision).sha)
        except HFValidationError as error:
            raise NotARelease(f"{target}: {error}", "such as org/name@v0.1.0") from None
    with tempfile.TemporaryDirectory(prefix="langlift-verify-") as folder:
        _download(repo, kind, commit, hub, Path(folder))
        try:
            release = read(Path(folder))
        except NotARelease as error:
            raise NotARelease(str(error).replace(folder, target), error.help) from None
        defects = [*examine(Path(folder)), *_names(release, repo, revision)]
    return Verification(target, release, commit, tuple(defects))


def verify_commit(release: Release, hub: Hub, commit: str) -> None:
    """Read a commit back. Raises `BadRelease` where it is not exactly `release`."""
    with tempfile.TemporaryDirectory(prefix="langlift-verify-") as folder:
        _download(release.repo, release.kind, commit, hub, Path(folder))
        try:
            same = read(Path(folder)).digest == release.digest
        except NotARelease:
            same = False
        defects = examine(Path(folder)) if same else [Defect(MANIFEST, "changed", "not the one that was sent")]
        if defects:
            found = "".join(f"\n  {defect}" for defect in defects)
            help = "nothing was tagged; look at that commit before anything else is pushed"
            raise BadRelease(f"{release.repo} at {commit} is not what was sent:{found}", help)


def _download(repo: str, kind: str, commit: str, hub: Hub, folder: Path) -> None:
    """All files of a commit, and no trace of it in the Hub cache."""
    with talking(hub, f"downloading {repo} at {commit}"):
        hub.api.snapshot_download(repo, repo_type=kind, revision=commit, local_dir=folder)


def examine(folder: Path) -> list[Defect]:
    """`check`, and the rows of the Parquet files."""
    defects = check(folder)
    broken = {defect.path for defect in defects if defect.problem in ("missing", "changed", "link")}
    for name, facts in read(folder).files.items():
        if name not in broken and name.endswith(".parquet"):
            defects.extend(_rows(folder / name, name, facts.rows, facts.row_set))
    return defects


def _rows(path: Path, name: str, rows: int | None, expected: str | None) -> Iterator[Defect]:
    if rows is None or expected is None:
        yield Defect(name, "rows", f"{MANIFEST} gives no rows and row_set for it")
        return
    try:
        found = pyarrow.parquet.read_metadata(path).num_rows
        if found != rows:
            yield Defect(name, "rows", f"{found:,} rows, {MANIFEST} says {rows:,}")
        elif row_set(path) != expected:
            yield Defect(name, "rows", f"its row set is not the one in {MANIFEST}")
    except pyarrow.ArrowInvalid as error:
        yield Defect(name, "rows", f"not Parquet: {error}")


def _names(release: Release, repo: str, revision: str) -> Iterator[Defect]:
    if release.repo != repo:
        yield Defect(MANIFEST, "repository", f"it says {release.repo}")
    if re.match(r"v\d", revision) and release.tag != revision:
        yield Defect(MANIFEST, "version", f"it says {release.version}")
