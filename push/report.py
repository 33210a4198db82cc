"""A plan in words, and as a JSON value: the same facts, without a token that a server has written into them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from push.plan import Plan, Step
from push.redaction import redacted
from push.verify import Verification


def as_value(plan: Plan) -> dict[str, Any]:
    """A plan as a JSON object."""
    facts = plan.release.everything
    value = {
        "schema": "langlift/plan/1",
        "hub": plan.endpoint,
        "repo": plan.release.repo,
        "kind": plan.release.kind,
        "private": plan.release.private,
        "tag": plan.release.tag,
        "head": plan.head,
        "tagged": plan.tagged,
        "committed": plan.committed,
        "step": plan.step.name.lower(),
        "adds": {name: facts[name].size for name in plan.adds},
        "deletes": list(plan.deletes),
        "unchanged": list(plan.unchanged),
        "upload_bytes": plan.upload_bytes,
    }
    return {key: _told(each) for key, each in value.items()}


def _told(value: Any) -> Any:
    """What a server has written, names of files too, without tokens."""
    if isinstance(value, dict):
        return {redacted(key): _told(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return redacted(value) if isinstance(value, str) else value


def lines(plan: Plan) -> Iterator[str]:
    """A plan for people: where, what, and how far it has come."""
    yield from map(redacted, _lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    release, facts = plan.release, plan.release.everything
    visibility = "private" if release.private else "public"
    yield f"{release.repo}, {visibility} {release.kind}, {release.tag}, on {plan.endpoint}"
    yield "no repository yet: it would be created" if plan.head is None else f"head of main: {plan.head}"
    if plan.step is Step.PUBLISHED:
        yield f"nothing to do: {release.tag} holds this release, at {plan.tagged}"
        return
    if plan.step is Step.COMMITTED:
        yield f"committed already, at {plan.committed}: only the tag {release.tag} is missing"
        return
    for name in plan.adds:
        yield f"  add        {facts[name].size:>13,}  {name}"
    for name in plan.deletes:
        yield f"  delete     {'':>13}  {name}"
    for name in plan.unchanged:
        yield f"  unchanged  {facts[name].size:>13,}  {name}"
    counts = f"{len(plan.adds)} to add, {len(plan.deletes)} to delete, {len(plan.unchanged)} unchanged"
    yield f"{counts}; {plan.upload_bytes:,} bytes in one commit"
    if plan.step is Step.TAKEN:
        yield f"the tag {release.tag} is taken, by {plan.tagged}"


def verification_value(found: Verification) -> dict[str, Any]:
    """A verification as a JSON object."""
    value = {
        "schema": "langlift/verification/1",
        "target": found.target,
        "repo": found.release.repo if found.release else None,
        "version": found.release.version if found.release else None,
        "commit": found.commit,
        "files": found.files,
        "rows": found.rows,
        "defects": [asdict(defect) for defect in found.defects],
    }
    return {key: _told(each) for key, each in value.items()}


def verification_lines(found: Verification) -> Iterator[str]:
    """A verification for people: the defects, then the verdict."""
    for defect in found.defects:
        yield redacted(str(defect))
    where = f" at {found.commit}" if found.commit else ""
    looked = f"{found.files} files, {found.rows:,} rows"
    count = len(found.defects)
    verdict = f"{count} defect{'s' * (count > 1)}" if count else "all as release.json says"
    yield redacted(f"{found.target}{where}: {looked}: {verdict}")
