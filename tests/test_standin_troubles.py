"""The stand-in Hub in trouble: its disk is full, its token can not be one or is nobody else's business."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

import push
from push import standin
from push.hub import talking

# huggingface_hub 2.4 uploads with an argument that its own HTTP library has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
ROOT = Path(__file__).resolve().parent.parent
REPO = "org/full"
SERVE = "from toolkit.cli import script; script()"
TOKEN = "hf_rehearsal_of_a_push"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs `mount`")
    if done.returncode:
        pytest.skip(f"needs the right to mount a small disk: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_answered_with_words_and_serving_goes_on(
    small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    contents = {"large.bin": bytes(4 << 20), "small.txt": os.urandom(1 << 20).hex().encode() * 2}
    with standin.serve(small_disk / "hub") as hub:
        door = push.open_hub(hub.endpoint, hub.token)
        api = door.api
        api.create_repo(REPO, repo_type="dataset")
        for name, content in contents.items():
            operation = CommitOperationAdd(name, content)
            with pytest.raises(push.HubTrouble, match="answered 507: no space left on the disk"), talking(door, name):
                api.create_commit(REPO, [operation], commit_message="too much", repo_type="dataset")
        assert api.list_repo_files(REPO, repo_type="dataset") == [".gitattributes"]
        api.create_commit(REPO, [CommitOperationAdd("a.txt", b"a")], commit_message="fits", repo_type="dataset")
    assert "Traceback" not in capfd.readouterr().err


def serving(root: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SERVE, "hub", "serve", "--root", str(root), *arguments]
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(root.parent), **variables}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=own, stdout=pipe, stderr=pipe, text=True)


def test_the_token_may_come_from_the_environment_where_no_process_list_shows_it(tmp_path: Path) -> None:
    process = serving(tmp_path / "hub", LANGLIFT_HUB_TOKEN=TOKEN)
    assert process.stdout
    lines: list[str] = []
    while not lines or "UPDATE_CHECK" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1]
    endpoint = lines[0].split("=", 1)[1].strip()
    assert HfApi(endpoint=endpoint, token=TOKEN).whoami()["name"] == "rehearsal"
    if Path("/proc/self/cmdline").exists():
        assert TOKEN.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    process.send_signal(signal.SIGINT)
    assert TOKEN not in "".join(lines) + process.communicate(timeout=60)[1]


@pytest.mark.parametrize("token", ["two words", "größe", "tab\there", " ", "line\n"])
@pytest.mark.parametrize("form", ["option", "environment"])
def test_a_token_that_no_client_would_send_is_refused(tmp_path: Path, token: str, form: str) -> None:
    arguments, variables = (["--token", token], {}) if form == "option" else ([], {"LANGLIFT_HUB_TOKEN": token})
    process = serving(tmp_path / "hub", *arguments, **variables)
    try:
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 2, err
    assert "holds a character that no token has" in err
    assert "Traceback" not in out + err
    assert token.strip() == "" or token not in out + err
    assert not (tmp_path / "hub").exists()


def test_the_readme_hands_the_token_over_by_the_environment() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "LANGLIFT_HUB_TOKEN=" in text
    assert "--token" not in text
