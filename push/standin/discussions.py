"""Discussions and pull requests; a pull request is a branch `refs/pr/N` until it is merged or closed."""

from typing import Any
from uuid import uuid4

from push.standin.exchange import Answer, Exchange, Refusal, answer
from push.standin.store import Commit, Entry, Repository, State, now

PAGE = 50
Discussion = dict[str, Any]


def opened(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event of a discussion."""
    return {"id": uuid4().hex[:24], "type": kind, "createdAt": now(), "author": {"name": "standin"}, "data": data}


def _comment(text: str) -> dict[str, Any]:
    return opened("comment", {"edited": False, "hidden": False, "latest": {"raw": text}})


def pull_request(
    state: State, exchange: Exchange, title: str, text: str, *, base: str, head: str, status: str = "open"
) -> int:
    """Open a pull request from the commit `head` and return its number."""
    if base not in state["branches"]:
        raise Refusal(404, f"Invalid rev id: {base}", "RevisionNotFound")
    return _open(state, title, text, {"pull": True, "base": base, "head": head, "status": status})


def _open(state: State, title: str, text: str, facts: dict[str, Any]) -> int:
    number = len(state["discussions"]) + 1
    new = {"num": number, "title": title, "created": now(), "merged": None, "events": [_comment(text)], **facts}
    state["discussions"].append(new)
    return number


def create(exchange: Exchange, kind: str, name: str) -> Answer:
    fields = exchange.body.fields()
    title, text = str(fields.get("title") or ""), str(fields.get("description") or "")
    if len(title.strip()) < 3:
        raise Refusal(400, "a title has three letters or more")
    with exchange.repository(kind, name).changing() as state:
        if fields.get("pullRequest"):
            head = state["branches"]["main"]
            number = pull_request(state, exchange, title, text, base="main", head=head, status="draft")
        else:
            number = _open(state, title, text, {"pull": False, "base": "", "head": "", "status": "open"})
        return answer({"num": number, "pullRequest": bool(fields.get("pullRequest"))})


def listing(exchange: Exchange, kind: str, name: str) -> Answer:
    repository = exchange.repository(kind, name)
    wanted = {"pull_request": True, "discussion": False}.get(exchange.query.get("type", ""))
    status = {"open": ("open", "draft"), "closed": ("closed", "merged")}.get(exchange.query.get("status", ""))
    found = [
        _shown(repository, each)
        for each in reversed(repository.state()["discussions"])
        if (wanted is None or each["pull"] == wanted) and (status is None or each["status"] in status)
    ]
    start = int(exchange.query.get("p") or 0) * PAGE
    return answer({"discussions": found[start : start + PAGE], "count": len(found), "start": start})


def _shown(repository: Repository, each: Discussion) -> dict[str, Any]:
    return {
        "num": each["num"],
        "title": each["title"],
        "status": each["status"],
        "author": {"name": "standin"},
        "createdAt": each["created"],
        "isPullRequest": each["pull"],
        "repo": {"name": repository.name, "type": repository.kind[:-1]},
    }


def _find(state: State, number: str) -> Discussion:
    found = next((each for each in state["discussions"] if str(each["num"]) == number), None)
    if found is None:
        raise Refusal(404, f"no discussion {number}")
    value: Discussion = found
    return value


def details(exchange: Exchange, kind: str, name: str, number: str) -> Answer:
    repository = exchange.repository(kind, name)
    state = repository.state()
    each = _find(state, number)
    value = {**_shown(repository, each), "events": each["events"]}
    if each["pull"]:
        base = f"refs/heads/{each['base']}"
        value["changes"] = {"base": base, **({"mergeCommitId": each["merged"]} if each["merged"] else {})}
        open_still = each["status"] in ("open", "draft")
        value["filesWithConflicts"] = sorted(_three_way(repository, state, each)[1]) if open_still else []
        value["diff"] = _diff(repository, each)
    return answer(value)


def comment(exchange: Exchange, kind: str, name: str, number: str) -> Answer:
    text = str(exchange.body.fields().get("comment") or "")
    with exchange.repository(kind, name).changing() as state:
        event = _comment(text)
        _find(state, number)["events"].append(event)
        return answer({"newMessage": event})


def rename(exchange: Exchange, kind: str, name: str, number: str) -> Answer:
    title = str(exchange.body.fields().get("title") or "")
    with exchange.repository(kind, name).changing() as state:
        each = _find(state, number)
        event = opened("title-change", {"from": each["title"], "to": title})
        each["title"] = title
        each["events"].append(event)
        return answer({"newTitle": event})


def change_status(exchange: Exchange, kind: str, name: str, number: str) -> Answer:
    fields = exchange.body.fields()
    status = str(fields.get("status"))
    with exchange.repository(kind, name).changing() as state:
        each = _find(state, number)
        if status not in ("open", "closed") or each["status"] == "merged":
            raise Refusal(400, f"can not go from {each['status']} to {status}")
        each["status"] = status
        event = opened("status-change", {"status": status})
        each["events"] += [*([_comment(str(fields["comment"]))] if fields.get("comment") else []), event]
        return answer({"newStatus": event})


def merge(exchange: Exchange, kind: str, name: str, number: str) -> Answer:
    """One commit on the base branch; refused with 409 where both sides changed a file."""
    repository = exchange.repository(kind, name)
    text = exchange.body.fields().get("comment")
    with repository.changing() as state:
        each = _find(state, number)
        if not each["pull"] or each["status"] not in ("open", "draft"):
            raise Refusal(400, f"{number} is not an open pull request")
        tree, conflicts = _three_way(repository, state, each)
        if conflicts:
            raise Refusal(409, f"conflicts in {', '.join(sorted(conflicts))}")
        parents = (state["branches"][each["base"]], each["head"])
        title = f"{each['title']} (#{number})"
        each["merged"] = repository.keep(Commit(parents, title, "", now(), tree))
        state["branches"][each["base"]] = each["merged"]
        each["status"] = "merged"
        each["events"] += [_comment(str(text))] if text else []
        each["events"].append(opened("status-change", {"status": "merged"}))
    return answer({})


def _three_way(repository: Repository, state: State, each: Discussion) -> tuple[dict[str, Entry], set[str]]:
    """The base branch with the pull request's changes, and the paths that both have changed."""
    there = repository.commit(state["branches"][each["base"]]).tree
    ours, before = repository.commit(each["head"]).tree, _fork(repository, state, each)
    changed = {path for path in {*ours, *before} if ours.get(path) != before.get(path)}
    conflicts = {path for path in changed if there.get(path) not in (before.get(path), ours.get(path))}
    kept = {path: entry for path, entry in there.items() if path not in changed}
    return kept | {path: ours[path] for path in changed if path in ours}, conflicts


def _fork(repository: Repository, state: State, each: Discussion) -> dict[str, Entry]:
    """The tree where the pull request left its base branch."""
    base = {sha for sha, _ in repository.history(state["branches"][each["base"]])}
    return next((commit.tree for sha, commit in repository.history(each["head"]) if sha in base), {})


def _diff(repository: Repository, each: Discussion) -> str:
    """The names of what changes; not the lines."""
    ours, before = repository.commit(each["head"]).tree, _fork(repository, repository.state(), each)
    changed = sorted(path for path in {*ours, *before} if ours.get(path) != before.get(path))
    return "".join(f"diff --git a/{path} b/{path}\n" for path in changed)
