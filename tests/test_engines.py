"""Every engine: the same answers, and no worker outlives its parent."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from toolkit.engines import ENGINES, Tell, open_engine
from toolkit.errors import EnvironmentTrouble, InputError, UnknownName

ROOT = Path(__file__).resolve().parent.parent


def square(number: int, tell: Tell) -> int:
    tell(("done", number))
    return number * number


def die(number: int, tell: Tell) -> int:
    os._exit(9)


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_answers_and_messages_all_arrive(engine: str) -> None:
    heard: list[tuple[str, int]] = []
    with open_engine(engine, 2) as opened:
        answers = sorted(opened.map(square, range(20), heard.append))
    assert answers == [n * n for n in range(20)]
    assert sorted(heard) == [("done", n) for n in range(20)]


def test_items_may_be_endless(engine: str) -> None:
    pulled: list[int] = []

    def items() -> Iterator[int]:
        for number in count():
            pulled.append(number)
            yield number

    with open_engine(engine, 2) as opened:
        answers = opened.map(square, items(), lambda message: None)
        assert len(list(islice(answers, 5))) == 5
        answers.close()  # type: ignore[attr-defined]
    assert len(pulled) < 20


def test_a_killed_worker_is_said_with_the_remedy(engine: str) -> None:
    with pytest.raises(EnvironmentTrouble, match="killed") as caught, open_engine(engine, 2) as opened:
        list(opened.map(die, range(4), lambda message: None))
    assert "run the same command again" in caught.value.help


class Awkward(Exception):
    """One that can be pickled, and not unpickled: its class wants two values."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(f"{name} {number}")


def fail(number: int, tell: Tell) -> int:
    if number == 1:
        raise InputError("file 1 is bad", "mend it")
    if number == 2:
        raise Awkward("file", 2)
    return number


def test_an_error_of_the_work_is_raised_in_the_parent_with_its_remedy_and_its_place(engine: str) -> None:
    with open_engine(engine, 2) as opened:
        with pytest.raises(InputError, match="file 1 is bad") as caught:
            list(opened.map(fail, [0, 1], lambda message: None))
        assert caught.value.help == "mend it"
        assert "in fail" in "".join(caught.value.__notes__)
        with pytest.raises(RuntimeError, match="Awkward: file 2"):
            list(opened.map(fail, [2], lambda message: None))
        assert list(opened.map(fail, [3], lambda message: None)) == [3]


def test_an_answer_that_nobody_waits_for_is_not_given_to_the_next_question(engine: str) -> None:
    with open_engine(engine, 2) as opened:
        answers = opened.map(square, range(10), lambda message: None)
        next(answers)
        answers.close()  # type: ignore[attr-defined]
        assert sorted(opened.map(square, [20, 30], lambda message: None)) == [400, 900]


def large(number: int, tell: Tell) -> str:
    tell("x" * (1 << 20))
    return "y" * (1 << 20)


def test_large_items_messages_and_answers_arrive_whole(engine: str) -> None:
    heard: list[str] = []
    with open_engine(engine, 2) as opened:
        answers = list(opened.map(large, range(4), heard.append))
    assert {len(each) for each in answers + heard} == {1 << 20}
    assert len(answers) == len(heard) == 4


def test_an_unknown_engine_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownName) as caught:
        open_engine("cluster", 1)
    assert "local" in caught.value.help


SLEEPERS = """
import sys, time
sys.path.insert(0, {root!r})
from tests.test_engines import sleep_and_say
from toolkit.engines import open_engine
if __name__ == "__main__":
    with open_engine({engine!r}, 2) as opened:
        list(opened.map(sleep_and_say, [{folder!r}] * 2, lambda message: None))
"""


def sleep_and_say(folder: str, tell: Tell) -> None:
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)


def test_workers_die_in_silence_with_a_parent_killed_by_sigkill(engine: str, tmp_path: Path) -> None:
    started = tmp_path / "started"
    started.mkdir()
    script = tmp_path / "script.py"
    script.write_text(SLEEPERS.format(root=str(ROOT), engine=engine, folder=str(started)))
    parent = subprocess.Popen([sys.executable, str(script)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while len(list(started.iterdir())) < 2:
        assert time.monotonic() < deadline, "the workers did not start"
        time.sleep(0.05)
    parent.kill()
    _, said = parent.communicate()  # until the last that could write has gone
    assert said == ""
    workers = [int(path.name) for path in started.iterdir()]
    while any(_alive(each) for each in workers):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"
