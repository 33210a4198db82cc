"""The script that makes the virtual environment of `make demo` and `make test`."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / ".ci" / "environment"
BACKEND = """
import zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "tiny-1.dist-info"
    with zipfile.ZipFile(f"{folder}/tiny-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", f"tiny.py,,\\n{info}/METADATA,,\\n{info}/WHEEL,,\\n{info}/RECORD,,\\n")
    return "tiny-1-py3-none-any.whl"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that installs without a network."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "backend.py").write_text(BACKEND)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "tiny"\nversion = "1"\n'
    )
    return folder


def make(folder: Path, project: Path) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(SCRIPT), sys.executable, str(folder), str(project)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def works(folder: Path) -> bool:
    return subprocess.run([folder / "bin" / "python", "-c", "import pip, tiny"], capture_output=True).returncode == 0


@pytest.mark.parametrize("state", ["nothing", "no pip", "no interpreter", "a broken interpreter", "empty"])
def test_an_environment_that_was_half_made_is_made_again(tmp_path: Path, project: Path, state: str) -> None:
    folder = tmp_path / ".venv"
    if state == "empty":
        folder.mkdir()
    elif state != "nothing":
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    if state == "no interpreter":
        for path in (folder / "bin").iterdir():
            path.unlink()
    if state == "a broken interpreter":
        (folder / "bin" / "python").unlink()
        (folder / "bin" / "python").symlink_to(tmp_path / "removed")
    done = make(folder, project)
    assert done.returncode == 0, done.stderr
    assert works(folder)
    assert ("making it again" in done.stdout) == (state not in ("nothing", "empty"))
    (folder / "mark").touch()
    assert make(folder, project).returncode == 0
    assert (folder / "mark").exists()  # a whole one is kept


def test_a_folder_that_is_no_environment_is_named_and_left_alone(tmp_path: Path, project: Path) -> None:
    folder = tmp_path / ".venv"
    folder.mkdir()
    (folder / "letters.txt").write_text("mine")
    done = make(folder, project)
    assert done.returncode == 3
    assert f"{folder} is no virtual environment" in done.stderr
    assert (folder / "letters.txt").read_text() == "mine"
