"""What a push would do, as a value: nothing is written here.

All commits of main are looked through for one of the version: a push that ended between its commit and its tag is
finished, wherever that commit is by now. Main never goes back to an older version.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile

from push.check import check, of_the_hub
from push.errors import BadRelease, Conflict
from push.hub import Hub, talking
from push.manifest import MANIFEST, Release, precedence, read, version_in

MAIN = "main"
SHOWN_DEFECTS = 10


class Step(Enum):
    """How far a release has come."""

    NOTHING = "nothing of it is there"
    COMMITTED = "committed, and not tagged"
    PUBLISHED = "published"
    TAKEN = "its tag holds something else"


@dataclass(frozen=True)
class Plan:
    """What a push of `folder` would change. `head` is the commit it was made on; None where there is no repository."""

    folder: Path
    release: Release
    endpoint: str
    head: str | None
    tagged: str | None  # the commit that the release's tag points to
    committed: str | None  # the commit that holds the release and waits for its tag
    step: Step
    adds: tuple[str, ...]  # new and changed files
    deletes: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def upload_bytes(self) -> int:
        return sum(self.release.everything[name].size for name in self.adds)


def plan(folder: Path, hub: Hub) -> Plan:
    """Compare a release folder with its repository.

    Raises `BadRelease` for a folder that is not what release.json says, `Conflict` where the repository's
    visibility is not the one that release.json asks for, another push of the version is between its commit and its
    tag, or main holds a newer version, `HubTrouble` where the Hub can not be asked.
    """
    refuse_defects(folder, hub)
    release = read(folder)
    with talking(hub, f"looking at {release.repo}"):
        found = look(release, hub)
        if found is None:
            adds = tuple(release.everything)
            return Plan(folder, release, hub.endpoint, None, None, None, Step.NOTHING, adds, (), ())
        head, tagged = found
        committed = None if tagged else find_commit(folder, release, hub, head)
        tree = tree_at(release, hub, tagged or committed or head)
        if not tagged and not committed and MANIFEST in tree:
            _refuse_older(release, hub, head)
    changes = difference(folder, release, tree)
    if tagged:
        step = Step.TAKEN if any(changes[:2]) else Step.PUBLISHED
    else:
        step = Step.COMMITTED if committed else Step.NOTHING
    return Plan(folder, release, hub.endpoint, head, tagged, committed, step, *changes)


def title_of(release: Release) -> str:
    """The first line of the message of a release's commit."""
    return f"Release {release.tag}"


def find_commit(folder: Path, release: Release, hub: Hub, head: str) -> str | None:
    """The commit of main that holds exactly this release: its head, or one below with the title of the version.

    Raises `Conflict` where main has a commit of the version, and none with this content.
    """
    others = []
    for each in hub.api.list_repo_commits(release.repo, repo_type=release.kind, revision=head):
        ours = each.title == title_of(release)
        if ours or each.commit_id == head:
            if not any(difference(folder, release, tree_at(release, hub, each.commit_id))[:2]):
                return str(each.commit_id)
            others += [str(each.commit_id)] * ours
    if others:
        raise _under_way(release, others[0])
    return None


def _under_way(release: Release, commit: str) -> Conflict:
    """The error where main has a commit of this version with other content: a second one would leave it in doubt."""
    return Conflict(
        f"main of {release.repo} has a commit of {release.tag} that has other content and no tag yet, at {commit}",
        "another push of this version is under way, or was given up: plan again in a minute; "
        "if it stays, raise the version, release and push again",
    )


def _refuse_older(release: Release, hub: Hub, head: str) -> None:
    """Raise `Conflict` where main holds a newer version: pushed on top, this one would be what main shows."""
    with tempfile.TemporaryDirectory(prefix="langlift-plan-") as own:
        path = hub.api.hf_hub_download(release.repo, MANIFEST, repo_type=release.kind, revision=head, local_dir=own)
        newest = version_in(Path(path).read_bytes())
    if newest is not None and precedence(newest) > precedence(release.version):
        raise Conflict(
            f"main of {release.repo} holds version {newest}, and this release is the older {release.version}",
            f"a push never takes main back: raise the version above {newest}, release and push again",
        )


def taken(release: Release, commit: str) -> Conflict:
    """The error for a version that is published with other content."""
    message = f"{release.repo} has a {release.tag} already, with other content, at {commit}"
    return Conflict(message, "a published version never changes: raise the version, release and push again")


def refuse_defects(folder: Path, hub: Hub) -> None:
    """Raise `BadRelease` unless the folder may leave this machine."""
    defects = check(folder, secrets=(hub.token,))
    if defects:
        shown = "".join(f"\n  {defect}" for defect in defects[:SHOWN_DEFECTS])
        more = f"\n  and {len(defects) - SHOWN_DEFECTS} more" if len(defects) > SHOWN_DEFECTS else ""
        raise BadRelease(f"{folder} can not be published:{shown}{more}", "correct the input and release again")


def look(release: Release, hub: Hub) -> tuple[str, str | None] | None:
    """(head of main, commit of the release's tag); None where there is no such repository."""
    try:
        info = hub.api.repo_info(release.repo, repo_type=release.kind)
    except GatedRepoError:  # a kind of RepositoryNotFoundError: there, and closed to this token
        raise
    except RepositoryNotFoundError:
        return None
    if bool(info.private) != release.private:
        there, asked = ("private" if each else "public" for each in (info.private, release.private))
        help = "change the setting of the repository or of the spec, so that both say the same"
        raise Conflict(f"{release.repo} is {there} on {hub.endpoint}, release.json says {asked}", help)
    references = hub.api.list_repo_refs(release.repo, repo_type=release.kind)
    tagged = {each.name: each.target_commit for each in references.tags}
    return str(info.sha), tagged.get(release.tag)


def tree_at(release: Release, hub: Hub, commit: str) -> dict[str, RepoFile]:
    """The files of a commit, without those that the Hub adds itself."""
    entries = hub.api.list_repo_tree(release.repo, repo_type=release.kind, revision=commit, recursive=True)
    return {each.path: each for each in entries if isinstance(each, RepoFile) and not of_the_hub(each.path)}


def difference(
    folder: Path, release: Release, tree: Mapping[str, RepoFile]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(new or changed, gone, unchanged) paths of a release against a commit's tree."""
    unchanged = set(_unchanged(folder, release, tree))
    adds = tuple(name for name in sorted(release.everything) if name not in unchanged)
    deletes = tuple(sorted(name for name in tree if name not in release.everything))
    return adds, deletes, tuple(sorted(unchanged))


def _unchanged(folder: Path, release: Release, tree: Mapping[str, RepoFile]) -> Iterator[str]:
    for name, facts in release.everything.items():
        there = tree.get(name)
        if there is None or there.size != facts.size:
            continue
        large = there.lfs is not None and there.lfs.sha256 == facts.sha256
        if large or (there.lfs is None and there.blob_id == _git_oid(folder / name)):
            yield name


def _git_oid(path: Path) -> str:
    """Git's SHA-1 of a file that the Hub holds as a regular one: at most some megabytes."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
