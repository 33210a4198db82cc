"""What main has seen decides before anything is uploaded: a version is finished, or refused; main never goes back."""

import itertools
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd
from push_cases import REPO, describe, environment, history, langlift, make_release, tags

import push
from push import standin
from push.manifest import precedence
from push.standin.faults import Dropped, Fault, fail_before, overtake

# huggingface_hub 2.4 uploads with an argument that its own HTTP library has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


def give_up_before_the_tag(folder: Path, hub: standin.Standin, door: push.Hub) -> str:
    """A push that ends between its commit and its tag. Returns the commit."""
    hub.faults.plan(fail_before("tag"))
    with pytest.raises(push.HubTrouble):
        push.upload(push.plan(folder, door), door)
    assert tags(door).get(push.plan(folder, door).release.tag) is None
    return head(door)


def head(door: push.Hub) -> str:
    return str(door.api.repo_info(REPO, repo_type="dataset").sha)


def commit_on_top(door: push.Hub, title: str = "theirs") -> None:
    door.api.create_commit(REPO, [CommitOperationAdd("theirs.txt", b"x")], commit_message=title, repo_type="dataset")


def test_a_commit_without_its_tag_is_finished_though_others_came_on_top(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    ours = give_up_before_the_tag(folder, hub, door)
    commit_on_top(door)
    commit_on_top(door, "theirs again")
    before = head(door)
    code, out, _ = langlift(["plan", str(folder)], environment(hub, tmp_path / "home"))
    assert (code, f"committed already, at {ours}: only the tag v0.1.0 is missing" in out) == (0, True), out
    planned = push.plan(folder, door)
    assert (planned.step, planned.committed, planned.adds) == (push.Step.COMMITTED, ours, ())
    published = push.upload(planned, door)
    assert (published.commit, published.new_commit, published.new_tag) == (ours, False, True)
    assert (tags(door), head(door)) == ({"v0.1.0": ours}, before)
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()


def test_a_commit_without_its_tag_is_finished_though_a_newer_version_is_published(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    ours = give_up_before_the_tag(folder, hub, door)
    newer = push.upload(push.plan(make_release(tmp_path / "newer", "0.2.0", seed=1), door), door)
    assert push.upload(push.plan(folder, door), door).commit == ours
    assert tags(door) == {"v0.1.0": ours, "v0.2.0": newer.commit}
    assert head(door) == newer.commit


def test_other_content_of_a_version_that_is_committed_below_is_refused_before_any_commit(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    ours = give_up_before_the_tag(folder, hub, door)
    commit_on_top(door)
    before = history(door)
    other = make_release(tmp_path / "other", seed=5)
    code, _, err = langlift(["push", str(other), "--yes"], environment(hub, tmp_path / "home"))
    assert code == 4
    assert f"a commit of v0.1.0 that has other content and no tag yet, at {ours}" in err
    assert "raise the version" in err
    assert (history(door), tags(door)) == (before, {})


def test_a_commit_of_the_same_title_on_top_does_not_keep_a_push_from_its_end(
    hub: standin.Standin, door: push.Hub, folder: Path
) -> None:
    ours = give_up_before_the_tag(folder, hub, door)
    commit_on_top(door, "Release v0.1.0")
    assert push.upload(push.plan(folder, door), door).commit == ours
    assert tags(door) == {"v0.1.0": ours}


def test_an_older_version_is_refused_on_top_of_a_newer_one(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    push.upload(push.plan(make_release(tmp_path / "newer", "0.10.0", seed=1), door), door)
    commit_on_top(door)
    before = history(door)
    describe(folder, "0.9.0")
    for command in (["plan", str(folder)], ["push", str(folder), "--yes"]):
        code, _, err = langlift(command, environment(hub, tmp_path / "home"))
        assert code == 4
        assert f"main of {REPO} holds version 0.10.0, and this release is the older 0.9.0" in err
        assert "above 0.10.0" in err
    assert (history(door), list(tags(door))) == (before, ["v0.10.0"])


def test_an_older_version_is_refused_on_top_of_a_newer_one_without_its_tag(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    give_up_before_the_tag(make_release(tmp_path / "newer", "0.2.0", seed=1), hub, door)
    with pytest.raises(push.Conflict, match=r"holds version 0\.2\.0"):
        push.plan(folder, door)


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"version": "latest"}', b'{"version": 2}', b"\xff", b"[" * 100_000])
def test_a_release_json_of_something_else_is_no_newer_version(door: push.Hub, folder: Path, content: bytes) -> None:
    door.api.create_repo(REPO, repo_type="dataset", private=True)
    door.api.create_commit(
        REPO, [CommitOperationAdd("release.json", content)], commit_message="theirs", repo_type="dataset"
    )
    assert push.upload(push.plan(folder, door), door).new_commit


def test_a_push_of_the_same_version_that_lands_between_plan_and_commit_is_told_as_such(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    push.upload(push.plan(make_release(tmp_path / "first", "0.0.1", seed=9), door), door)
    other = make_release(tmp_path / "other", seed=5)
    planned = push.plan(folder, door)

    def meanwhile() -> None:
        give_up_before_the_tag(other, hub, door)

    hub.faults.plan(overtake("commit", by=meanwhile))
    with pytest.raises(push.Conflict, match="no tag yet") as told:
        push.upload(planned, door)
    assert "raise the version" in told.value.help
    assert history(door)[:2] == ["Release v0.1.0", "Release v0.0.1"]
    push.upload(push.plan(other, door), door)
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()


def test_a_commit_whose_answer_was_lost_is_found_under_what_came_on_top(
    hub: standin.Standin, door: push.Hub, folder: Path
) -> None:
    def lost() -> None:
        commit_on_top(door)
        raise Dropped

    hub.faults.plan(Fault("commit", after=lost))
    published = push.upload(push.plan(folder, door), door)
    assert history(door) == ["theirs", "Release v0.1.0", "initial commit"]
    assert tags(door) == {"v0.1.0": published.commit}
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()


def test_versions_are_ordered_as_semantic_versioning_says() -> None:
    ordered = ["0.1.0-0", "0.1.0-2", "0.1.0-10", "0.1.0-a", "0.1.0-a.1", "0.1.0-a.b", "0.1.0-rc", "0.1.0", "0.2.0",
               "0.10.0", "1.0.0-alpha", "1.0.0", "10.0.0"]  # fmt: skip
    assert sorted(ordered, key=precedence) == ordered
    assert all(precedence(one) < precedence(two) for one, two in itertools.pairwise(ordered))
