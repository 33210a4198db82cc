"""Is what lies in a folder, or on a Hub, the release that its release.json describes?

A release on a Hub is downloaded to a temporary folder and read there: every file's SHA-256, the rows and the
row set of every Parquet file, and nothing beside what release.json lists. Memory: a batch of rows.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow
import pyarrow.parquet
from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

from push.check import Defect, check
from push.digests import row_set
from push.errors import BadManifest, BadRelease, HubTrouble, NotARelease
from push.hub import Hub, open_hub, talking
from push.manifest import KINDS, MANIFEST, Release, read
from push.trouble import DISK_HELP

REPOSITORY = r"[\w.-]+/[\w.-]+"
REMOTE = re.compile(rf"(?P<repo>{REPOSITORY})@(?P<revision>[^@\s]+)\Z")
EXAMPLE = "such as org/name@v0.1.0"
LONGEST_TARGET = 200  # letters
SHOWN_TAGS = 10
LONGEST_REASON = 200  # letters


@dataclass(frozen=True)
class Verification:
    """What was looked at, and what is wrong with it; `commit` is empty for a folder."""

    target: str
    release: Release | None  # None where release.json is wrong itself
    commit: str
    defects: tuple[Defect, ...]

    @property
    def files(self) -> int:
        return len(self.release.everything) if self.release else 0

    @property
    def rows(self) -> int:
        return sum(facts.rows or 0 for facts in self.release.files.values()) if self.release else 0


def verify(target: str, hub: Hub | None = None, kind: str = "dataset") -> Verification:
    """Verify a release folder, or `org/name@v1.0.0` on a Hub (by default HF_ENDPOINT; no token for a public one).

    Raises `NotARelease` where there is no release to look at, `HubTrouble` where the Hub can not be asked.
    """
    if target and os.path.isdir(target):  # an empty path would be the folder where one stands
        return _verified(target, Path(target), "")
    remote = REMOTE.match(target)
    if remote is None:
        raise _no_target(target)
    hub = hub or open_hub(writing=False)
    repo, revision = remote["repo"], remote["revision"]
    commit = _commit(repo, kind, revision, hub)
    with _own_folder() as folder:
        _download(repo, kind, commit, hub, folder)
        found = _verified(target, folder, commit)
    if found.release is None:
        return found
    return replace(found, defects=(*found.defects, *_names(found.release, repo, revision)))


def _no_target(target: str) -> NotARelease:
    """The error for what can be neither a folder nor a release on a Hub."""
    name = target if target.isprintable() and target.strip() else repr(target)
    name = name if len(name) <= LONGEST_TARGET else f"{name[:LONGEST_TARGET]}..."
    help = f"name a folder that holds {MANIFEST}, or a release on a Hub, {EXAMPLE}"
    if not target:
        return NotARelease("what to verify is empty", help)
    if os.path.isfile(target):
        folder = os.path.dirname(target) or "."
        return NotARelease(
            f"{name} is a file, and a release is a folder", f"name the folder that holds {MANIFEST}, such as {folder}"
        )
    if "://" in target:  # not told: it may hold a password
        return NotARelease("an address names no release", f"name the release, {EXAMPLE}; HF_ENDPOINT says on which Hub")
    if re.fullmatch(REPOSITORY + "@?", target):
        return NotARelease(f"{name} is no folder, and names no tag", help)
    return NotARelease(f"{name} is neither a release folder nor org/name@tag", help)


def _verified(target: str, folder: Path, commit: str) -> Verification:
    """What a folder holds, told of as `target`."""
    try:
        return Verification(target, read(folder, target), commit, tuple(examine(folder)))
    except BadManifest as error:
        return Verification(target, None, commit, tuple(Defect(MANIFEST, "wrong", fault) for fault in error.faults))


def _commit(repo: str, kind: str, revision: str, hub: Hub) -> str:
    """The SHA that a revision means. Raises `NotARelease`, naming what there is instead, where it means none."""
    with talking(hub, f"looking for {repo}@{revision}"):
        try:
            return str(hub.api.repo_info(repo, repo_type=kind, revision=revision).sha)
        except HFValidationError as error:
            raise NotARelease(f"{repo}@{revision}: {error}", EXAMPLE) from None
        except RevisionNotFoundError:
            there = [each.name for each in hub.api.list_repo_refs(repo, repo_type=kind).tags]
            raise _no_such_tag(repo, revision, hub, there) from None
        except GatedRepoError:  # a kind of RepositoryNotFoundError: there, and closed to this token
            raise
        except RepositoryNotFoundError:
            others = [other for other in KINDS if other != kind and hub.api.repo_exists(repo, repo_type=other)]
            if not others:
                raise
            raise NotARelease(
                f"{repo} is a {others[0]} on {hub.endpoint}, not a {kind}", f"--kind {others[0]}"
            ) from None


def _no_such_tag(repo: str, revision: str, hub: Hub, there: list[str]) -> NotARelease:
    """Its tags, the newest first; numbers in them are compared as numbers."""
    by_numbers = sorted(there, key=lambda tag: [(part.isdigit(), part.zfill(20)) for part in re.split(r"(\d+)", tag)])
    newest = by_numbers[: -SHOWN_TAGS - 1 : -1]
    more = f" and {len(there) - SHOWN_TAGS} more" if len(there) > SHOWN_TAGS else ""
    which = f"its tags are {', '.join(newest)}{more}" if there else "it has no tag yet: nothing is released there"
    return NotARelease(f"the tag {revision} does not exist in {repo} on {hub.endpoint}", which)


def verify_commit(release: Release, hub: Hub, commit: str) -> None:
    """Read a commit back. Raises `BadRelease` where it is not exactly `release`."""
    with _own_folder() as folder:
        _download(release.repo, release.kind, commit, hub, folder)
        try:
            same = read(folder).digest == release.digest
        except NotARelease:
            same = False
        defects = examine(folder) if same else [Defect(MANIFEST, "changed", "not the one that was sent")]
        if defects:
            found = "".join(f"\n  {defect}" for defect in defects)
            help = "nothing was tagged; look at that commit before anything else is pushed"
            raise BadRelease(f"{release.repo} at {commit} is not what was sent:{found}", help)


@contextmanager
def _own_folder() -> Iterator[Path]:
    """A new folder, and no trace of it afterwards."""
    try:
        made = tempfile.TemporaryDirectory(prefix="langlift-verify-")
    except OSError as error:
        raise HubTrouble(f"no folder to download into: {error.strerror}", DISK_HELP) from None
    with made as name:
        yield Path(name)


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
    except (pyarrow.ArrowException, OSError, ValueError, TypeError) as error:  # a value outside JSON is a TypeError
        yield Defect(name, "rows", f"not Parquet that can be read: {' '.join(str(error).split())[:LONGEST_REASON]}")


def _names(release: Release, repo: str, revision: str) -> Iterator[Defect]:
    if release.repo != repo:
        yield Defect(MANIFEST, "repository", f"it says {release.repo}")
    if re.match(r"v\d", revision) and release.tag != revision:
        yield Defect(MANIFEST, "version", f"it says {release.version}")
