"""A plan carried out: objects, one commit on the planned parent, a read-back, and then the tag.

The only module that writes to a Hub. Every step is looked for before it is done, so that a run that was
killed, or whose answers were lost, is finished by running it again. Until the commit nothing is visible;
until the tag nothing is promised; a tag is never moved.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from huggingface_hub import CommitOperationAdd, CommitOperationDelete

from push.errors import BadRelease, Conflict, HubTrouble
from push.hub import Hub, talking
from push.manifest import Release, read
from push.plan import MAIN, Plan, Step, difference, find_commit, look, refuse_defects, taken, title_of, tree_at
from push.redaction import redacted
from push.trouble import MOVED_HELP
from push.verify import verify_commit


@dataclass(frozen=True)
class Published:
    """Where a release is: its commit, its tag, and whether this push made them."""

    repo: str
    commit: str
    tag: str
    new_commit: bool
    new_tag: bool


def upload(plan: Plan, hub: Hub, say: Callable[[str], None] = lambda text: None) -> Published:
    """Publish a plan; `say` is told each step.

    Raises `Conflict` where somebody else has changed the repository or taken the tag, `BadRelease` where the
    folder has changed since the plan or does not come back as it was sent, `HubTrouble` where the Hub fails.
    """
    release, say = plan.release, _without_tokens(say)
    if plan.step is Step.TAKEN:
        raise taken(release, str(plan.tagged))
    if plan.step is Step.PUBLISHED:
        say(f"{release.repo}@{release.tag} is published already, at {plan.tagged}")
        return Published(release.repo, str(plan.tagged), release.tag, new_commit=False, new_tag=False)
    refuse_defects(plan.folder, hub)
    if read(plan.folder).digest != release.digest:
        raise BadRelease(f"{plan.folder} has changed since the plan was made", "run the same command again")
    commit, new = plan.committed, False
    if commit is None:
        plan = _with_repository(plan, hub, say)
        commit, new = _commit(plan, hub, say), True
    say(f"reading {commit} back")
    verify_commit(release, hub, commit)
    new_tag = _tag(release, hub, commit, say)
    return Published(release.repo, commit, release.tag, new, new_tag)


def _without_tokens(say: Callable[[str], None]) -> Callable[[str], None]:
    """The steps name commits and tags as the server does."""
    return lambda text: say(redacted(text))


def _with_repository(plan: Plan, hub: Hub, say: Callable[[str], None]) -> Plan:
    """The plan with a head to commit on: a repository is made where there was none."""
    if plan.head is not None:
        return plan
    release = plan.release
    with talking(hub, f"creating {release.repo}"):
        say(f"creating {release.repo}")
        hub.api.create_repo(release.repo, repo_type=release.kind, private=release.private, exist_ok=True)
        found = look(release, hub)
        if found is None:
            raise HubTrouble(f"{release.repo} is not there after its creation", "run the same command again")
        head, tagged = found
        tree = tree_at(release, hub, tagged or head)
    if (tree or tagged) and any(difference(plan.folder, release, tree)[:2]):
        if tagged:
            raise taken(release, tagged)
        raise Conflict(f"somebody else has just made {release.repo} and pushed to it", MOVED_HELP)
    return replace(plan, head=head)


def _commit(plan: Plan, hub: Hub, say: Callable[[str], None]) -> str:
    """Objects first, then one commit on the planned parent. Returns the commit's SHA."""
    release = plan.release
    adds = [CommitOperationAdd(name, plan.folder / name) for name in plan.adds]
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        *adds,
        *(CommitOperationDelete(name, is_folder=False) for name in plan.deletes),
    ]
    say(f"uploading {len(adds)} files, {plan.upload_bytes:,} bytes")
    try:
        with talking(hub, f"uploading to {release.repo}"):
            hub.api.preupload_lfs_files(release.repo, adds, repo_type=release.kind, revision=MAIN)
        say(f"committing to {release.repo}")
        with talking(hub, f"committing to {release.repo}"):
            made = hub.api.create_commit(
                release.repo,
                operations,
                commit_message=title_of(release),
                repo_type=release.kind,
                parent_commit=plan.head,
            )
        return str(made.oid)
    except (Conflict, HubTrouble) as error:
        landed = _landed(plan, hub, error)
        if landed is None:
            raise
        say(f"the answer was lost; {landed} has this release")
        return landed


def _landed(plan: Plan, hub: Hub, error: Exception) -> str | None:
    """What the tag is at, or else the commit in main, that is exactly this release: only the commit's answer is lost.

    Raises `Conflict` where the version has been tagged, or committed, with other content meanwhile.
    """
    with talking(hub, f"looking whether the commit to {plan.release.repo} happened (after: {error})"):
        found = look(plan.release, hub)
        if found is None:
            return None
        head, tagged = found
        if tagged is None:
            return find_commit(plan.folder, plan.release, hub, head)
        tree = tree_at(plan.release, hub, tagged)
    if any(difference(plan.folder, plan.release, tree)[:2]):
        raise taken(plan.release, tagged)
    return tagged


def _tag(release: Release, hub: Hub, commit: str, say: Callable[[str], None]) -> bool:
    """Tag the commit; True if this call did. Raises `Conflict` where the tag is at another commit."""
    say(f"tagging {release.tag}")
    try:
        with talking(hub, f"tagging {release.repo} {release.tag}"):
            message = f"Release {release.version}"
            hub.api.create_tag(
                release.repo, tag=release.tag, tag_message=message, revision=commit, repo_type=release.kind
            )
        return True
    except (Conflict, HubTrouble) as error:
        with talking(hub, f"looking for the tag {release.tag} (after: {error})"):
            found = look(release, hub)
        if found is None or found[1] is None:
            raise
        if found[1] != commit:
            raise taken(release, found[1]) from None
        return False
