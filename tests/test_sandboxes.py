"""Each test attacks one promise of the sandboxes: with and without namespaces, and in containers."""

import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from engine import open_containers

from sandboxes import Job, Limits, Outcome, Pool, SandboxUnavailable, open_pool
from sandboxes.docker import Docker
from sandboxes.local import Local, Process

ROOT = Path(__file__).resolve().parent.parent
BASE = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or BASE
MEBIBYTE = 1 << 20
LOCAL_FORMS = ("compiled", "namespaces", "process group")
FORMS = (*LOCAL_FORMS, "docker")
FENCED_FORMS = ("compiled", "namespaces", "docker")
AnyPool = Local | Docker
Run = Callable[..., Outcome]


def open_form(form: str, workers: int = 1) -> AnyPool:
    return open_containers(workers) if form == "docker" else open_local(form, workers)


def open_local(form: str, workers: int = 1) -> Local:
    pool = Local(workers, namespaces=form != "process group", compiled=form == "compiled")
    if form != "process group" and "network" in pool.lacking:
        pool.close()
        pytest.skip(f"this machine gives no namespaces: {pool.fence}")
    if form == "compiled" and not pool.warm:
        pool.close()
        pytest.skip("no C compiler here: install gcc")
    return pool


@pytest.fixture(scope="module", params=FORMS)
def pool(request: pytest.FixtureRequest) -> Iterator[AnyPool]:
    with open_form(request.param) as pool:
        yield pool


@pytest.fixture(scope="module", params=FENCED_FORMS)
def inner(request: pytest.FixtureRequest) -> Iterator[AnyPool]:
    with open_form(request.param) as pool:
        yield pool


@pytest.fixture(scope="module", params=LOCAL_FORMS)
def local(request: pytest.FixtureRequest) -> Iterator[Local]:
    with open_local(request.param) as pool:
        yield pool


@pytest.fixture(scope="module", params=LOCAL_FORMS[:2])
def local_inner(request: pytest.FixtureRequest) -> Iterator[Local]:
    with open_local(request.param) as pool:
        yield pool


def guard_of(pool: Local) -> "subprocess.Popen[bytes]":
    """The process behind which the first box's agent runs."""
    link = pool.boxes[0].agent
    assert isinstance(link, Process)
    return link.process


def run_python(pool: Pool, text: str, **fields: object) -> Outcome:
    files = {"program.py": text.encode(), **fields.pop("files", {})}  # type: ignore[dict-item]
    job = Job("job", (PYTHON, "-I", "-S", "program.py"), files, **fields)  # type: ignore[arg-type]
    (outcome,) = pool.run([job])
    return outcome


def run_shell(pool: Pool, text: str, **fields: object) -> Outcome:
    (outcome,) = pool.run([Job("job", ("sh", "-c", text), **fields)])  # type: ignore[arg-type]
    return outcome


def check_alive(pool: Pool) -> None:
    outcome = run_shell(pool, "echo alive; sleep 0 & wait")
    assert (outcome.exit_code, outcome.stdout, outcome.limit) == (0, b"alive\n", "")


@pytest.fixture
def python(pool: AnyPool) -> Run:
    return partial(run_python, pool)


@pytest.fixture
def shell(pool: AnyPool) -> Run:
    return partial(run_shell, pool)


def running(mark: str) -> list[str]:
    """Processes of the whole machine whose command line holds the mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def mark() -> str:
    """A number of seconds to sleep that nobody else sleeps."""
    return f"{10_000 + secrets.randbelow(10**9)}"


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


# What is reported


def test_a_program_that_ends_well_is_reported_with_both_streams(shell: Run) -> None:
    outcome = shell("echo out; echo err >&2")
    assert (outcome.id, outcome.exit_code, outcome.signal, outcome.limit) == ("job", 0, None, "")
    assert (outcome.stdout, outcome.stderr) == (b"out\n", b"err\n")
    assert outcome.cpu_seconds >= 0
    assert outcome.wall_seconds > 0
    assert outcome.peak_memory_bytes > 0


@pytest.mark.parametrize("code", [1, 97, 98, 127, 255])
def test_every_exit_code_is_the_programs_own(shell: Run, code: int) -> None:
    outcome = shell(f"exit {code}")
    assert (outcome.exit_code, outcome.signal, outcome.limit) == (code, None, "")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU, signal.SIGTERM])
def test_a_signal_is_reported_and_is_no_limit(shell: Run, number: signal.Signals) -> None:
    outcome = shell(f"kill -{int(number)} $$")
    assert (outcome.exit_code, outcome.signal, outcome.limit) == (None, number, "")


def test_output_that_is_not_utf_8_comes_back_as_it_was_written(python: Run) -> None:
    everything = bytes(range(256)) * 64
    outcome = python("import os\nwhile chunk := os.read(0, 4096): os.write(1, chunk)", stdin=everything)
    assert outcome.stdout == everything


def test_a_program_that_prints_200_kilobytes_is_fine(python: Run) -> None:
    outcome = python("import sys\nfor i in range(20_000): print(f'{i:09}'); print(f'{i:09}', file=sys.stderr)")
    lines = b"".join(b"%09d\n" % i for i in range(20_000))
    assert (outcome.exit_code, outcome.stdout, outcome.stderr, outcome.limit) == (0, lines, lines, "")


def test_of_a_long_output_the_first_and_the_last_half_are_kept(python: Run) -> None:
    outcome = python("import os\nfor i in range(10_000): os.write(1, b'%09d\\n' % i)", limits=Limits(kept_bytes=1001))
    lines = b"".join(b"%09d\n" % i for i in range(10_000))
    assert outcome.stdout == lines[:501] + lines[-500:]
    assert outcome.exit_code == 0


def test_a_program_that_closes_its_output_goes_on(python: Run) -> None:
    outcome = python("import os, time\nos.close(1); os.close(2)\ntime.sleep(0.2)\nos._exit(7)")
    assert (outcome.exit_code, outcome.limit) == (7, "")


# Standard input


def test_stdin_larger_than_a_pipe_arrives_whole(python: Run) -> None:
    outcome = python("import sys\nprint(len(sys.stdin.buffer.read()))", stdin=b"x" * (3 * MEBIBYTE))
    assert outcome.stdout == b"%d\n" % (3 * MEBIBYTE)


def test_input_and_output_larger_than_a_pipe_do_not_wait_for_each_other(python: Run) -> None:
    text = (
        "import sys\n"
        "while chunk := sys.stdin.buffer.read1(4096):\n"
        "    for stream in (sys.stdout.buffer, sys.stderr.buffer): stream.write(chunk * 64); stream.flush()"
    )
    outcome = python(text, stdin=b"x" * (MEBIBYTE // 4), limits=Limits(output_bytes=32 * MEBIBYTE))
    assert (outcome.exit_code, outcome.limit) == (0, "")
    assert outcome.stdout == outcome.stderr == b"x" * Limits().kept_bytes


def test_a_program_that_never_reads_its_input_ends_as_it_likes(shell: Run) -> None:
    outcome = shell("exit 3", stdin=b"x" * MEBIBYTE)
    assert (outcome.exit_code, outcome.limit) == (3, "")


def test_without_input_a_program_reads_the_end_at_once(shell: Run) -> None:
    assert shell("cat; echo end").stdout == b"end\n"


# Limits


def test_a_loop_ends_at_the_cpu_limit(python: Run) -> None:
    outcome = python("while True: pass", limits=Limits(cpu_seconds=1, wall_seconds=120))
    assert (outcome.limit, outcome.exit_code) == ("cpu", None)


def test_a_program_that_outlives_a_child_at_the_cpu_limit_has_reached_it(python: Run) -> None:
    text = (
        "import subprocess, sys\nsys.exit(bool(subprocess.run([sys.executable, '-c', 'while True: pass']).returncode))"
    )
    outcome = python(text, limits=Limits(cpu_seconds=1, wall_seconds=120))
    assert (outcome.limit, outcome.exit_code) == ("cpu", 1)


def test_a_loop_that_ignores_the_warning_ends_at_the_cpu_limit(python: Run) -> None:
    text = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    outcome = python(text, limits=Limits(cpu_seconds=1, wall_seconds=120))
    assert (outcome.limit, outcome.signal) == ("cpu", signal.SIGKILL)


def test_a_program_that_sleeps_ends_at_the_wall_limit(pool: AnyPool) -> None:
    seconds = mark()
    outcome = run_shell(pool, f"sleep {seconds}", limits=Limits(wall_seconds=0.5))
    assert (outcome.limit, outcome.signal, outcome.exit_code) == ("wall", signal.SIGKILL, None)
    assert running(seconds) == []
    check_alive(pool)


def test_eight_gibibytes_are_refused(pool: AnyPool) -> None:
    outcome = run_python(pool, "print(len(bytearray(8 << 30)))")
    assert outcome.exit_code == 1
    assert b"MemoryError" in outcome.stderr
    check_alive(pool)


def test_a_gibibyte_of_output_is_stopped(pool: AnyPool) -> None:
    outcome = run_python(pool, "import os\nfor _ in range(1 << 14): os.write(1, b'x' * (1 << 16))")
    assert (outcome.limit, outcome.signal) == ("output", signal.SIGKILL)
    assert outcome.stdout == b"x" * Limits().kept_bytes
    check_alive(pool)


def test_output_past_the_limit_is_noticed_when_the_program_has_ended(shell: Run) -> None:
    outcomes = [shell("printf 0123456789", limits=Limits(output_bytes=5)) for _ in range(5)]
    assert {(outcome.limit, outcome.signal, outcome.stdout) for outcome in outcomes} == {("output", 9, b"01234")}


def test_one_file_beyond_the_limit_is_stopped(pool: AnyPool) -> None:
    outcome = run_shell(pool, "dd if=/dev/zero of=big bs=65536 count=64", limits=Limits(file_bytes=MEBIBYTE))
    assert outcome.limit == "files"
    check_alive(pool)


def test_many_files_beyond_the_limit_are_stopped(inner: AnyPool) -> None:
    text = "for i in range(64): open(str(i), 'wb').write(b'x' * 65536)"
    outcome = run_python(inner, text, limits=Limits(file_bytes=MEBIBYTE))
    assert (outcome.exit_code, outcome.limit) == (1, "files")
    check_alive(inner)


def test_files_up_to_the_limit_are_fine_beside_those_of_the_job(python: Run) -> None:
    text = "open('mine', 'wb').write(b'x' * (1 << 20))\nprint(len(open('given', 'rb').read()))"
    outcome = python(text, files={"given": b"x" * (2 * MEBIBYTE)}, limits=Limits(file_bytes=MEBIBYTE))
    assert (outcome.exit_code, outcome.stdout, outcome.limit) == (0, b"2097152\n", "")


def test_a_fork_bomb_is_contained(pool: AnyPool) -> None:
    text = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    outcome = run_python(pool, text, limits=Limits(cpu_seconds=1, wall_seconds=2, processes=16))
    assert outcome.limit in ("cpu", "wall")
    check_alive(pool)


def test_no_more_processes_than_the_limit_run_at_once(inner: AnyPool) -> None:
    text = (
        "import os, time\ncount = 1\n"
        "try:\n    while True:\n        if os.fork() == 0: time.sleep(60); os._exit(0)\n        count += 1\n"
        "except OSError: print(count)"
    )
    assert run_python(inner, text, limits=Limits(processes=12)).stdout == b"12\n"


def test_a_crash_leaves_no_core(shell: Run) -> None:
    assert shell("ulimit -c").stdout == b"0\n"


# Nothing is left behind


@pytest.mark.parametrize(
    "text",
    ["sleep {0} & exit 0", "setsid sleep {0} & exit 0", "(setsid sh -c 'sleep {0} & sleep {0}' &) ; exit 0"],
    ids=["child", "own session", "double fork"],
)
def test_children_left_behind_are_killed(pool: AnyPool, text: str) -> None:
    seconds = mark()
    outcome = run_shell(pool, text.format(seconds))
    assert (outcome.exit_code, outcome.limit) == (0, "")
    assert running(seconds) == []
    check_alive(pool)


def test_a_child_that_holds_the_output_open_does_not_delay_the_end(shell: Run) -> None:
    outcome = shell(f"echo done; sleep {mark()} & exit 5", limits=Limits(wall_seconds=300))
    assert (outcome.exit_code, outcome.stdout, outcome.limit) == (5, b"done\n", "")


def test_a_child_that_flees_by_forking_is_caught(pool: AnyPool) -> None:
    flee = "import os\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        if os.fork(): os._exit(0)"
    assert run_python(pool, flee).exit_code == 0
    check_alive(pool)


def test_the_folder_is_empty_for_the_next_job(shell: Run) -> None:
    shell("mkdir -p a/b; touch a/b/c left; chmod 000 a/b; touch /tmp/left-in-the-box")
    assert shell("ls -A").stdout == b""


@pytest.mark.parametrize("form", LOCAL_FORMS)
def test_a_box_does_not_grow(form: str) -> None:
    """Neither open files nor mounts stay from one job to the next."""
    with open_local(form) as pool:
        check_alive(pool)
        guard = guard_of(pool)
        agent = Path(f"/proc/{guard.pid}/task/{guard.pid}/children").read_text().strip()
        if not os.access(f"/proc/{agent}/fd", os.R_OK):
            pytest.skip("only root may look into the agent")

        def held() -> tuple[int, int]:
            mounts = Path(f"/proc/{agent}/mountinfo").read_text().splitlines()
            return len(mounts), len(os.listdir(f"/proc/{agent}/fd"))

        before = held()
        for text in ("exit 1", "cat", "exec >&- 2>&-", "kill -9 $$", "yes"):
            run_shell(pool, text, stdin=b"x" * 100_000, limits=Limits(output_bytes=1000))
        with pytest.raises(SandboxUnavailable):
            list(pool.run([Job("job", ("no-such-command",), stdin=b"x")]))
        # The machine's own mounts, which an agent without namespaces sees, come and go with its other programs.
        assert wait_for(lambda: all(map(int.__le__, held(), before))), (before, held())


def test_the_temporary_folder_is_empty_for_the_next_job(inner: AnyPool) -> None:
    assert run_shell(inner, "touch /tmp/left; ls /tmp").stdout == b"left\n"
    assert run_shell(inner, "ls -A /tmp").stdout == b""


def test_shared_memory_is_gone_for_the_next_job(inner: AnyPool) -> None:
    text = "import ctypes\nprint(ctypes.CDLL(None).shmget(1234, 4096, 0o1600))"
    first, second = (run_python(inner, text).stdout for _ in range(2))
    assert first == second  # the first of an empty table, both times, or refused
    assert first in (b"0\n", b"-1\n")


@pytest.mark.parametrize("form", LOCAL_FORMS)
def test_nothing_lives_on_when_the_pool_is_killed(form: str, tmp_path: Path) -> None:
    open_local(form).close()
    seconds = mark()
    text = (
        "import sys\nfrom sandboxes import Job\nfrom sandboxes.local import Local\n"
        f"pool = Local(namespaces={form != 'process group'}, compiled={form == 'compiled'})\n"
        f"print(*pool.run([Job('job', ('sh', '-c', 'setsid sleep {seconds} & sleep {seconds}'))]))"
    )
    parent = subprocess.Popen([sys.executable, "-c", text], cwd=ROOT)
    try:
        assert wait_for(lambda: len(running(seconds)) >= 2)
    finally:
        parent.kill()
        parent.wait()
    assert wait_for(lambda: running(seconds) == [])


@pytest.mark.parametrize("form", LOCAL_FORMS)
def test_a_lost_agent_is_replaced_and_the_job_runs_again(form: str, tmp_path: Path) -> None:
    with open_local(form) as pool:
        process = guard_of(pool)
        process.kill()
        process.wait()
        check_alive(pool)


def test_the_temporary_folders_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o711)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Local(namespaces=False) as pool:
        pool_folders = list(tmp_path.iterdir())
        list(pool.run([Job("job", ("sh", "-c", "exit 0"))]))
    assert len(pool_folders) == 1
    assert list(tmp_path.iterdir()) == []


# What does not cross


def test_secrets_do_not_cross(form_and_secret: tuple[AnyPool, str]) -> None:
    pool, secret = form_and_secret
    outcome = run_shell(pool, "env; cat /proc/$PPID/environ /proc/self/environ 2>/dev/null; true")
    assert secret.encode() not in outcome.stdout
    names = {line.partition("=")[0] for line in run_shell(pool, "env").stdout.decode().splitlines()}
    assert names <= {"PATH", "LANG", "HOME", "PWD", "TMPDIR"}


@pytest.fixture(params=FORMS)
def form_and_secret(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[AnyPool, str]]:
    secret = f"hf_{secrets.token_hex()}"
    monkeypatch.setenv("HF_TOKEN", secret)
    with open_form(request.param) as pool:
        yield pool, secret


def test_the_jobs_environment_crosses(shell: Run) -> None:
    assert shell('echo "$GREETING"', environment={"GREETING": "grüß dich"}).stdout == "grüß dich\n".encode()


def test_files_of_the_job_lie_where_the_command_starts(shell: Run) -> None:
    outcome = shell('cat a b/c; [ "$HOME" = "$(pwd)" ] && echo home', files={"a": b"1\n", "b/c": b"\x00\xff\n"})
    assert outcome.stdout == b"1\n\x00\xff\nhome\n"


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", ""])
def test_a_file_outside_the_folder_is_refused(pool: AnyPool, name: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        list(pool.run([Job("job", ("true",), {name: b""})]))


def test_files_of_the_machine_are_not_there(inner: AnyPool, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    outcome = run_shell(inner, f"cat {tmp_path}/secret; ls -A / /host /etc /home {Path.home()} {ROOT} /proc /sys")
    assert b"secret" not in outcome.stdout
    if isinstance(inner, Docker):  # the rest is of the image, save what an engine adds
        given = run_shell(inner, "cat /etc/hostname /etc/resolv.conf")
        assert given.stdout == b"box\nnameserver 127.0.0.1\n"
        return
    assert Path("/etc/hostname").read_bytes() not in run_shell(inner, "cat /etc/*").stdout
    shown = {
        "proc",
        "server",
        "bin",
        "box",
        "dev",
        "etc",
        "host",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "nix",
        "sbin",
        "tmp",
        "usr",
    }
    top = outcome.stdout.decode().partition("/:\n")[2].partition("\n\n")[0].split()
    assert set(top) <= shown | {Path(sys.base_prefix).parts[1]}


def test_nothing_can_be_written_outside_the_folder(inner: AnyPool) -> None:
    text = (
        "import os\n"
        "for folder, folders, files in os.walk('/'):\n"
        "    if folder.startswith(('/usr/', '/box/', '/proc/')): folders.clear()\n"
        "    for what in (os.path.join(folder, 'new'), *(os.path.join(folder, name) for name in files)):\n"
        "        if what.startswith(('/box/', '/dev/', '/proc/')): continue\n"
        "        try: open(what, 'r+' if os.path.exists(what) else 'x')\n"
        "        except OSError: continue\n"
        "        print('wrote', what)\n"
        "print('looked')"
    )
    assert run_python(inner, text).stdout == b"looked\n"


def test_there_is_no_network(inner: AnyPool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=5)"
        outcome = run_python(inner, text)
    assert outcome.exit_code == 1
    assert any(word in outcome.stderr for word in (b"OSError", b"ConnectionRefused", b"PermissionError"))


def test_the_machines_processes_can_be_neither_seen_nor_signalled(inner: AnyPool) -> None:
    text = f"import os\nprint(os.getpid() < 100)\nos.kill({os.getpid()}, 0)"
    outcome = run_python(inner, text)
    assert b"ProcessLookupError" in outcome.stderr or os.getpid() < 100
    everyone = run_shell(inner, "kill -9 -1; kill -9 1; echo here")
    assert everyone.stdout in (b"here\n", b"")
    check_alive(inner)


def test_a_program_has_no_rights(inner: AnyPool) -> None:
    text = (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        "print(os.getuid(), os.getgid(), os.getgroups() in ([], [65534]))\n"
        "print(libc.unshare(0x10000000), libc.unshare(0x20000), libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))\n"
        "print(libc.prctl(39, 0, 0, 0, 0), libc.prctl(23, 21, 0, 0, 0), libc.ptrace(16, 1, 0, 0))"
    )
    assert run_python(inner, text).stdout == b"65534 65534 True\n-1 -1 -1\n1 0 -1\n"


def test_a_readable_folder_is_seen_and_can_not_be_written(local_inner: Local, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("text")
    for folder in (tmp_path, tmp_path / "folder"):
        folder.chmod(0o777)
    show = partial(run_shell, local_inner, f"cat {tmp_path}/folder/file; echo x > {tmp_path}/folder/new")
    seen = show(readable=(str(tmp_path / "folder"),))
    assert seen.stdout == b"text"
    assert b"Read-only" in seen.stderr
    assert show().stdout == b""  # and the next job does not see it


def test_readable_paths_may_be_links_nested_and_files(local_inner: Local, tmp_path: Path) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "deep" / "file").write_text("text")
    (tmp_path / "link").symlink_to("real")
    paths = (f"{tmp_path}/link/deep/file", f"{tmp_path}/real", f"{tmp_path}/real/deep", sys.base_prefix, "/usr/lib")
    outcome = run_shell(local_inner, f"cat {tmp_path}/link/deep/file {tmp_path}/real/deep/file", readable=paths)
    assert (outcome.stdout, outcome.exit_code) == (b"texttext", 0)


def test_a_root_of_its_own_stands_in_for_the_machines_system(local_inner: Local, tmp_path: Path) -> None:
    made = tmp_path / "made"
    (made / "bin").mkdir(parents=True)
    (made / "usr").mkdir()
    (made / "usr" / "mark").write_text("text")
    for folder in (tmp_path, made):
        folder.chmod(0o755)
    (tmp_path / "link").symlink_to("made")
    source = 'int main(void) { return access("/usr/mark", 4) || !access("/usr/lib", 0) || !access("/usr/mark", 2); }'
    command = ["cc", "-static", "-include", "unistd.h", "-x", "c", "-o", str(made / "bin" / "look"), "-"]
    if shutil.which("cc") is None:
        pytest.skip("no C compiler here: install gcc")
    subprocess.run(command, input=source.encode(), check=True)
    jobs = [Job("job", ("/bin/look",), root=str(tmp_path / "link")), Job("job", ("sh", "-c", "exit 7"))]
    if not local_inner.warm:
        with pytest.raises(SandboxUnavailable, match="root file system folder"):
            list(local_inner.run(jobs[:1]))
        return
    assert [outcome.exit_code for outcome in local_inner.run(jobs)] == [0, 7]
    with pytest.raises(SandboxUnavailable, match="/no/such/root"):
        list(local_inner.run([Job("job", ("true",), root="/no/such/root")]))
    check_alive(local_inner)


def test_the_interpreter_runs_from_wherever_it_is_installed(local_inner: Local) -> None:
    (outcome,) = local_inner.run([Job("job", (BASE, "-I", "-c", "import json, ctypes, decimal; print('runs')"))])
    assert outcome.stdout == b"runs\n", outcome.stderr


# Trouble of the box


def test_a_command_that_is_not_there_is_no_failing_program(pool: AnyPool) -> None:
    with pytest.raises(SandboxUnavailable, match="no-such-language"):
        list(pool.run([Job("job", ("no-such-language", "program"))]))
    check_alive(pool)


def test_a_readable_path_that_is_not_there_is_trouble_of_the_box(local: Local) -> None:
    with pytest.raises(SandboxUnavailable, match="/no/such/folder"):
        list(local.run([Job("job", ("true",), readable=("/no/such/folder",))]))
    check_alive(local)


def test_files_that_do_not_fit_together_are_trouble_of_the_box(pool: AnyPool) -> None:
    with pytest.raises(SandboxUnavailable, match="trouble"):
        list(pool.run([Job("job", ("true",), {"a": b"", "a/b": b""})]))
    check_alive(pool)


def test_an_unknown_sandbox_is_named() -> None:
    with pytest.raises(SandboxUnavailable, match="no-such-box"):
        open_pool("no-such-box")


# Many jobs


def test_one_box_answers_in_the_order_of_the_jobs_and_takes_few_ahead(pool: AnyPool) -> None:
    taken = []

    def jobs() -> Iterator[Job]:
        for number in itertools.count():
            taken.append(number)
            yield Job(str(number), ("sh", "-c", f"echo {number}"))

    for number, outcome in enumerate(itertools.islice(pool.run(jobs()), 10)):
        assert (outcome.id, outcome.stdout) == (str(number), b"%d\n" % number)
        assert len(taken) <= number + 3 + pool.boxes[0].ahead


@pytest.fixture(params=FORMS)
def pair(request: pytest.FixtureRequest) -> Iterator[AnyPool]:
    with open_form(request.param, workers=2) as pool:
        yield pool


def test_two_boxes_answer_as_jobs_finish_and_lose_none(pair: AnyPool) -> None:
    slow_first = [Job("slow", ("sleep", "2")), *(Job(str(i), ("sh", "-c", f"echo {i}")) for i in range(20))]
    outcomes = list(pair.run(slow_first))
    assert sorted(outcome.id for outcome in outcomes) == sorted(job.id for job in slow_first)
    assert outcomes[0].id != "slow"
    assert all(outcome.stdout == f"{outcome.id}\n".encode() for outcome in outcomes if outcome.id != "slow")


def test_jobs_of_any_size_are_answered_in_their_order(pool: AnyPool) -> None:
    sizes = [10, 10, 200_000, 10, 10, 10, 100_000, 100_000, 10]
    jobs = [Job(str(i), ("wc", "-c"), stdin=b"x" * size) for i, size in enumerate(sizes)]
    found = [(outcome.id, int(outcome.stdout)) for outcome in pool.run(jobs)]
    assert found == [(str(i), size) for i, size in enumerate(sizes)]


def test_jobs_that_wait_and_long_answers_do_not_wait_for_each_other(pool: AnyPool) -> None:
    command = ("sh", "-c", "cat >/dev/null; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2")
    outcomes = list(pool.run(Job(str(i), command, stdin=b"x" * 31_000) for i in range(12)))
    assert [len(outcome.stdout) + len(outcome.stderr) for outcome in outcomes] == [2_000_000] * 12


def test_two_boxes_take_few_jobs_ahead(pair: AnyPool) -> None:
    taken = []

    def jobs() -> Iterator[Job]:
        for number in itertools.count():
            taken.append(number)
            yield Job(str(number), ("true",))

    outcomes = pair.run(jobs())
    for seen, _ in enumerate(itertools.islice(outcomes, 20), start=1):
        assert len(taken) <= seen + 3 + 2 * pair.boxes[0].ahead
    outcomes.close()  # type: ignore[attr-defined]


def test_closing_early_ends_what_is_running_and_the_pool_goes_on(pair: AnyPool) -> None:
    seconds = mark()
    jobs = [Job("quick", ("true",)), *(Job(str(i), ("sleep", seconds), limits=Limits(wall_seconds=300)) for i in "12")]
    outcomes = pair.run(jobs)
    assert next(outcomes).id == "quick"
    outcomes.close()  # type: ignore[attr-defined]
    assert running(seconds) == []
    check_alive(pair)


def test_jobs_that_come_late_do_not_wait_for_what_is_running(pair: AnyPool) -> None:
    seen: list[str] = []

    def jobs() -> Iterator[Job | None]:
        yield Job("long", ("sleep", "3"))
        yield from [None] * 3
        yield Job("short", ("true",))
        while "short" not in seen:
            yield None

    for outcome in pair.run(jobs()):
        seen.append(outcome.id)
    assert seen == ["short", "long"]


def test_an_error_in_the_jobs_ends_what_is_running(pair: AnyPool) -> None:
    seconds = mark()

    def jobs() -> Iterator[Job]:
        yield Job("long", ("sleep", seconds), limits=Limits(wall_seconds=300))
        raise LookupError("no more jobs")

    with pytest.raises(LookupError):
        list(pair.run(jobs()))
    assert running(seconds) == []
    check_alive(pair)


def test_an_interrupted_job_does_not_answer_for_the_next(pool: AnyPool) -> None:
    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_shell(pool, "sleep 60")
    finally:
        signal.signal(signal.SIGALRM, before)
    check_alive(pool)


def test_the_same_job_gives_the_same_bytes_every_time(shell: Run) -> None:
    outcomes = {shell("pwd | wc -l; id -u; umask; ulimit -s; ulimit -n; locale 2>&1 | head -1; seq 100000").stdout}
    assert outcomes == {
        shell("pwd | wc -l; id -u; umask; ulimit -s; ulimit -n; locale 2>&1 | head -1; seq 100000").stdout
    }


def test_where_the_kernel_refuses_namespaces_the_rest_is_in_force_and_says_so() -> None:
    """A user namespace that allows none below it stands for a kernel that refuses them."""
    refuse = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", refuse, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no namespaces")
    text = (
        "from sandboxes import Job, open_pool\n"
        "with open_pool() as pool:\n"
        "    print(pool.fence)\n    print(next(pool.run([Job('job', ('echo', 'runs'))])).stdout)"
    )
    done = subprocess.run([*command, sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "no namespaces (unshare" in done.stdout
    assert "runs" in done.stdout
    assert "no namespaces" in done.stderr  # said, not silent


def test_the_fence_says_what_is_in_force() -> None:
    with Local(namespaces=False) as pool:
        assert "no namespaces" in pool.fence
        assert "network" in pool.lacking


def test_folders_dug_deeper_than_a_path_may_be_long_are_removed(tmp_path: Path) -> None:
    dig = "import os\nfor each in range(3000):\n    os.mkdir('deep')\n    os.chdir('deep')\nopen('f', 'w').close()\n"
    job = Job("dig", (PYTHON, "-I", "-S", "program.py"), {"program.py": dig.encode()})
    with Local(1, namespaces=False) as pool:
        [outcome] = pool.run([job])
        assert outcome.exit_code == 0, outcome.stderr
        [again] = pool.run([Job("look", ("/bin/sh", "-c", "ls"))])
        assert again.stdout == b""
