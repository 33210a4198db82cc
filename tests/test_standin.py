"""The local Hub keeps the Hub's promises to the real clients, and its store survives anything."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, HfFileSystem, constants
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

from push import standin
from push.standin.faults import drop_after, fail_after, fail_before
from push.standin.front_matter import examine
from push.standin.store import Store, read_commit
from toolkit.cli import main

ROOT = Path(__file__).resolve().parent.parent
REPO = "org/data"
# huggingface_hub 2.4 uploads with an argument that its own HTTP library has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[standin.Standin]:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    with standin.serve(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def api(hub: standin.Standin) -> HfApi:
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO, repo_type="dataset")
    return api


def head(api: HfApi, revision: str = "main") -> str:
    return str(api.repo_info(REPO, repo_type="dataset", revision=revision).sha)


def commit(api: HfApi, name: str, content: bytes = b"x", **more: object) -> str:
    operations = [CommitOperationAdd(name, content)]
    return api.create_commit(REPO, operations, commit_message=f"add {name}", repo_type="dataset", **more).oid  # type: ignore[arg-type]


def names(api: HfApi, revision: str = "main") -> list[str]:
    return sorted(api.list_repo_files(REPO, repo_type="dataset", revision=revision))


def ask(
    hub: standin.Standin, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """A plain request: (status, body)."""
    request = urllib.request.Request(
        f"{hub.endpoint}{path}", body, {k.replace("_", "-"): v for k, v in headers.items()}
    )
    request.method = method
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def bearer(hub: standin.Standin) -> dict[str, str]:
    return {"Authorization": f"Bearer {hub.token}", "Content_Type": "application/json"}


def client(hub: standin.Standin, home: Path, program: str, *arguments: str) -> str:
    """Run a program in a fresh process whose Hub is the stand-in, and return its output."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), **hub.environment(home / "huggingface")}
    command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
    done = subprocess.run(command, env=variables, cwd=home, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_stale_parent_is_refused_and_leaves_nothing(api: HfApi) -> None:
    old = head(api)
    commit(api, "first.txt", parent_commit=old)
    with pytest.raises(HfHubHTTPError) as refused:
        commit(api, "second.txt", parent_commit=old)
    assert refused.value.response.status_code == 412
    assert names(api) == [".gitattributes", "first.txt"]


def test_of_two_commits_on_one_parent_exactly_one_lands(hub: standin.Standin, api: HfApi) -> None:
    for turn in range(10):
        parent, together, codes = head(api), threading.Barrier(2), []

        def race(name: str, parent: str = parent, together: threading.Barrier = together) -> None:
            lines = [
                {"key": "header", "value": {"summary": name, "parentCommit": parent}},
                {"key": "file", "value": {"path": name, "content": "eA==", "encoding": "base64"}},
            ]
            together.wait()
            body = "\n".join(map(json.dumps, lines)).encode()
            codes.append(ask(hub, f"/api/datasets/{REPO}/commit/main", "POST", body, **bearer(hub))[0])  # noqa: B023

        racers = [threading.Thread(target=race, args=(f"{turn}-{side}.txt",)) for side in "ab"]
        for each in racers:
            each.start()
        for each in racers:
            each.join()
        assert sorted(codes) == [200, 412]
    assert len(api.list_repo_commits(REPO, repo_type="dataset")) == 11


def test_a_commit_is_all_or_nothing(api: HfApi) -> None:
    before = head(api)
    operations = [CommitOperationAdd("a.txt", b"a"), CommitOperationDelete("not-there.txt", is_folder=False)]
    with pytest.raises(EntryNotFoundError):
        api.create_commit(REPO, operations, commit_message="both", repo_type="dataset")
    assert head(api) == before
    assert names(api) == [".gitattributes"]


def upload_address(hub: standin.Standin, oid: str, size: int) -> str:
    body = json.dumps({"operation": "upload", "objects": [{"oid": oid, "size": size}]}).encode()
    status, reply = ask(hub, f"/datasets/{REPO}.git/info/lfs/objects/batch", "POST", body, **bearer(hub))
    assert status == 200
    found = json.loads(reply)["objects"][0]
    return str(found["actions"]["upload"]["href"]).removeprefix(hub.endpoint) if "actions" in found else ""


@pytest.mark.usefixtures("api")
def test_a_large_object_must_be_what_was_announced(hub: standin.Standin) -> None:
    content = b"the real content"
    oid = sha256(content).hexdigest()
    address = upload_address(hub, oid, len(content))
    assert ask(hub, address, "PUT", b"another content!")[0] == 400
    assert ask(hub, address, "PUT", content[:-1])[0] == 400
    assert upload_address(hub, oid, len(content)) != ""  # still wanted
    assert ask(hub, address.replace("signature=", "signature=0"), "PUT", content)[0] == 403
    assert ask(hub, address.split("&signature")[0], "PUT", content)[0] == 403
    assert ask(hub, address, "PUT", content)[0] == 200
    assert upload_address(hub, oid, len(content)) == ""  # here already


@pytest.mark.usefixtures("api")
def test_a_commit_of_an_object_that_was_not_uploaded_is_refused(hub: standin.Standin) -> None:
    value = {"path": "x.parquet", "algo": "sha256", "oid": "0" * 64, "size": 3}
    lines = [{"key": "header", "value": {"summary": "x"}}, {"key": "lfsFile", "value": value}]
    body = "\n".join(map(json.dumps, lines)).encode()
    assert ask(hub, f"/api/datasets/{REPO}/commit/main", "POST", body, **bearer(hub))[0] == 400


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "a//b", ".git/config", "a\\b", ""])
def test_a_path_outside_the_repository_is_refused(hub: standin.Standin, api: HfApi, path: str) -> None:
    value = {"path": path, "content": "eA==", "encoding": "base64"}
    lines = [{"key": "header", "value": {"summary": "x"}}, {"key": "file", "value": value}]
    body = "\n".join(map(json.dumps, lines)).encode()
    assert ask(hub, f"/api/datasets/{REPO}/commit/main", "POST", body, **bearer(hub))[0] == 400
    assert names(api) == [".gitattributes"]


def test_a_file_can_not_be_a_folder_too(api: HfApi) -> None:
    commit(api, "a/b.txt")
    with pytest.raises(HfHubHTTPError):
        commit(api, "a")


def test_a_tag_is_made_once_and_stays(api: HfApi) -> None:
    first = commit(api, "a.txt")
    api.create_tag(REPO, tag="v1", repo_type="dataset")
    commit(api, "b.txt")
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_tag(REPO, tag="v1", repo_type="dataset")
    assert refused.value.response.status_code == 409
    assert head(api, "v1") == first == head(api, first[:8])
    assert names(api, "v1") == [".gitattributes", "a.txt"]
    with pytest.raises(RevisionNotFoundError):
        head(api, "v2")
    with pytest.raises(HfHubHTTPError):  # a tag takes no commits
        commit(api, "c.txt", revision="v1")


def test_a_part_of_a_file_is_answered_with_that_part(hub: standin.Standin, api: HfApi) -> None:
    commit(api, "a.bin", bytes(range(100)))
    path = f"/datasets/{REPO}/resolve/main/a.bin"
    assert ask(hub, path) == (200, bytes(range(100)))
    assert ask(hub, path, Range="bytes=10-19") == (206, bytes(range(10, 20)))
    assert ask(hub, path, Range="bytes=90-") == (206, bytes(range(90, 100)))
    assert ask(hub, path, Range="bytes=-5") == (206, bytes(range(95, 100)))
    assert ask(hub, path, Range="bytes=100-")[0] == 416


def test_what_is_private_is_hidden_and_writing_needs_the_token(hub: standin.Standin, api: HfApi) -> None:
    anonymous, wrong = HfApi(endpoint=hub.endpoint, token=False), HfApi(endpoint=hub.endpoint, token="hf_wrong")
    assert anonymous.repo_info(REPO, repo_type="dataset").private is False
    with pytest.raises(HfHubHTTPError):
        commit(anonymous, "a.txt")
    for act in (wrong.whoami, lambda: head(wrong), lambda: commit(wrong, "a.txt")):
        with pytest.raises(HfHubHTTPError, match=r"credentials|Invalid user token") as refused:
            act()
        assert refused.value.response.status_code == 401
    api.update_repo_settings(REPO, repo_type="dataset", private=True)
    with pytest.raises(RepositoryNotFoundError):
        head(anonymous)
    assert anonymous.list_datasets() is not None
    assert [each.id for each in anonymous.list_datasets()] == []
    assert [each.id for each in api.list_datasets()] == [REPO]


def test_a_pull_request_is_opened_grown_and_merged(api: HfApi) -> None:
    made = api.create_commit(
        REPO, [CommitOperationAdd("a.txt", b"a")], commit_message="add a", repo_type="dataset", create_pr=True
    )
    assert (made.pr_num, made.pr_revision) == (1, "refs/pr/1")
    commit(api, "b.txt", revision="refs/pr/1")
    commit(api, "meanwhile.txt")
    seen = api.get_discussion_details(REPO, 1, repo_type="dataset")
    assert (seen.status, seen.conflicting_files, seen.target_branch) == ("open", [], "refs/heads/main")
    assert "a.txt" in (seen.diff or "")
    assert "meanwhile" not in (seen.diff or "")
    api.merge_pull_request(REPO, 1, repo_type="dataset")
    assert names(api) == [".gitattributes", "a.txt", "b.txt", "meanwhile.txt"]
    assert api.get_discussion_details(REPO, 1, repo_type="dataset").merge_commit_oid == head(api)
    with pytest.raises(HfHubHTTPError):
        commit(api, "late.txt", revision="refs/pr/1")


def test_a_pull_request_that_conflicts_is_not_merged(api: HfApi) -> None:
    request = api.create_pull_request(REPO, "a draft", repo_type="dataset")
    commit(api, "a.txt", b"theirs", revision=request.git_reference)
    commit(api, "a.txt", b"ours")
    assert api.get_discussion_details(REPO, 1, repo_type="dataset").conflicting_files == ["a.txt"]
    with pytest.raises(HfHubHTTPError) as refused:
        api.merge_pull_request(REPO, 1, repo_type="dataset")
    assert refused.value.response.status_code == 409


def test_a_long_tree_comes_in_pages(api: HfApi) -> None:
    operations = [CommitOperationAdd(f"many/{n:04}.txt", b"x") for n in range(1100)]
    api.create_commit(REPO, operations, commit_message="many", repo_type="dataset")
    tree = list(api.list_repo_tree(REPO, repo_type="dataset", recursive=True))
    assert len({each.path for each in tree}) == len(tree) == 1102
    assert [each.path for each in api.list_repo_tree(REPO, repo_type="dataset")] == [".gitattributes", "many"]
    expanded = list(api.list_repo_tree(REPO, "many", repo_type="dataset", expand=True))
    assert len(expanded) == 1100
    assert expanded[0].last_commit.title == "many"  # type: ignore[union-attr]


def test_snapshots_checksums_and_the_file_system(hub: standin.Standin, api: HfApi, tmp_path: Path) -> None:
    data = random.Random(0).randbytes(3_000_000)
    operations = [CommitOperationAdd("data/é ü.parquet", data), CommitOperationAdd("plain.txt", b"plain")]
    api.create_commit(REPO, operations, commit_message="data", repo_type="dataset")
    api.create_tag(REPO, tag="v1", repo_type="dataset")
    commit(api, "plain.txt", b"newer")
    folder = Path(api.snapshot_download(REPO, repo_type="dataset", revision="v1", local_dir=tmp_path / "copy"))
    assert (folder / "plain.txt").read_bytes() == b"plain"
    assert (folder / "data" / "é ü.parquet").read_bytes() == data
    verified = api.verify_repo_checksums(REPO, repo_type="dataset", revision="v1", local_dir=folder)
    assert (verified.mismatches, verified.missing_paths) == ([], [])
    files = HfFileSystem(endpoint=hub.endpoint, token=hub.token, skip_instance_cache=True)
    assert files.read_text(f"datasets/{REPO}@v1/plain.txt") == "plain"
    assert files.cat_file(f"datasets/{REPO}/data/é ü.parquet", start=1000, end=1500) == data[1000:1500]
    assert [each["name"] for each in files.ls(f"datasets/{REPO}")] == [
        f"datasets/{REPO}/{name}" for name in (".gitattributes", "data", "plain.txt")
    ]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("license: nope", "licence"),
        ("license: mit\nlicense: mit", "duplicate key"),
        ("tags: one", "list of strings"),
        ("language: no", "quote words"),  # YAML's false
        ("size_categories:\n- 1K-10K", "size categories"),
        ("configs:\n- data_files: x", "config_name"),
        ("configs:\n- config_name: a\n- config_name: a", "again"),
        ("configs:\n- config_name: a\n  data_files:\n  - split: train-set\n    path: x", "split name"),
        ("dataset_info:\n  features:\n  - dtype: string", "without a name"),
        ("viewer: maybe", "true or false"),
        ("- a list", "mapping"),
        ("a: [", "can not be read"),
        ("pretty_name: 5", "string"),
    ],
)
def test_a_card_with_a_wrong_field_is_refused(hub: standin.Standin, api: HfApi, block: str, message: str) -> None:
    card = f"---\n{block}\n---\n# Card\n"
    assert any(message in each for each in examine(card, "dataset")[0])
    with pytest.raises(ValueError, match="Invalid metadata"):
        commit(api, "README.md", card.encode())


def test_a_good_card_passes_and_its_facts_are_shown(api: HfApi) -> None:
    card = """---
license: apache-2.0
language: [en, code]
tags: [code, lua]
pretty_name: Lua
size_categories: 1K<n<10K
task_categories: [text-generation]
configs:
- config_name: lua
  default: true
  data_files:
  - {split: train, path: lua/train-*.parquet}
own_key: anything
---
"""
    assert examine(card, "dataset") == ([], [])
    commit(api, "README.md", card.encode())
    info = api.repo_info(REPO, repo_type="dataset")
    assert info.tags == ["code", "lua"]
    assert info.card_data["pretty_name"] == "Lua"  # type: ignore[index]


@pytest.mark.parametrize("fault", [fail_after, drop_after])
def test_a_fault_after_the_work_loses_only_the_answer(hub: standin.Standin, api: HfApi, fault: object) -> None:
    hub.faults.plan(fault("commit"))  # type: ignore[operator]
    with pytest.raises(Exception, match=r"500|disconnected"):
        commit(api, "a.txt")
    assert "a.txt" in names(api)


def test_a_fault_is_gone_after_its_turn(hub: standin.Standin, api: HfApi) -> None:
    hub.faults.plan(fail_before("commit", status=503))
    with pytest.raises(HfHubHTTPError):
        commit(api, "a.txt")
    commit(api, "b.txt")
    assert names(api) == [".gitattributes", "b.txt"]


def test_a_trusted_publisher_writes_to_its_own_repository_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    with standin.serve(tmp_path / "hub", identities={"workflow": f"datasets/{REPO}"}) as hub:
        owner = HfApi(endpoint=hub.endpoint, token=hub.token)
        for name in (REPO, "org/other"):
            owner.create_repo(name, repo_type="dataset")
        wanted = {"subject_token": "workflow", "resource": f"datasets/{REPO}"}
        status, reply = ask(hub, "/oauth/token", "POST", json.dumps(wanted).encode())
        assert status == 200
        publisher = HfApi(endpoint=hub.endpoint, token=json.loads(reply)["access_token"])
        commit(publisher, "a.txt")
        with pytest.raises(HfHubHTTPError):
            publisher.create_commit(
                "org/other", [CommitOperationAdd("a", b"a")], commit_message="x", repo_type="dataset"
            )
        for stranger in ({**wanted, "subject_token": "?"}, {**wanted, "resource": "datasets/org/other"}):
            assert ask(hub, "/oauth/token", "POST", json.dumps(stranger).encode())[0] == 400


class Stop(ConnectionError):
    """The end of a server, as it looks to the code that was running."""


def small_life(hub: standin.Standin) -> None:
    """A repository from its creation to a merged pull request, without any client's retries."""

    def post(path: str, *lines: dict[str, object]) -> None:
        body = "\n".join(map(json.dumps, lines)).encode()
        assert ask(hub, path, "POST", body, **bearer(hub))[0] == 200

    def change(path: str, name: str, large: bytes) -> None:
        oid = sha256(large).hexdigest()
        if address := upload_address(hub, oid, len(large)):
            assert ask(hub, address, "PUT", large)[0] == 200
        small = {"path": f"{name}.txt", "content": b64encode(name.encode()).decode(), "encoding": "base64"}
        entry = {"path": f"{name}.parquet", "algo": "sha256", "oid": oid, "size": len(large)}
        files: list[dict[str, object]] = [{"key": "file", "value": small}, {"key": "lfsFile", "value": entry}]
        post(path, {"key": "header", "value": {"summary": name}}, *files)

    post("/api/repos/create", {"type": "dataset", "organization": "org", "name": "data"})
    change(f"/api/datasets/{REPO}/commit/main", "first", b"1" * 5000)
    post(f"/api/datasets/{REPO}/tag/main", {"tag": "v1"})
    change(f"/api/datasets/{REPO}/commit/main?create_pr=1", "second", b"2" * 5000)
    post(f"/api/datasets/{REPO}/discussions/1/merge", {})


def examine_store(root: Path) -> int:
    """Read everything that a reference leads to; returns the number of commits."""
    store, seen = Store(root), 0
    for repository in store.every("datasets"):
        for sha in repository.visible(repository.state()):
            seen += 1
            for entry in repository.commit(sha).tree.values():
                assert sha256(b"".join(store.objects.read(entry.sha256))).hexdigest() == entry.sha256
    store.close()
    return seen


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_stopped_at_any_of_its_renames_leaves_a_whole_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    rename, commits = os.replace, []
    for point in range(100):
        left = point

        def stopping(source: str, target: str) -> None:
            nonlocal left
            left -= 1
            if left == -1 and moment == "before":
                raise Stop
            rename(source, target)
            if left == -1:
                raise Stop

        with monkeypatch.context() as patched, standin.serve(tmp_path / str(point)) as hub:
            patched.setattr(os, "replace", stopping)
            try:
                small_life(hub)
            except OSError:  # the connection that the stop has cut
                assert left == -1
        read_commit.cache_clear()
        commits.append(examine_store(tmp_path / str(point)))
        if left >= 0:
            break
    assert commits == sorted(commits)
    assert set(commits) == {0, 1, 2, 3, 4}
    assert len(commits) > 12


def serve_process(root: Path) -> tuple[subprocess.Popen[str], standin.Standin]:
    """`langlift hub serve` in a process of its own."""
    command = [sys.executable, "-c", "from toolkit.cli import script; script()", "hub", "serve", "--root", str(root)]
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(root)}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env=variables, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout
    exports: dict[str, str] = {}
    while "HF_HUB_DISABLE_UPDATE_CHECK" not in exports:
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        name, _, value = line.strip().removeprefix("export ").partition("=")
        exports[name] = value
    return process, standin.Standin(exports["HF_ENDPOINT"], exports["HF_TOKEN"], standin.Faults())


def stop(process: subprocess.Popen[str]) -> str:
    """Interrupt a server, and return what it said on stderr."""
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=60)[1]


def test_the_command_serves_says_what_it_is_and_stops(tmp_path: Path) -> None:
    process, hub = serve_process(tmp_path / "hub")
    assert hub.endpoint.startswith("http://127.0.0.1:")
    assert HfApi(endpoint=hub.endpoint, token=hub.token).whoami()["name"] == "rehearsal"
    assert "a local stand-in, not the Hugging Face Hub" in stop(process)
    assert process.returncode == 130


def test_a_root_is_served_once(hub: standin.Standin, tmp_path: Path) -> None:
    with pytest.raises(standin.InUse) as refused, standin.serve(tmp_path / "hub"):
        pass
    assert refused.value.exit_code == 4


def committing(hub: standin.Standin, done: list[str], ended: threading.Event) -> None:
    """Commit a file after another until the server is gone; `done` are those that were answered."""
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    draw = random.Random(len(done))
    try:
        while True:
            name = f"{len(done):04}-{draw.random()}.parquet"
            commit(api, name, draw.randbytes(200_000))
            done.append(name)
    except Exception:
        ended.set()


def test_a_server_killed_at_any_moment_leaves_a_whole_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("huggingface_hub.lfs.http_backoff", impatient)
    monkeypatch.setattr("huggingface_hub._commit_api.http_backoff", impatient)
    done: list[str] = []
    draw = random.Random(1)
    for turn in range(6):
        process, hub = serve_process(tmp_path / "hub")
        api = HfApi(endpoint=hub.endpoint, token=hub.token)
        api.create_repo(REPO, repo_type="dataset", exist_ok=True)
        there = names(api)
        assert set(done) <= set(there), "a commit that was answered is lost"
        folder = tmp_path / f"copy-{turn}"
        api.snapshot_download(REPO, repo_type="dataset", local_dir=folder)
        checked = api.verify_repo_checksums(REPO, repo_type="dataset", local_dir=folder)
        assert (checked.mismatches, checked.missing_paths) == ([], [])
        ended, answered = threading.Event(), len(done)
        writer = threading.Thread(target=committing, args=(hub, done, ended), daemon=True)
        writer.start()
        while len(done) == answered and not ended.is_set():
            time.sleep(0.01)
        time.sleep(draw.random() * 0.3)  # somewhere in the middle of a commit
        process.kill()
        process.communicate()
        writer.join(60)
    assert len(done) >= 6


def impatient(method: str, url: str, **more: object) -> object:
    """One attempt: the server of this test does not come back."""
    from huggingface_hub.utils import http_backoff

    return http_backoff(method, url, max_retries=0, **more)  # type: ignore[arg-type]


def peak_memory(process: subprocess.Popen[str]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10  # type: ignore[index]


def test_the_servers_memory_does_not_grow_with_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    process, hub = serve_process(tmp_path / "hub")
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO, repo_type="dataset")
    commit(api, "small.parquet", b"x" * 1000)
    before = peak_memory(process)
    large = tmp_path / "large.parquet"
    with large.open("wb") as file:
        file.truncate(300 << 20)
    api.upload_file(path_or_fileobj=large, path_in_repo="large.parquet", repo_id=REPO, repo_type="dataset")
    copy = api.hf_hub_download(REPO, "large.parquet", repo_type="dataset", local_dir=tmp_path / "copy")
    assert Path(copy).stat().st_size == 300 << 20
    assert peak_memory(process) - before < 32 << 20
    stop(process)


def test_the_hf_command_uploads_and_downloads(hub: standin.Standin, tmp_path: Path) -> None:
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    (tmp_path / "folder" / "a.txt").write_text("a")
    (tmp_path / "folder" / "sub" / "b.parquet").write_bytes(b"PAR1" * 100)
    run = """
        import subprocess, sys
        from pathlib import Path
        hf = str(Path(sys.executable).with_name("hf"))
        def call(*arguments):
            done = subprocess.run([hf, *arguments], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout
        print(call("auth", "whoami"))
        call("repos", "create", "org/cli", "--type", "dataset")
        call("upload", "org/cli", sys.argv[1], "--repo-type", "dataset", "--commit-message", "by hf")
        call("repos", "tag", "create", "org/cli", "v1", "--type", "dataset")
        call("download", "org/cli", "--repo-type", "dataset", "--revision", "v1", "--local-dir", sys.argv[2])
    """
    assert "rehearsal" in client(hub, tmp_path, run, str(tmp_path / "folder"), str(tmp_path / "copy"))
    assert (tmp_path / "copy" / "sub" / "b.parquet").read_bytes() == b"PAR1" * 100
    assert (tmp_path / "copy" / "a.txt").read_text() == "a"


def test_datasets_pushes_loads_by_tag_and_streams(hub: standin.Standin, tmp_path: Path) -> None:
    push_it = """
        from datasets import Dataset, DatasetDict
        from huggingface_hub import create_tag
        for name in ("lua", "ocaml"):
            split = lambda n: Dataset.from_dict({"id": list(range(n)), "language": [name] * n})
            DatasetDict(train=split(20), test=split(5)).push_to_hub("org/sets", name)
        create_tag("org/sets", tag="v1", repo_type="dataset")
        Dataset.from_dict({"id": [1], "language": ["newer"]}).push_to_hub("org/sets", "lua", split="train")
    """
    client(hub, tmp_path, push_it)
    load_it = """
        from datasets import get_dataset_config_names, load_dataset
        print(get_dataset_config_names("org/sets", revision="v1"))
        lua = load_dataset("org/sets", "lua", revision="v1")
        print({name: len(rows) for name, rows in lua.items()}, lua["train"][19])
        rows = load_dataset("org/sets", "ocaml", revision="v1", split="train", streaming=True)
        print(sum(1 for row in rows), next(iter(rows)))
        print(len(load_dataset("org/sets", "lua", split="train")))
    """
    (tmp_path / "other").mkdir()
    assert client(hub, tmp_path / "other", load_it).splitlines() == [
        "['lua', 'ocaml']",
        "{'train': 20, 'test': 5} {'id': 19, 'language': 'lua'}",
        "20 {'id': 0, 'language': 'ocaml'}",
        "1",
    ]


def test_transformers_pushes_and_loads_by_revision(hub: standin.Standin, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    run = """
        from huggingface_hub import create_tag
        from tokenizers import Tokenizer, models, pre_tokenizers
        from transformers import AutoConfig, AutoTokenizer, LlamaConfig, PreTrainedTokenizerFast
        model = Tokenizer(models.WordLevel({"[UNK]": 0, "local": 1, "end": 2}, unk_token="[UNK]"))
        model.pre_tokenizer = pre_tokenizers.Whitespace()
        PreTrainedTokenizerFast(tokenizer_object=model, unk_token="[UNK]").push_to_hub("org/tiny")
        LlamaConfig(hidden_size=32).push_to_hub("org/tiny")
        create_tag("org/tiny", tag="v1")
        LlamaConfig(hidden_size=64).push_to_hub("org/tiny")
        tokenizer = AutoTokenizer.from_pretrained("org/tiny", revision="v1")
        print(tokenizer("local end what")["input_ids"])
        print([AutoConfig.from_pretrained("org/tiny", revision=r).hidden_size for r in ("v1", "main")])
    """
    assert client(hub, tmp_path, run).splitlines() == ["[1, 2, 0]", "[32, 64]"]


@pytest.mark.parametrize(
    "line",
    [
        {"key": "file", "value": [1]},
        {"key": "header", "value": "text"},
        {"key": "file", "value": {"path": "a" * 300, "content": "x"}},
        {"key": "lfsFile", "value": {"path": "a", "oid": "../../../../etc/hostname"}},
        {"key": "lfsFile", "value": {"path": "a", "oid": "/etc/hostname"}},
        {"key": "lfsFile", "value": {"path": "a", "oid": "a" * 300}},
    ],
)
def test_a_commit_that_is_none_is_refused_in_words(hub: standin.Standin, api: HfApi, line: object) -> None:
    lines = [{"key": "header", "value": {"summary": "x"}}, line]
    body = "\n".join(map(json.dumps, lines)).encode()
    before = head(api)
    assert ask(hub, f"/api/datasets/{REPO}/commit/main", "POST", body, **bearer(hub))[0] == 400
    assert head(api) == before


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"/api/datasets/{REPO}/preupload/main", {"files": [1]}),
        (f"/api/datasets/{REPO}/preupload/main", {"files": [{"path": "a", "size": "many"}]}),
        (f"/datasets/{REPO}.git/info/lfs/objects/batch", {"objects": [1]}),
        (f"/datasets/{REPO}.git/info/lfs/objects/verify", {"oid": "../../../../etc/hostname"}),
        ("/api/repos/create", {"name": "a/b/c", "type": "dataset"}),
    ],
)
def test_a_request_of_the_wrong_form_is_refused_in_words(
    hub: standin.Standin, api: HfApi, path: str, value: object
) -> None:
    assert ask(hub, path, "POST", json.dumps(value).encode(), **bearer(hub))[0] == 400


def test_a_repository_named_by_a_path_is_not_found(hub: standin.Standin, api: HfApi) -> None:
    for name in ("..%2F..%2Fdatasets%2Forg/data", "a" * 300 + "/b"):
        assert ask(hub, f"/api/datasets/{name}", **bearer(hub))[0] == 404


def test_a_port_in_use_and_a_root_that_can_not_be_made_are_told(
    hub: standin.Standin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = hub.endpoint.rsplit(":", 1)[1]
    assert main(["hub", "serve", "--root", str(tmp_path / "other"), "--port", port]) == 3
    assert f"port {port}" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["hub", "serve", "--root", str(tmp_path / "file" / "root")]) == 3
    assert str(tmp_path / "file" / "root") in capsys.readouterr().err
    assert main(["hub", "serve", "--root", str(tmp_path / "other"), "--port", "70000"]) == 2
