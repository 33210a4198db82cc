"""What is made once of a toolchain is kept while it is used."""

import os
import time
from pathlib import Path

import pytest

from toolkit.languages import prepared

DAY = 86_400
FILES = {"prepare.sh": b'echo "$1" > made\n'}


def aged(path: str, days: float) -> str:
    os.utime(path, times=(time.time() - days * DAY,) * 2)
    return path


def test_what_nobody_used_for_long_goes_when_another_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    unused, used, recent, other = (
        prepared.folder(name, [fact], FILES, "x") or "not made"
        for name, fact in (("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"))
    )
    for each, days in ((unused, 40), (used, 40), (recent, 20), (other, 40)):
        aged(each, days)
    assert prepared.folder("a", ["2"], FILES, "x") == used
    made = prepared.folder("a", ["4"], FILES, "x") or "not made"
    assert Path(made, "made").read_text() == "x\n"
    assert [Path(each).exists() for each in (unused, used, recent, other)] == [False, True, True, True]
