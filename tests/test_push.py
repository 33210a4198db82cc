"""A release goes out whole or not at all, whoever else pushes and whatever breaks; real clients, a local Hub."""

import json
import os
import random
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from push_cases import (
    CARD,
    REPO,
    describe,
    environment,
    history,
    langlift,
    make_release,
    published_files,
    rows,
    start,
    tags,
)

import push
from push import standin
from push.digests import combined, row_set, sha256_of
from push.standin.faults import Fault, Hold, drop_after, drop_before, fail_after, fail_before, overtake

# huggingface_hub 2.4 uploads with an argument that its own HTTP library has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
ROUTES_OF_A_PUSH = ("create", "preupload", "lfs-batch", "lfs-upload", "lfs-verify", "commit", "resolve", "tag")


def test_a_release_goes_out_in_one_commit_and_one_tag_and_verifies(door: push.Hub, folder: Path) -> None:
    planned = push.plan(folder, door)
    assert planned.head is None
    assert set(planned.adds) == {
        "README.md",
        "release.json",
        *(f"lua/{s}-00000-of-00001.parquet" for s in ("test", "train")),
    }
    assert planned.upload_bytes == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    published = push.upload(planned, door)
    assert history(door) == ["Release v0.1.0", "initial commit"]
    assert tags(door) == {"v0.1.0": published.commit}
    found = push.verify(f"{REPO}@v0.1.0", door)
    assert (found.defects, found.rows, found.commit) == ((), 340, published.commit)
    assert door.api.repo_info(REPO, repo_type="dataset").private


def test_a_second_push_of_the_same_release_does_nothing(door: push.Hub, folder: Path) -> None:
    first = push.upload(push.plan(folder, door), door)
    planned = push.plan(folder, door)
    assert planned.step is push.Step.PUBLISHED
    again = push.upload(planned, door)
    assert (again.commit, again.new_commit, again.new_tag) == (first.commit, False, False)
    assert len(history(door)) == 2


def test_a_stale_plan_of_a_landed_release_makes_no_second_commit(door: push.Hub, folder: Path) -> None:
    stale = push.plan(folder, door)
    first = push.upload(stale, door)
    assert push.upload(stale, door).commit == first.commit
    assert len(history(door)) == 2


def test_the_next_version_sends_what_changed_and_deletes_what_is_gone(
    door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    old = push.upload(push.plan(folder, door), door)
    (folder / "lua" / "test-00000-of-00001.parquet").rename(folder / "lua" / "held-00000-of-00001.parquet")
    describe(folder, "0.2.0")
    planned = push.plan(folder, door)
    assert planned.adds == ("lua/held-00000-of-00001.parquet", "release.json")
    assert planned.deletes == ("lua/test-00000-of-00001.parquet",)
    assert ".gitattributes" not in planned.deletes
    new = push.upload(planned, door)
    assert tags(door) == {"v0.1.0": old.commit, "v0.2.0": new.commit}
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()
    assert push.verify(f"{REPO}@v0.2.0", door).defects == ()


def test_an_older_release_pushed_again_leaves_the_newer_one_alone(door: push.Hub, folder: Path, tmp_path: Path) -> None:
    push.upload(push.plan(folder, door), door)
    push.upload(push.plan(make_release(tmp_path / "newer", "0.2.0", seed=1), door), door)
    before = history(door)
    assert push.upload(push.plan(folder, door), door).new_commit is False
    assert history(door) == before


def test_push_without_yes_prints_the_plan_and_does_nothing(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    code, out, _ = langlift(["push", str(folder)], environment(hub, tmp_path / "home"))
    assert code == 0
    assert "4 to add, 0 to delete" in out
    assert not HfApi(endpoint=hub.endpoint, token=hub.token).repo_exists(REPO, repo_type="dataset")


def test_the_commands_plan_push_and_verify(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    variables = environment(hub, tmp_path / "home")
    code, out, err = langlift(["plan", str(folder), "--json"], variables)
    assert (code, json.loads(out)["step"], err) == (0, "nothing", "")
    code, out, err = langlift(["push", str(folder), "--yes"], variables)
    assert code == 0, err
    assert f"{REPO}@v0.1.0 is at" in out
    assert hub.token not in out + err
    code, out, err = langlift(["verify", f"{REPO}@v0.1.0"], variables)
    assert (code, "all as release.json says" in out) == (0, True), err
    code, out, err = langlift(["verify", str(folder)], variables)
    assert (code, "4 files, 340 rows" in out) == (0, True), err
    assert langlift(["plan", str(folder)], variables)[1].splitlines()[-1].startswith("nothing to do: v0.1.0")


@pytest.mark.parametrize("there_already", [False, True])
def test_of_two_concurrent_pushes_one_lands_and_the_other_conflicts(
    hub: standin.Standin, door: push.Hub, tmp_path: Path, there_already: bool
) -> None:
    if there_already:
        push.upload(push.plan(make_release(tmp_path / "first", "0.0.1", seed=9), door), door)
    folders = [make_release(tmp_path / name, seed=seed) for seed, name in enumerate(("one", "two"))]
    together = threading.Barrier(2)
    # both have planned, made or found the repository, and uploaded before either commits
    hub.faults.plan(Fault("preupload" if there_already else "create", before=together.wait, times=2))
    pushes = [start(["push", str(each), "--yes"], environment(hub, tmp_path / f"home-{each.name}")) for each in folders]
    ended = [process.communicate(timeout=120) for process in pushes]
    codes = [process.returncode for process in pushes]
    assert sorted(codes) == [0, 4], ended
    loser = ended[codes.index(4)][1]
    assert "error:" in loser
    assert "langlift plan" in loser or "raise the version" in loser
    assert "Traceback" not in loser
    assert len(history(door)) == (3 if there_already else 2)
    assert tags(door)["v0.1.0"] == door.api.repo_info(REPO, repo_type="dataset").sha
    winner = folders[codes.index(0)]
    assert push.verify(f"{REPO}@v0.1.0", door).release == push.verify(str(winner)).release


def test_a_push_between_the_commit_and_the_tag_of_another_is_refused_and_leaves_main_alone(
    hub: standin.Standin, door: push.Hub, tmp_path: Path
) -> None:
    one, other = (make_release(tmp_path / name, seed=seed) for seed, name in enumerate(("one", "two")))
    refused: list[push.Conflict] = []

    def meanwhile() -> None:
        with pytest.raises(push.Conflict) as caught:
            push.plan(other, door)
        refused.append(caught.value)

    hub.faults.plan(Fault("tag", before=meanwhile))
    published = push.upload(push.plan(one, door), door)
    assert len(refused) == 1
    assert "no tag yet" in str(refused[0])
    assert "raise the version" in refused[0].help
    assert door.api.repo_info(REPO, repo_type="dataset").sha == tags(door)["v0.1.0"] == published.commit
    with pytest.raises(push.Conflict, match=r"has a v0\.1\.0 already"):
        push.upload(push.plan(other, door), door)


def test_both_of_two_pushes_that_wait_at_the_commit_do_not_land(
    hub: standin.Standin, door: push.Hub, tmp_path: Path
) -> None:
    push.upload(push.plan(make_release(tmp_path / "first", "0.0.1", seed=9), door), door)
    together = threading.Barrier(2)
    hub.faults.plan(Fault("commit", before=together.wait, times=2))
    folders = [make_release(tmp_path / f"r{n}", f"0.{n}.0", seed=n) for n in (1, 2)]  # not even one version
    pushes = [start(["push", str(each), "--yes"], environment(hub, tmp_path / f"home-{each.name}")) for each in folders]
    ended = [process.communicate(timeout=120)[1] for process in pushes]
    assert sorted(process.returncode for process in pushes) == [0, 4], ended
    assert len(history(door)) == 3
    assert len(tags(door)) == 2


@pytest.mark.parametrize("route", ROUTES_OF_A_PUSH)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_push_killed_at_any_step_is_finished_by_a_rerun(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path, route: str, moment: str
) -> None:
    hold = Hold()
    fault = Fault(route, **{moment: hold.stand})
    hub.faults.plan(fault)
    process = start(["push", str(folder), "--yes"], environment(hub, tmp_path / "home"))
    assert hold.reached.wait(60), "the push never came to this step"
    if route != "create" or moment == "after":
        done = ("resolve", "tag") if moment == "before" else ("commit", "resolve", "tag")
        assert len(history(door)) == (2 if route in done else 1)
        assert ("README.md" in published_files(door, "main")) == (route in done)
        assert bool(tags(door)) == (route == "tag" and moment == "after")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    hold.released.set()
    push.upload(push.plan(folder, door), door)
    assert history(door) == ["Release v0.1.0", "initial commit"]
    assert tags(door) == {"v0.1.0": door.api.repo_info(REPO, repo_type="dataset").sha}
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()


def test_uploaded_objects_are_not_sent_again_after_a_kill(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    hold = Hold()
    hub.faults.plan(Fault("commit", before=hold.stand))
    variables = environment(hub, tmp_path / "home")
    process = start(["push", str(folder), "--yes"], variables)
    assert hold.reached.wait(60)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    again: list[str] = []
    hub.faults.plan(Fault("lfs-upload", before=lambda: again.append("sent")))
    assert langlift(["push", str(folder), "--yes"], variables)[0] == 0
    hold.released.set()
    assert again == []


@pytest.mark.parametrize("fault", [fail_after, drop_after])
@pytest.mark.parametrize("route", ["commit", "tag", "create"])
def test_an_answer_lost_after_the_work_was_done_is_no_failure(
    hub: standin.Standin, door: push.Hub, folder: Path, route: str, fault: Callable[[str], Fault]
) -> None:
    hub.faults.plan(fault(route))
    if route == "create":
        with pytest.raises(push.HubTrouble):
            push.upload(push.plan(folder, door), door)
    push.upload(push.plan(folder, door), door)
    assert history(door) == ["Release v0.1.0", "initial commit"]
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()


@pytest.mark.parametrize("fault", [fail_before, drop_before])
@pytest.mark.parametrize("route", ["commit", "tag"])
def test_a_failure_before_the_work_is_told_and_a_rerun_finishes(
    hub: standin.Standin, door: push.Hub, folder: Path, route: str, fault: Callable[[str], Fault]
) -> None:
    hub.faults.plan(fault(route))
    with pytest.raises(push.HubTrouble) as told:
        push.upload(push.plan(folder, door), door)
    assert told.value.exit_code == 3
    push.upload(push.plan(folder, door), door)
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()
    assert history(door) == ["Release v0.1.0", "initial commit"]


def test_a_plan_made_before_the_repository_was_there_yields_to_who_made_it(
    door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    early = push.plan(folder, door)
    push.upload(push.plan(make_release(tmp_path / "other", "0.2.0", seed=3), door), door)
    with pytest.raises(push.Conflict, match="somebody else"):
        push.upload(early, door)
    assert history(door) == ["Release v0.2.0", "initial commit"]


def somebody_else(hub: standin.Standin) -> Callable[[], None]:
    def commit() -> None:
        api = HfApi(endpoint=hub.endpoint, token=hub.token)
        api.create_commit(REPO, [CommitOperationAdd("theirs.txt", b"x")], commit_message="theirs", repo_type="dataset")

    return commit


def test_a_commit_that_comes_between_is_a_conflict(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    push.upload(push.plan(make_release(tmp_path / "first", "0.0.1", seed=9), door), door)
    hub.faults.plan(overtake("commit", by=somebody_else(hub)))
    with pytest.raises(push.Conflict) as told:
        push.upload(push.plan(folder, door), door)
    assert told.value.exit_code == 4
    assert "langlift plan" in told.value.help
    assert history(door)[0] == "theirs"
    assert "v0.1.0" not in tags(door)


def test_a_tag_never_moves(door: push.Hub, folder: Path, tmp_path: Path) -> None:
    first = push.upload(push.plan(folder, door), door)
    other = push.plan(make_release(tmp_path / "other", seed=5), door)
    assert other.step is push.Step.TAKEN
    with pytest.raises(push.Conflict, match="other content"):
        push.upload(other, door)
    assert tags(door) == {"v0.1.0": first.commit}
    assert len(history(door)) == 2


def test_a_tag_taken_at_the_last_moment_is_a_conflict_and_stays(
    hub: standin.Standin, door: push.Hub, folder: Path
) -> None:
    def take() -> None:
        initial = door.api.list_repo_commits(REPO, repo_type="dataset")[-1].commit_id
        door.api.create_tag(REPO, tag="v0.1.0", revision=initial, repo_type="dataset")

    hub.faults.plan(overtake("tag", by=take))
    with pytest.raises(push.Conflict, match=r"v0\.1\.0 already"):
        push.upload(push.plan(folder, door), door)
    assert tags(door)["v0.1.0"] == door.api.list_repo_commits(REPO, repo_type="dataset")[-1].commit_id


def test_what_comes_back_different_is_not_tagged(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    def rot() -> None:
        name = sha256_of(folder / "lua" / "train-00000-of-00001.parquet")
        stored = tmp_path / "hub" / "objects" / name[:2] / name
        content = bytearray(stored.read_bytes())
        content[100] ^= 1
        stored.write_bytes(content)

    hub.faults.plan(Fault("commit", after=rot))
    with pytest.raises((push.BadRelease, push.HubTrouble)):
        push.upload(push.plan(folder, door), door)
    assert tags(door) == {}


def test_a_hub_that_is_down_is_an_error_for_people(folder: Path, tmp_path: Path) -> None:
    with standin.serve(tmp_path / "gone") as gone:
        variables = environment(gone, tmp_path / "home")
    for arguments in (["plan", str(folder)], ["push", str(folder), "--yes"], ["verify", f"{REPO}@v0.1.0"]):
        code, _, err = langlift(arguments, variables)
        assert code == 3, err
        assert err.startswith("error: ")
        assert "help: " in err
        assert "Traceback" not in err
        assert gone.token not in err


def test_a_hub_whose_name_is_unknown_is_an_error_for_people(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    variables = environment(hub, tmp_path / "home") | {"HF_ENDPOINT": "http://hub.invalid"}
    code, _, err = langlift(["push", str(folder), "--yes"], variables)
    assert (code, "Traceback" in err) == (3, False), err


def test_a_hub_that_never_answers_is_an_error_for_people(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        door = push.open_hub(f"http://127.0.0.1:{silent.getsockname()[1]}", "hf_x", answer_seconds=0.3)
        with pytest.raises(push.HubTrouble, match="no answer"):
            push.plan(folder, door)


def test_a_hub_that_dies_during_the_upload_is_an_error_for_people(
    hub: standin.Standin, door: push.Hub, folder: Path
) -> None:
    planned = push.plan(folder, door)
    hub.faults.plan(fail_before("lfs-upload", status=501, times=9))  # 501 is not retried
    with pytest.raises(push.HubTrouble):
        push.upload(planned, door)


def test_a_wrong_token_is_an_error_that_does_not_show_it(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    wrong = "hf_" + "wrong" * 7
    for arguments in (["plan", str(folder)], ["push", str(folder), "--yes"]):
        code, out, err = langlift(arguments, environment(hub, tmp_path / "home", HF_TOKEN=wrong))
        assert code == 3, err
        assert "token" in err
        assert "Traceback" not in err
        assert wrong not in out + err


def test_no_token_is_an_error_that_says_where_to_put_it(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    variables = environment(hub, tmp_path / "home")
    del variables["HF_TOKEN"]
    code, _, err = langlift(["push", str(folder), "--yes"], variables)
    assert (code, "HF_TOKEN" in err, "Traceback" in err) == (3, True, False), err


def test_a_card_that_the_hub_refuses_is_told_as_such(door: push.Hub, tmp_path: Path) -> None:
    folder = make_release(tmp_path / "bad", card="---\nlicense: my-own\n---\n")
    with pytest.raises(push.BadRelease, match="license"):
        push.upload(push.plan(folder, door), door)
    assert history(door) == ["initial commit"]


def test_another_visibility_than_the_repositorys_is_a_conflict(door: push.Hub, folder: Path) -> None:
    door.api.create_repo(REPO, repo_type="dataset", private=False)
    with pytest.raises(push.Conflict, match=r"public on .*, release.json says private"):
        push.plan(folder, door)


def add_secret(folder: Path) -> None:
    (folder / "README.md").write_text(CARD + "x" * (1 << 20) + "\nghp_" + "a1B2" * 9 + "\n")
    describe(folder)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda folder: (folder / "README.md").unlink(), "README.md: missing"),
        (lambda folder: (folder / "README.md").write_text(CARD[:-1] + "!"), "README.md: changed"),
        (lambda folder: (folder / "README.md").write_text("longer" * 99), "README.md: changed"),
        (lambda folder: (folder / "lua" / "extra.txt").write_text("?"), "lua/extra.txt: unlisted"),
        (lambda folder: (folder / "link").symlink_to("/etc/hostname"), "link: link"),
        (add_secret, "README.md: credential (a GitHub token in line 8)"),
    ],
)
def test_a_defect_is_found_and_stops_the_push(
    door: push.Hub, folder: Path, spoil: Callable[[Path], object], problem: str
) -> None:
    assert push.check(folder) == []
    spoil(folder)
    assert [str(defect)[: len(problem)] for defect in push.check(folder)] == [problem]
    with pytest.raises(push.BadRelease):
        push.plan(folder, door)


def test_this_machines_own_token_is_found_even_across_the_border_of_two_chunks(folder: Path) -> None:
    token = "a-token-of-no-known-shape"
    (folder / "notes.bin").write_bytes(b"\0" * ((1 << 20) - 10) + token.encode())
    describe(folder)
    found = push.check(folder, secrets=[token])
    assert [(defect.path, defect.problem) for defect in found] == [("notes.bin", "credential")]
    assert token not in str(found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "other"}, "schema"),
        ({"repo": "nameless"}, "repo"),
        ({"repo": "../up/name"}, "repo"),
        ({"version": "one"}, "version"),
        ({"version": "0.1.0-a..b"}, "version"),
        ({"version": "0.1.0-x.lock"}, "version"),
        ({"version": "0.1.0-x."}, "version"),
        ({"version": "0.1.0-01"}, "version"),
        ({"private": "yes"}, "private"),
        ({"files": {"../up": {"sha256": "0" * 64, "size": 1}}}, "path of a file"),
        ({"files": {"a": {"sha256": "0", "size": 1}}}, "64 hex digits"),
        ({"files": {"a": {"size": 1}}}, "sha256"),
    ],
)
def test_a_release_json_that_is_wrong_is_named(folder: Path, change: dict[str, object], message: str) -> None:
    path = folder / "release.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(push.NotARelease, match=message):
        push.check(folder)


def test_verify_finds_a_file_that_was_changed_on_the_hub(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    push.upload(push.plan(folder, door), door)
    other = tmp_path / "other.parquet"
    parquet.write_table(rows(300, 1), other)
    operations = [CommitOperationAdd("lua/train-00000-of-00001.parquet", other), CommitOperationAdd("more.txt", b"x")]
    door.api.create_commit(REPO, operations, commit_message="meddling", repo_type="dataset")
    door.api.create_tag(REPO, tag="v0.1.1", repo_type="dataset")
    code, out, _ = langlift(["verify", f"{REPO}@v0.1.1"], environment(hub, tmp_path / "home"))
    assert code == 1
    assert "lua/train-00000-of-00001.parquet: changed" in out
    assert "more.txt: unlisted" in out
    assert "release.json: version (it says 0.1.0)" in out


def test_verify_reads_the_rows_and_not_only_the_digests(folder: Path) -> None:
    path = folder / "release.json"
    value = json.loads(path.read_text())
    value["files"]["lua/test-00000-of-00001.parquet"]["row_set"] = "0" * 64
    value["files"]["lua/train-00000-of-00001.parquet"]["rows"] = 299
    path.write_text(json.dumps(value))
    found = push.verify(str(folder)).defects
    assert [(defect.path[4:8], defect.problem) for defect in found] == [("test", "rows"), ("trai", "rows")]


def test_verify_of_nothing_is_a_usage_error(hub: standin.Standin, tmp_path: Path) -> None:
    variables = environment(hub, tmp_path / "home")
    for target in ("nothing", str(tmp_path), "org/absent@v1.0.0", "no spaces/x@v1"):
        code, _, err = langlift(["verify", target], variables)
        assert (code, "Traceback" in err) == (2, False), (target, err)


def test_a_row_set_knows_neither_order_nor_files_nor_encoding(tmp_path: Path) -> None:
    table = rows(2500)
    parquet.write_table(table, tmp_path / "a.parquet")
    shuffled = table.take(pa.array(random.Random(1).sample(range(2500), 2500)))
    parquet.write_table(shuffled, tmp_path / "b.parquet", row_group_size=77, compression="zstd")
    parquet.write_table(table.slice(0, 900), tmp_path / "c.parquet")
    parquet.write_table(table.slice(900), tmp_path / "d.parquet")
    whole = row_set(tmp_path / "a.parquet")
    assert len(whole) == 64
    assert row_set(tmp_path / "b.parquet") == whole
    assert combined([row_set(tmp_path / "c.parquet"), row_set(tmp_path / "d.parquet")]) == whole


def test_a_row_set_notices_a_changed_value_a_lost_row_and_a_repeated_one(tmp_path: Path) -> None:
    table = rows(100)
    changed = table.set_column(1, "code", pa.array(["x", *table["code"].to_pylist()[1:]]))
    repeated = pa.concat_tables([table, table.slice(0, 1)])
    found = set()
    for number, each in enumerate((table, changed, repeated, table.slice(1))):
        parquet.write_table(each, tmp_path / f"{number}.parquet")
        found.add(row_set(tmp_path / f"{number}.parquet"))
    assert len(found) == 4


def test_a_credential_inside_parquet_is_found_by_file_column_and_row(folder: Path) -> None:
    key = "AKIAIOSFODNN7" + "EXAMPLE"
    texts = [f"the text of row {number}" for number in range(2500)]
    nested = [{"parts": [text]} for text in texts]
    texts[2100], nested[7] = f"x = '{key}'", {"parts": ["a", f"b\n{key}"]}
    table = pa.table({"id": [f"n{number}" for number in range(2500)], "source": texts, "more": nested})
    parquet.write_table(table, folder / "lua" / "keys.parquet", compression="zstd")
    describe(folder)
    found = push.check(folder, secrets=["the text of row 1234"])
    assert [str(defect) for defect in found] == [
        "lua/keys.parquet: credential (an AWS access key in column 'more', row n7)",
        "lua/keys.parquet: credential (an AWS access key in column 'source', row n2100)",
        "lua/keys.parquet: credential (the Hub token of this machine in column 'more', row n1234)",
        "lua/keys.parquet: credential (the Hub token of this machine in column 'source', row n1234)",
    ]


def test_a_parquet_file_that_can_not_be_searched_is_a_defect(folder: Path) -> None:
    (folder / "lua" / "broken.parquet").write_bytes(b"PAR1 no more")
    facts = {"sha256": sha256_of(folder / "lua" / "broken.parquet"), "size": 12, "rows": 0, "row_set": "0" * 64}
    path = folder / "release.json"
    value = json.loads(path.read_text())
    path.write_text(json.dumps({**value, "files": {**value["files"], "lua/broken.parquet": facts}}))
    assert [(defect.path, defect.problem) for defect in push.check(folder)] == [("lua/broken.parquet", "unreadable")]


def test_a_release_json_that_can_not_be_read_is_named(folder: Path) -> None:
    (folder / "release.json").unlink()
    (folder / "release.json").mkdir()
    with pytest.raises(push.NotARelease, match="can not be read"):
        push.check(folder)
