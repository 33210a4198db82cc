"""What a person meets when a push or a verification can not go on: one clear line, the right exit code, no secret."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from push_cases import CARD, REPO, describe, environment, history, langlift, make_release, tags

import push
from push import standin
from push.address import fault_of_address
from push.digests import sha256_of
from push.standin.faults import Fault, overtake

# huggingface_hub 2.4 uploads with an argument that its own HTTP library has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
PASSWORD = "open-sesame-and-close"


def told(arguments: list[str], variables: dict[str, str], code: int = 3) -> str:
    """What a command says on stderr: an error and its remedy, never a traceback."""
    found, out, err = langlift(arguments, variables)
    assert "Traceback" not in err, err
    assert found == code, err
    assert err.count("error: ") == 1
    assert "\nhelp: " in err
    assert PASSWORD not in out + err
    return err


@pytest.mark.parametrize("token", ["x", "wrong", "fifteen-letters"])
def test_a_token_that_is_a_common_word_is_not_found_as_a_leak(folder: Path, token: str) -> None:
    (folder / "README.md").write_text(f"{CARD}wrong x fifteen-letters\n")
    describe(folder)
    assert push.check(folder, secrets=[token]) == []
    assert [str(each) for each in push.check(folder, secrets=["fifteen-letters\n"])] == [
        "README.md: credential (the Hub token of this machine in line 7)"
    ]


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("", "is empty"),
        ("hub.local", "does not begin with http"),
        ("http://", "does not begin with http"),
        ("ftp://hub.local", "does not begin with http"),
        ("http://127.0.0.1:99999", "port"),
        ("http://127.0.0.1:http", "port"),
        ("http://[::1", "brackets"),
        ("http://hub..local", "names no host"),
        ("http://" + "a" * 64, "names no host"),
        ("http://hub local", "spaces"),
        ("http://hüb.local", "beyond ASCII"),
        ("http://hub.local?x", "question mark"),
        (f"http://user:{PASSWORD}@127.0.0.1:9", "password"),
        (f"http://user:{PASSWORD}@[::1", "password"),
    ],
)
def test_an_endpoint_that_can_be_none_is_refused_by_its_variable_and_not_shown(
    folder: Path, tmp_path: Path, address: str, fault: str
) -> None:
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HF_ENDPOINT": address, "HF_TOKEN": "rehearsal"}
    err = told(["push", str(folder), "--yes"], {**variables, "PYTHONPATH": os.getcwd()})
    assert fault in err.splitlines()[0]
    assert err.startswith("error: HF_ENDPOINT ")
    with pytest.raises(push.HubTrouble) as refused:
        push.open_hub(address or "/", "a-token")
    assert PASSWORD not in str(refused.value) + refused.value.help


@pytest.mark.parametrize("address", ["https://huggingface.co", "http://[::1]:80", "HTTP://hub.local:8900/mirror/"])
def test_an_endpoint_of_another_form_is_taken(address: str) -> None:
    assert fault_of_address(address) == ""


@pytest.mark.parametrize("token", ["hf_größe", "hf_two words", "hf_\x01odd"])
@pytest.mark.parametrize("place", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "file"])
def test_a_token_that_no_header_can_carry_is_refused_by_its_source(
    hub: standin.Standin, folder: Path, tmp_path: Path, token: str, place: str
) -> None:
    variables = environment(hub, tmp_path / "home")
    del variables["HF_TOKEN"]
    if place == "file":
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "token").write_bytes(token.encode("latin-1"))
    else:
        variables[place] = token
    for arguments in (["plan", str(folder)], ["push", str(folder), "--yes"]):
        err = told(arguments, variables)
        assert ("home/token" if place == "file" else place) in err.splitlines()[0]
        assert token not in err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HF_HUB_DOWNLOAD_TIMEOUT", "soon"),
        ("HTTP_PROXY", f"gopher://user:{PASSWORD}@proxy"),
        ("HTTP_PROXY", "http://[::1"),
        ("ALL_PROXY", f"socks5://user:{PASSWORD}@proxy"),
        ("SSL_CERT_FILE", "/nowhere"),
    ],
)
def test_a_variable_that_the_client_can_not_use_is_named(
    hub: standin.Standin, folder: Path, tmp_path: Path, name: str, value: str
) -> None:
    assert name in told(["plan", str(folder)], environment(hub, tmp_path / "home", **{name: value}))


def set_manifest(folder: Path, text: str) -> None:
    (folder / "release.json").write_text(text)


def with_facts(folder: Path, facts: object, name: str = "README.md") -> str:
    value = json.loads((folder / "release.json").read_text())
    return json.dumps({**value, "files": {**value["files"], name: facts}})


GOOD = {"sha256": "0" * 64, "size": 1}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({**GOOD, "size": -1}, "files['README.md'].size must be a number of bytes, not -1"),
        ({**GOOD, "size": True}, ".size must be"),
        ({**GOOD, "size": 1.0}, ".size must be"),
        ({**GOOD, "size": 10**30}, ".size must be"),
        ({**GOOD, "rows": "x", "row_set": "0" * 64}, ".rows must be a number of rows, not 'x'"),
        ({**GOOD, "rows": -1, "row_set": "0" * 64}, ".rows must be"),
        ({**GOOD, "rows": [1], "row_set": "0" * 64}, ".rows must be"),
        ({**GOOD, "rows": 1}, ".row_set is missing"),
        ({**GOOD, "rows": 1, "row_set": {}}, ".row_set must be"),
        ({**GOOD, "sha256": 7}, ".sha256 must be"),
        ({"sha256": "0" * 64}, ".size is missing"),
        ({"size": 1}, ".sha256 is missing"),
        ([], "files['README.md'] must be an object"),
        (None, "files['README.md'] must be an object"),
    ],
)
def test_verify_finds_what_is_wrong_in_the_facts_of_a_file(folder: Path, facts: object, field: str) -> None:
    set_manifest(folder, with_facts(folder, facts))
    [defect] = push.verify(str(folder)).defects
    assert (defect.path, defect.problem) == ("release.json", "wrong")
    assert field in defect.detail


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "a/../../x", "./x", "a//b", "a/", "", ".", "..", ".git/config", "a\\b", "a\0b", "\ud800",
     "\x1b[2J", "x" * 300, "/".join(["x"] * 600), "release.json"],
)  # fmt: skip
def test_verify_finds_a_path_that_is_none_of_a_release(folder: Path, name: str) -> None:
    set_manifest(folder, with_facts(folder, GOOD, name))
    [defect] = push.verify(str(folder)).defects
    assert "is not the path of a file in the release" in defect.detail
    assert str(defect).isprintable()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("\ufffe", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"size": ' + "9" * 5000 + "}", "not JSON"),
        ('{"files": {}, "files": {}}', "'files' stands twice"),
        ("[]", "must be an object"),
        ("null", "must be an object"),
        ('{"repo": ["org/name"]}', "\"repo\" must be org/name, not ['org/name']"),
        ("{}", '"schema" is missing'),
    ],
)
def test_verify_finds_a_release_json_that_can_not_be_read(
    hub: standin.Standin, folder: Path, tmp_path: Path, text: str, field: str
) -> None:
    set_manifest(folder, text)
    code, out, err = langlift(["verify", str(folder)], environment(hub, tmp_path / "home"))
    assert (code, "Traceback" in err) == (1, False), err
    assert f"release.json: wrong ({field}" in out or field in out
    assert field in told(["push", str(folder), "--yes"], environment(hub, tmp_path / "home"), code=1)


def spoilt(value: object) -> Iterator[object]:
    """Every value of JSON with one of its parts replaced, left out, or put where it does not belong."""
    yield from (None, True, -1, 1.5, "", "../x", [], {}, [value], {"x": value}, 10**400)
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: each for name, each in value.items() if name != key}
            yield {**value, f"../{key}": part}
            for other in spoilt(part):
                yield {**value, key: other}


def looked_at(value: Any) -> object:
    """What `push` goes by; None where it is not there in full."""
    try:
        facts = {
            name: [each["sha256"], each["size"], each.get("rows"), each.get("row_set")]
            for name, each in value["files"].items()
        }
        return [value[key] for key in ("schema", "repo", "kind", "version", "private")], facts
    except (TypeError, KeyError, AttributeError):
        return None


def test_no_part_of_a_release_json_brings_a_bug_to_light(folder: Path) -> None:
    value = json.loads((folder / "release.json").read_text())
    tried = 0
    for each in spoilt(value):
        set_manifest(folder, json.dumps(each))
        found = push.verify(str(folder)).defects
        assert bool(found) == (looked_at(each) != looked_at(value)), each
        assert all(str(defect).isprintable() for defect in found)
        tried += 1
    assert tried > 250


def test_a_wrong_release_json_is_a_finding_in_json_too(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    set_manifest(folder, with_facts(folder, {**GOOD, "size": -1}))
    code, out, _ = langlift(["verify", str(folder), "--json"], environment(hub, tmp_path / "home"))
    found = json.loads(out)
    assert (code, found["repo"], found["files"], found["rows"]) == (1, None, 0, 0)
    assert [(each["path"], each["problem"]) for each in found["defects"]] == [("release.json", "wrong")]


def test_a_wrong_release_json_on_a_hub_is_a_finding(door: push.Hub) -> None:
    door.api.create_repo(REPO, repo_type="dataset")
    door.api.create_commit(
        REPO, [CommitOperationAdd("release.json", b'{"files": 3}')], commit_message="odd", repo_type="dataset"
    )
    found = push.verify(f"{REPO}@main", door)
    assert len(found.commit) == 40
    assert any("files" in defect.detail for defect in found.defects)


def test_rows_that_can_not_be_read_are_a_finding(folder: Path) -> None:
    path = folder / "lua" / "odd.parquet"
    parquet.write_table(pa.table({"at": pa.array([0], pa.timestamp("s"))}), path)
    facts = {"sha256": sha256_of(path), "size": path.stat().st_size, "rows": 1, "row_set": "0" * 64}
    set_manifest(folder, with_facts(folder, facts, "lua/odd.parquet"))
    [defect] = push.verify(str(folder)).defects
    assert "has no canonical JSON" in defect.detail
    text = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))
    parquet.write_table(pa.table({"text": text, "nested": pa.array([{"a": 1}])}), path)
    facts |= {"sha256": sha256_of(path), "size": path.stat().st_size}
    set_manifest(folder, with_facts(folder, facts, "lua/odd.parquet"))
    assert {defect.path for defect in push.verify(str(folder)).defects} == {"lua/odd.parquet"}


def test_verify_of_a_tag_that_does_not_exist_names_those_that_do(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    variables = environment(hub, tmp_path / "home")
    door.api.create_repo(REPO, repo_type="dataset")
    err = told(["verify", f"{REPO}@v9.9.9"], variables, code=2)
    assert f"the tag v9.9.9 does not exist in {REPO}" in err
    assert "it has no tag yet" in err
    for version in ("0.2.0", "0.10.0", "0.9.0"):
        door.api.create_tag(REPO, tag=f"v{version}", repo_type="dataset")
    assert "its tags are v0.10.0, v0.9.0, v0.2.0\n" in told(["verify", f"{REPO}@v9.9.9"], variables, code=2)
    for number in range(20):
        door.api.create_tag(REPO, tag=f"v1.{number}.0", repo_type="dataset")
    assert "v1.10.0 and 13 more" in told(["verify", f"{REPO}@v9.9.9"], variables, code=2)


def test_verify_of_a_repository_of_the_other_kind_says_so(hub: standin.Standin, door: push.Hub, tmp_path: Path) -> None:
    door.api.create_repo(REPO, repo_type="model")
    err = told(["verify", f"{REPO}@v0.1.0"], environment(hub, tmp_path / "home"), code=2)
    assert f"{REPO} is a model" in err
    assert "--kind model" in err


def theirs(hub: standin.Standin, tag: str = "") -> Callable[[], None]:
    def commit() -> None:
        api = HfApi(endpoint=hub.endpoint, token=hub.token)
        api.create_commit(REPO, [CommitOperationAdd("theirs.txt", b"x")], commit_message="theirs", repo_type="dataset")
        if tag:
            api.create_tag(REPO, tag=tag, repo_type="dataset")

    return commit


@pytest.mark.parametrize("there_already", [False, True])
@pytest.mark.parametrize(
    ("tag", "remedy", "other"),
    [
        ("", "the version is still free, push again", "raise"),
        ("v0.1.0", "raise the version", "the version is still free"),
    ],
)
def test_a_conflict_names_the_remedy_of_its_case(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path, there_already: bool, tag: str, remedy: str,
    other: str
) -> None:  # fmt: skip
    if there_already:
        push.upload(push.plan(make_release(tmp_path / "first", "0.0.1", seed=9), door), door)
        hub.faults.plan(overtake("commit", by=theirs(hub, tag)))
    else:
        hub.faults.plan(Fault("create", after=theirs(hub, tag)))
    with pytest.raises(push.Conflict) as conflict:
        push.upload(push.plan(folder, door), door)
    assert remedy in conflict.value.help
    assert other not in conflict.value.help
    if not tag:  # and the remedy works
        assert push.upload(push.plan(folder, door), door).new_tag


def test_a_landed_release_is_found_by_its_tag_though_main_has_moved_on(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    push.upload(push.plan(make_release(tmp_path / "first", "0.0.1", seed=9), door), door)

    def another_machine() -> None:
        assert langlift(["push", str(folder), "--yes"], environment(hub, tmp_path / "home"))[0] == 0
        theirs(hub)()

    planned = push.plan(folder, door)
    hub.faults.plan(overtake("commit", by=another_machine))
    published = push.upload(planned, door)
    assert published.commit == tags(door)["v0.1.0"]
    assert history(door) == ["theirs", "Release v0.1.0", "Release v0.0.1", "initial commit"]


@pytest.mark.parametrize(
    ("target", "message", "remedy"),
    [
        ("", "what to verify is empty", "org/name@v0.1.0"),
        (" ", "' ' is neither a release folder nor org/name@tag", "org/name@v0.1.0"),
        ("org/name", "org/name is no folder, and names no tag", "org/name@v0.1.0"),
        ("org/name@", "org/name@ is no folder, and names no tag", "org/name@v0.1.0"),
        ("name@v1", "name@v1 is neither a release folder nor org/name@tag", "org/name@v0.1.0"),
        ("a/b/c@v1", "a/b/c@v1 is neither a release folder nor org/name@tag", "org/name@v0.1.0"),
        ("org/a\tb@v1", r"'org/a\tb@v1' is neither a release folder nor org/name@tag", "org/name@v0.1.0"),
        ("https://me:secret@hub/org/name", "an address names no release", "HF_ENDPOINT"),
        ("x" * 5000, "is neither a release folder", "org/name@v0.1.0"),
    ],
)
def test_verify_of_what_names_no_release_says_what_is_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, message: str, remedy: str
) -> None:
    monkeypatch.chdir(make_release(tmp_path / "here.and.there"))  # an empty path is the folder where one stands
    with pytest.raises(push.NotARelease) as told:
        push.verify(target)
    assert message in str(told.value)
    assert len(str(told.value)) < 1000
    assert remedy in told.value.help
    assert "secret" not in str(told.value) + told.value.help


def test_verify_of_a_file_asks_for_its_folder(folder: Path) -> None:
    with pytest.raises(push.NotARelease, match=r"release\.json is a file, and a release is a folder") as told:
        push.verify(str(folder / "release.json"))
    assert told.value.help == f"name the folder that holds release.json, such as {folder}"


def test_verify_of_a_folder_without_release_json_names_the_folder_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "with.dots").mkdir()
    monkeypatch.chdir(tmp_path / "with.dots")
    for name in (".", "./", "../with.dots"):
        with pytest.raises(push.NotARelease) as told:
            push.verify(name)
        assert str(told.value) == f"{name} is no release folder: it has no release.json"
