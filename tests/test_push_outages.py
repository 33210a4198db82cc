"""Hubs that stop, refuse or talk nonsense, and machines that lack something: told in a line, mended by a rerun."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from push_cases import REPO, describe, environment, history, langlift, tags

import push
from push import standin
from push.standin.exchange import Answer, Refusal
from push.standin.faults import Fault, drop_before, fail_before
from push.standin.routes import ROUTES

# huggingface_hub 2.4 uploads with an argument that its own HTTP library has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
ALWAYS = 10**6
ROUTES_OF_A_PUSH = (
    *("info", "refs", "create", "tree", "preupload", "lfs-batch", "lfs-upload", "lfs-verify", "commit", "resolve"),
    "tag",
)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[standin.Standin]:
    with standin.serve(tmp_path / "hub", identities={"of-another": "datasets/other/name"}) as running:
        yield running


class Raw(Refusal):
    """Any answer at all in place of the right one."""

    def __init__(self, status: int, content: bytes, kind: str) -> None:
        super().__init__(status, "")
        self.given = Answer(status, {"Content-Type": kind}, content)

    def answer(self) -> Answer:
        return self.given


def refuse(status: int, **headers: str) -> Callable[[], None]:
    def act() -> None:
        raise Refusal(status, f"refused with {status}", headers={k.replace("_", "-"): v for k, v in headers.items()})

    return act


def say(content: bytes, status: int = 200, kind: str = "application/json") -> Callable[[], None]:
    def act() -> None:
        raise Raw(status, content, kind)

    return act


def finishes(door: push.Hub, folder: Path) -> None:
    """A rerun publishes the release as if nothing had been."""
    push.upload(push.plan(folder, door), door)
    assert history(door) == ["Release v0.1.0", "initial commit"]
    assert list(tags(door)) == ["v0.1.0"]
    assert push.verify(f"{REPO}@v0.1.0", door).defects == ()


PAGE = say(b"<html>Welcome</html>", kind="text/html")


@pytest.mark.parametrize(
    ("act", "moment"),
    [(PAGE, "before"), (PAGE, "after"), (say(b"[1]"), "before"), (say(b"{}"), "before"), (refuse(403), "before")],
    ids=["a page", "a page after the work", "a list", "an empty object", "403"],
)
@pytest.mark.parametrize("route", ROUTES_OF_A_PUSH)
def test_an_answer_that_is_none_of_a_hub_is_told_and_a_rerun_finishes(
    hub: standin.Standin, door: push.Hub, folder: Path, route: str, act: Callable[[], None], moment: str
) -> None:
    hub.faults.plan(Fault(route, **{moment: act}, times=ALWAYS))
    error = None
    try:
        push.upload(push.plan(folder, door), door)
    except push.PushError as told:
        error = told
    if error is None:
        assert route in ("create", "preupload", "lfs-upload", "lfs-verify", "commit", "tag"), "it must be understood"
    else:
        assert error.exit_code == 3 or isinstance(error, push.BadRelease)
        assert len(str(error)) < 1000
        assert "\n" not in str(error) or isinstance(error, push.BadRelease)
    hub.faults.waiting.clear()
    finishes(door, folder)


@pytest.mark.parametrize("route", ["info", "refs", "create", "commit", "tag"])
def test_a_hub_that_stops_at_a_step_is_told_and_a_rerun_finishes(
    hub: standin.Standin, door: push.Hub, folder: Path, route: str
) -> None:
    def stop() -> None:
        for each in {each.name for each in ROUTES}:
            hub.faults.plan(drop_before(each, times=ALWAYS))
        raise Refusal(503, "going down")

    hub.faults.plan(Fault(route, before=stop))
    with pytest.raises(push.HubTrouble) as told:
        push.upload(push.plan(folder, door), door)
    assert "run the same command again" in told.value.help
    hub.faults.waiting.clear()
    if route not in ("info", "create"):
        assert tags(door) == {}
    finishes(door, folder)


def test_a_hub_that_asks_for_a_pause_is_told_with_its_length(
    hub: standin.Standin, door: push.Hub, folder: Path
) -> None:
    hub.faults.plan(Fault("info", before=refuse(429, Retry_After="77")))
    with pytest.raises(push.HubTrouble, match="asks for a pause of 77 s"):
        push.plan(folder, door)


def test_a_hub_that_asks_for_a_short_pause_is_waited_for(hub: standin.Standin, door: push.Hub, folder: Path) -> None:
    hub.faults.plan(Fault("tree", before=refuse(429, Retry_After="0")))
    finishes(door, folder)
    assert hub.faults.waiting == []  # it was refused once


def test_a_server_that_is_no_hub_is_told(hub: standin.Standin, door: push.Hub, folder: Path) -> None:
    hub.faults.plan(Fault("info", before=say(b"no such page", status=404, kind="text/plain")))
    with pytest.raises(push.HubTrouble, match="not found") as told:
        push.plan(folder, door)
    assert "HF_ENDPOINT" in told.value.help


def test_an_error_with_a_body_of_another_form_names_its_status(
    hub: standin.Standin, door: push.Hub, folder: Path
) -> None:
    hub.faults.plan(Fault("info", before=say(b"[1]", status=500)))
    with pytest.raises(push.HubTrouble, match="answered 500"):
        push.plan(folder, door)


def test_remarks_on_a_retry_hold_no_query_of_an_address(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    hub.faults.plan(fail_before("lfs-upload", status=503))
    code, _, err = langlift(["push", str(folder), "--yes"], environment(hub, tmp_path / "home"))
    assert code == 0
    assert "thrown while requesting PUT" in err
    assert "?" not in err


@pytest.mark.parametrize("change", [{"HF_HOME": "/proc/none"}, {"HF_HOME": ""}, {"HF_HOME": None, "HOME": None}])
def test_no_home_to_write_into_is_no_hindrance(
    hub: standin.Standin, folder: Path, tmp_path: Path, change: dict[str, str | None]
) -> None:
    given = {**environment(hub, tmp_path / "home"), **change}
    variables = {name: value for name, value in given.items() if value is not None}
    for arguments in (["plan", str(folder)], ["push", str(folder), "--yes"], ["verify", f"{REPO}@v0.1.0"]):
        code, _, err = langlift(arguments, variables)
        assert code == 0, err


def error_of(arguments: list[str], variables: dict[str, str]) -> tuple[int, str]:
    code, _, err = langlift(arguments, variables)
    assert "Traceback" not in err, err
    return code, "".join(line for line in err.splitlines(keepends=True) if line.startswith(("error: ", "help: ")))


def test_a_token_without_the_right_to_write_is_told_and_leaves_nothing(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    identity = {"HF_OIDC_RESOURCE": "datasets/other/name", "HF_OIDC_ID_TOKEN": "of-another"}
    variables = {**environment(hub, tmp_path / "home"), **identity}
    code, err = error_of(["push", str(folder), "--yes"], variables)
    assert (code, "does not allow it" in err, "may write" in err) == (3, True, True), err
    assert not door.api.repo_exists(REPO, repo_type="dataset")
    door.api.create_repo(REPO, repo_type="dataset", private=True)
    assert error_of(["push", str(folder), "--yes"], variables)[0] == 3
    assert history(door) == ["initial commit"]


def test_an_identity_that_is_not_trusted_is_told(hub: standin.Standin, folder: Path, tmp_path: Path) -> None:
    identity = {"HF_OIDC_RESOURCE": "datasets/org/lua", "HF_OIDC_ID_TOKEN": "an-odd-identity"}
    code, err = error_of(["push", str(folder), "--yes"], {**environment(hub, tmp_path / "home"), **identity})
    assert (code, "HF_OIDC_RESOURCE" in err, "an-odd-identity" in err) == (3, True, False), err


def test_what_is_private_or_gated_is_told_to_who_has_no_token(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    push.upload(push.plan(folder, door), door)
    variables = environment(hub, tmp_path / "home")
    del variables["HF_TOKEN"]
    code, err = error_of(["verify", f"{REPO}@v0.1.0"], variables)
    assert (code, "a private one needs HF_TOKEN" in err) == (2, True), err
    door.api.update_repo_settings(REPO, repo_type="dataset", private=False, gated="manual")
    code, err = error_of(["verify", f"{REPO}@v0.1.0"], variables)
    assert (code, "on request only" in err, "ask for access" in err) == (3, True, True), err


@pytest.mark.parametrize("name", ["org/a--b", "org/data.git", "org/a..b", "org/a-"])
def test_a_name_that_the_hub_does_not_take_is_told(door: push.Hub, folder: Path, name: str) -> None:
    path = folder / "release.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "repo": name}))
    with pytest.raises(push.PushError, match=name.split("/")[1]) as told:
        push.plan(folder, door)
    assert told.value.exit_code == 2


def on_a_full_disk(arguments: list[str], variables: dict[str, str], place: Path) -> subprocess.CompletedProcess[str]:
    """`langlift` with a TMPDIR of 40 KiB, in a mount namespace of its own."""
    place.mkdir(exist_ok=True)
    inner = 'mount -t tmpfs -o size=40k tmpfs "$TMPDIR" || exit 77; exec "$@"'
    langlift = [sys.executable, "-c", "from toolkit.cli import script; script()", *arguments]
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inner, "sh", *langlift]
    return subprocess.run(command, env={**variables, "TMPDIR": str(place)}, capture_output=True, text=True, timeout=120)


def test_a_full_disk_is_told_nothing_is_tagged_and_a_rerun_finishes(
    hub: standin.Standin, door: push.Hub, folder: Path, tmp_path: Path
) -> None:
    (folder / "notes.bin").write_bytes(os.urandom(100_000))
    describe(folder)
    variables = environment(hub, tmp_path / "home")
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not here: it gives the command a small disk")
    done = on_a_full_disk(["push", str(folder), "--yes"], variables, tmp_path / "small")
    if "mount" in done.stderr.split(":")[0] or done.stderr.startswith("unshare:"):
        pytest.skip(f"this machine gives no namespace to mount in: {done.stderr.strip()}")
    assert (done.returncode, "no space left" in done.stderr, "TMPDIR" in done.stderr) == (3, True, True), done.stderr
    assert "Traceback" not in done.stderr
    assert tags(door) == {}
    finishes(door, folder)
    done = on_a_full_disk(["verify", f"{REPO}@v0.1.0"], variables, tmp_path / "small")
    assert (done.returncode, "no space left" in done.stderr) == (3, True), done.stderr
