"""What containers promise beside the contract of every sandbox (test_sandboxes.py), with a real engine."""

import contextlib
import gc
import itertools
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker.errors
import pytest
from engine import Door, image_for, open_containers, require_engine

from sandboxes import Job, Limits, Outcome, SandboxUnavailable, Server, images, open_pool
from sandboxes.containers import Attached
from sandboxes.docker import Docker
from sandboxes.leftovers import LABEL, sweep
from sandboxes.local import Local

ROOT = Path(__file__).resolve().parent.parent
MEBIBYTE = 1 << 20
TEXT: Any = {"capture_output": True, "text": True}
NO_ADDRESS_LIMIT = Limits(memory_bytes=64 * MEBIBYTE, address_space_bytes=0)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    require_engine()
    client = images.connect()
    yield client
    client.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[Docker]:
    with open_containers() as pool:
        yield pool


def run(pool: Docker, *command: str, **fields: Any) -> Outcome:
    (outcome,) = pool.run([Job("job", command, **fields)])
    return outcome


def python(pool: Docker, text: str, **fields: Any) -> Outcome:
    return run(pool, "python3", "-I", "-S", "-c", text, **fields)


def ours(client: Any) -> set[str]:
    return {found["Id"] for found in client.api.containers(all=True, filters={"label": LABEL})}


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


# The container


def test_a_container_is_hardened(pool: Docker, client: Any) -> None:
    agent = pool.boxes[0].agent
    assert isinstance(agent, Attached)
    about = client.api.inspect_container(agent.container)
    host = about["HostConfig"]
    assert (host["NetworkMode"], host["ReadonlyRootfs"], host["CapDrop"]) == ("none", True, ["ALL"])
    assert (host["SecurityOpt"], host["IpcMode"], host["AutoRemove"]) == (["no-new-privileges"], "private", True)
    assert host["Memory"] == host["MemorySwap"] > 0
    assert host["PidsLimit"] > 0
    assert (host["Binds"], host["Privileged"], host["LogConfig"]["Type"]) == (None, False, "none")
    assert (about["Config"]["User"], about["Mounts"]) == ("65534:65534", [])
    assert set(host["Tmpfs"]) == {"/box/work", "/box/tmp", "/dev/shm", "/server"}


def test_the_image_and_its_toolchain_are_recorded(pool: Docker, client: Any) -> None:
    assert pool.facts["digest"] == client.images.get(pool.facts["image"]).id
    assert pool.facts["toolchain"].startswith("python3 3.")
    assert pool.facts["digest"] in pool.fence


def test_the_engines_own_files_tell_nothing_of_its_machine(pool: Docker) -> None:
    shown = run(pool, "cat", "/etc/hostname", "/etc/resolv.conf", "/etc/hosts").stdout.decode()
    assert socket.gethostname() not in shown
    assert "nameserver 127.0.0.1\n" in shown
    mine = [line.split()[1] for line in Path("/etc/resolv.conf").read_text().splitlines() if "nameserver" in line]
    assert not [address for address in mine if not address.startswith("127.") and address in shown]


def test_a_program_finds_nothing_of_the_agents(pool: Docker) -> None:
    text = (
        "import os\n"
        "for name in ('environ', 'mem', 'fd', 'fdinfo', 'cwd', 'root', 'exe', 'maps', 'io', 'syscall', 'stack'):\n"
        "    path = f'/proc/1/{name}'\n"
        "    try: print(name, os.readlink(path) if name in ('cwd', 'root', 'exe') else\n"
        "               os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(1))\n"
        "    except OSError: pass\n"
        "print('looked')"
    )
    assert python(pool, text).stdout == b"looked\n"


def test_a_program_can_not_write_what_the_next_server_reads(pool: Docker) -> None:
    if not pool.warm:
        pytest.skip(f"no landlock here: {pool.fence}")
    serve = "import os, sys\nos.write(4, b'ready\\n')\nwhile os.read(3, 64): os.write(4, b'0 0 0\\n')"
    server = Server(("python3", "-I", "/server/serve.py"), {"serve.py": serve.encode()})
    assert run(pool, "true", server=server).warm
    text = (
        "import os\n"
        "for act in (lambda: open('/server/serve.py', 'r+'), lambda: open('/server/new', 'x'),\n"
        "            lambda: os.unlink('/server/serve.py'), lambda: os.rename('/server/serve.py', '/box/work/x')):\n"
        "    try: act()\n"
        "    except OSError: continue\n"
        "    print('wrote')\n"
        "print('tried')"
    )
    assert python(pool, text).stdout == b"tried\n"


# Limits that only an engine keeps


def test_memory_of_all_processes_together_is_limited(pool: Docker) -> None:
    text = (
        "import os, sys, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0: x = bytearray(40 << 20); time.sleep(20); os._exit(0)\n"
        "os.wait()\nsys.exit(1)"
    )
    outcome = python(pool, text, limits=NO_ADDRESS_LIMIT)
    assert outcome.limit == "memory"
    assert run(pool, "echo", "alive").stdout == b"alive\n"


@pytest.mark.parametrize(
    "text",
    [
        "x = bytearray(1 << 30)",
        "import mmap\nm = mmap.mmap(-1, 1 << 30)\nfor i in range(0, 1 << 30, 4096): m[i] = 1",
        "import os\nfor _ in range(1 << 7): os.write(os.memfd_create('x'), bytes(8 << 20))",
    ],
    ids=["heap", "mmap", "memfd"],
)
def test_a_memory_bomb_takes_the_program_and_not_the_agent(pool: Docker, client: Any, text: str) -> None:
    run(pool, "true", limits=NO_ADDRESS_LIMIT)
    before = ours(client)
    outcome = python(pool, text, limits=NO_ADDRESS_LIMIT)
    assert outcome.exit_code != 0
    assert outcome.limit == "memory"
    run(pool, "true", limits=NO_ADDRESS_LIMIT)
    assert ours(client) == before  # the very same container


def test_another_boxes_kill_for_memory_is_not_this_programs(pool: Docker) -> None:
    bomb = Job("bomb", ("/usr/bin/python3", "-c", "x = bytearray(1 << 30)"), limits=NO_ADDRESS_LIMIT)

    def jobs() -> Iterator[Job]:
        yield Job("fails", ("sh", "-c", "sleep 5; exit 1"))
        with Local() as other:
            if "memory of all processes together" in other.lacking:
                pytest.skip("no control group for memory")
            assert [outcome.limit for outcome in other.run([bomb])] == ["memory"]

    assert [(outcome.exit_code, outcome.limit) for outcome in pool.run(jobs())] == [(1, "")]


def test_what_is_over_the_limit_in_all_folders_together_is_found_at_the_end(pool: Docker) -> None:
    half = "import sys\nfor path in sys.argv[1:]: open(path, 'wb').write(b'x' * (700 << 10))"
    limits = Limits(file_bytes=MEBIBYTE)
    paths = ("/box/work/a", "/tmp/a", "/dev/shm/a")
    one = run(pool, "python3", "-c", half, paths[0], limits=limits)
    assert (one.exit_code, one.limit) == (0, "")
    both = run(pool, "python3", "-c", half, *paths[:2], limits=limits)
    assert both.limit == "files"
    assert run(pool, "ls", "-A", "/box/work", "/tmp", "/dev/shm").stdout.split() == [
        b"/box/work:", b"/dev/shm:", b"/tmp:",
    ]  # fmt: skip


def test_other_containers_of_the_same_user_do_not_count() -> None:
    with open_containers(workers=2) as pool:
        text = (
            "import os, time\nstarted = 1\nfor _ in range(9):\n    if os.fork() == 0: time.sleep(3); os._exit(0)\n"
            "    started += 1\ntime.sleep(1)\nprint(started)"
        )
        jobs = [Job(str(n), ("python3", "-c", text), limits=Limits(processes=10)) for n in range(2)]
        assert [outcome.stdout for outcome in pool.run(jobs)] == [b"10\n", b"10\n"]


def test_what_a_container_does_not_have_is_refused_by_name(pool: Docker) -> None:
    for fields in ({"own_namespaces": True}, {"root": "/somewhere"}):
        with pytest.raises(SandboxUnavailable, match="not to be had in a container"):
            run(pool, "true", **fields)
    assert run(pool, "echo", "alive").stdout == b"alive\n"


# Nothing is left behind


def test_a_pool_leaves_no_container(client: Any) -> None:
    before = ours(client)
    with open_containers(workers=2) as pool:
        list(pool.run(Job(str(n), ("true",)) for n in range(8)))
        assert len(ours(client)) == len(before) + 2
    assert ours(client) == before


def test_a_change_of_limits_leaves_no_container_and_no_connection(client: Any) -> None:
    with open_containers() as pool:
        run(pool, "true")
        gc.collect()
        before, held = len(ours(client)), len(os.listdir("/proc/self/fd"))
        for processes in range(20, 24):
            assert run(pool, "true", limits=Limits(processes=processes)).exit_code == 0
        assert len(ours(client)) == before
        assert len(os.listdir("/proc/self/fd")) <= held + 1


def test_nothing_lives_on_when_the_process_is_killed(client: Any) -> None:
    before, image = ours(client), image_for("python")
    seconds = f"{10_000 + secrets.randbelow(10**9)}"
    text = (
        "from sandboxes import Job, open_pool\n"
        f"pool = open_pool('docker', 2, image={image!r})\n"
        f"job = lambda name: Job(name, ('sh', '-c', 'setsid sleep {seconds} & sleep {seconds}'))\n"
        "print(*pool.run([job('a'), job('b'), job('c')]))"
    )
    process = subprocess.Popen([sys.executable, "-c", text], cwd=ROOT)
    try:
        assert wait_for(lambda: len(ours(client) - before) == 2 and sleeping(seconds) >= 4)
    finally:
        process.kill()
        process.wait()
    assert wait_for(lambda: ours(client) <= before)
    assert sleeping(seconds) == 0


def sleeping(seconds: str) -> int:
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return found.splitlines().count(f"sleep {seconds}")


def test_what_a_killed_process_made_and_did_not_start_goes_when_the_next_pool_starts(client: Any) -> None:
    image = images.with_agent(client, images.find(client, image_for("python")))
    text = (
        "import os\nfrom sandboxes import Job, images\nfrom sandboxes.containers import Engine, shape_of\n"
        "client = images.connect()\nengine = Engine(client, client.info(), '')\n"
        f"print(engine.create({image!r}, shape_of(Job('', ()))), flush=True)\nos.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True)
    left = done.stdout.strip()
    assert left in ours(client), done.stderr
    with open_containers() as living:
        assert left not in ours(client)
        sweep(client)
        assert run(living, "echo", "alive").stdout == b"alive\n"


def test_what_a_killed_process_made_and_did_not_start_goes_without_a_next_pool(client: Any) -> None:
    text = (
        "import os\nfrom sandboxes import Job, open_pool\nfrom sandboxes.containers import shape_of\n"
        f"pool = open_pool('docker', image={image_for('python')!r})\nbox = pool.boxes[0]\n"
        "print(box._engine.create(box._image, shape_of(Job('', ()))), flush=True)\nos.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True)
    left = done.stdout.strip()
    assert left, done.stderr
    assert wait_for(lambda: left not in ours(client))


def test_a_lost_container_is_replaced_and_the_job_runs_again(pool: Docker, client: Any) -> None:
    run(pool, "true")
    agent = pool.boxes[0].agent
    assert isinstance(agent, Attached)
    client.api.kill(agent.container)
    assert run(pool, "echo", "alive").stdout == b"alive\n"


def test_a_container_that_somebody_stops_is_trouble_of_the_box(client: Any) -> None:
    with open_containers() as pool:
        pool.patience = 0.5
        agent = pool.boxes[0].agent
        assert isinstance(agent, Attached)
        client.api.pause(agent.container)
        with pytest.raises(SandboxUnavailable, match="is paused"):
            run(pool, "true")


def test_a_container_that_is_stopped_is_found_while_more_jobs_are_awaited(client: Any) -> None:
    def jobs() -> Iterator[Job | None]:
        yield Job("job", ("true",))
        while True:
            yield None

    with open_containers() as pool:
        pool.patience = 0.5
        agent = pool.boxes[0].agent
        assert isinstance(agent, Attached)
        client.api.pause(agent.container)
        with pytest.raises(SandboxUnavailable, match="is paused"):
            list(pool.run(jobs()))


# Engines


@pytest.fixture
def door(client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    if not os.environ.get("DOCKER_HOST", "unix://").startswith("unix://"):
        pytest.skip("the engine of these tests is a remote one already")
    door = Door()
    image_for("python")
    monkeypatch.setenv("DOCKER_HOST", door.address)
    yield door
    door.shut()


def test_an_engine_of_another_machine_is_reached_by_its_address(door: Door, client: Any) -> None:
    before = ours(client)
    with open_containers() as pool:
        outcome = run(pool, "python3", "-c", "import sys\nprint(len(sys.stdin.read()))\nprint('y' * (1 << 19))",
                      stdin=b"x" * (3 * MEBIBYTE))  # fmt: skip
        assert outcome.stdout == b"%d\n%s\n" % (3 * MEBIBYTE, b"y" * (1 << 19))
    assert wait_for(lambda: ours(client) <= before)


def test_an_engine_that_is_lost_in_the_middle_is_no_verdict(door: Door, client: Any) -> None:
    before, seen = ours(client), list[int | None]()
    pool = open_containers(workers=2)
    outcomes = pool.run(Job(str(n), ("true",)) for n in range(10_000))
    with pool:
        for outcome in itertools.islice(outcomes, 20):
            assert outcome.exit_code == 0
        door.shut()
        with pytest.raises(SandboxUnavailable, match="Docker engine") as trouble:
            seen = [outcome.exit_code for outcome in outcomes]
    assert "start an engine there" in trouble.value.help
    assert seen == []  # none was invented
    assert wait_for(lambda: ours(client) <= before)  # and what it ran has ended with the connection


@pytest.fixture
def swept() -> Iterator[None]:
    """The SDK forgets to close a socket that could not be connected."""
    yield
    gc.collect()


@pytest.mark.usefixtures("swept")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_without_an_engine_the_error_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(SandboxUnavailable, match="can not be reached") as trouble:
        open_pool("docker", image="any")
    assert f"DOCKER_HOST says unix://{tmp_path}/none.sock" in trouble.value.help
    assert trouble.value.exit_code == 3


@pytest.mark.parametrize("secret", ["some:secret", "secret", "some:secret/x", "s@me:secret", "some:a secret"])
def test_no_password_of_an_engine_is_told(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://{secret}@127.0.0.1:1")
    with pytest.raises(SandboxUnavailable, match="Docker engine") as trouble:
        open_pool("docker", image="any")
    assert "tcp://...@127.0.0.1:1" in trouble.value.help
    assert "secret" not in f"{trouble.value}{trouble.value.help}"


@pytest.mark.parametrize("odd", ["tcp://[x", "tcp://a:99999", "tcp://\x1b[31mh:1", "bogus://x"])
def test_what_is_no_address_is_trouble_of_the_engine(monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", odd)
    with pytest.raises(SandboxUnavailable, match="Docker engine") as trouble:
        open_pool("docker", image="any")
    assert trouble.value.help.isprintable()


def test_a_missing_image_is_named_with_the_command_that_makes_it(client: Any) -> None:
    with pytest.raises(SandboxUnavailable, match="no image langlift-lua:none") as trouble:
        open_pool("docker", image="langlift-lua:none")
    assert trouble.value.help == "langlift sandbox build lua"


def test_the_image_of_a_box_goes_when_what_it_was_made_of_is_gone(client: Any) -> None:
    image = image_for("python")
    orphan, known = "langlift-box:0123456789ab-old", f"langlift-box:{client.images.get(image).id[7:19]}-old"
    for each in (orphan, known):
        client.images.get(image).tag(each)
    try:
        images._remove_orphans(client)
        tags = {tag for found in client.images.list(name="langlift-box") for tag in found.tags}
        assert orphan not in tags
        assert known in tags
    finally:
        for each in (orphan, known):
            with contextlib.suppress(docker.errors.ImageNotFound):
                client.images.remove(each)


def test_an_unknown_language_has_no_image() -> None:
    with pytest.raises(SandboxUnavailable, match="no image for 'klingon'"):
        images.image_of("klingon", {})


def test_an_unknown_runtime_is_named(client: Any) -> None:
    with pytest.raises(SandboxUnavailable, match="no runtime 'no-such-runtime'"):
        open_containers(runtime="no-such-runtime")


def test_an_image_with_volumes_is_refused(client: Any) -> None:
    base = image_for("python")
    made = client.api.create_container(base, ["true"])["Id"]
    try:
        client.api.commit(made, "langlift-test-volumes", "1", changes=["VOLUME /data"])
    finally:
        client.api.remove_container(made)
    try:
        with pytest.raises(SandboxUnavailable, match="declares volumes"):
            open_pool("docker", image="langlift-test-volumes:1")
    finally:
        client.images.remove("langlift-test-volumes:1")


def test_a_command_that_the_image_lacks_is_no_failing_program(pool: Docker) -> None:
    with pytest.raises(SandboxUnavailable, match="no-such-language") as trouble:
        run(pool, "no-such-language")
    assert "in the image" in trouble.value.help
    assert run(pool, "echo", "alive").stdout == b"alive\n"


@pytest.fixture
def small_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An engine of its own, whose data lie on a small file system."""
    require_engine()
    if os.getuid() != 0 or not shutil.which("dockerd") or not Path("/sys/class/net/docker0").exists():
        pytest.skip("a second engine needs root, dockerd and the first one's network")
    with tempfile.TemporaryDirectory(prefix="small-") as name:  # short: names of sockets may have 107 bytes
        folder = Path(name)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", folder], capture_output=True)
        if mounted.returncode:
            pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode(errors='replace').strip()}")
        try:
            yield from started_engine(folder, monkeypatch)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def started_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    address = folder / "docker.sock"
    options = [
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/pid",
        f"-Hunix://{address}",
    ]
    options += ["--bridge=docker0", "--iptables=false", "--ip-masq=false"]  # the network stays the first one's
    with open(folder / "log", "wb") as log:
        engine = subprocess.Popen(["dockerd", *options], stdout=log, stderr=log, start_new_session=True)
    try:
        if not wait_for(lambda: address.exists() or engine.poll() is not None) or engine.poll() is not None:
            pytest.skip(f"a second engine does not start: {(folder / 'log').read_text()[-300:]}")
        image, first = image_for("python"), images.connect()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{address}")
        own = images.connect()
        own.images.load(first.images.get(image).save(named=True))
        first.close(), own.close()
        yield folder
    finally:
        engine.terminate()
        engine.wait(60)


def test_a_full_disk_is_an_error_and_a_rerun_goes_on(small_engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filler = small_engine / "filler"
    with open(filler, "wb") as file:
        try:
            while file.write(b"x" * MEBIBYTE):
                file.flush()
        except OSError:
            pass
    with pytest.raises(SandboxUnavailable, match="no space left on device") as trouble:
        open_pool("docker", image=images.image_of("python", {}))
    assert "free some space" in trouble.value.help
    with pytest.raises(SandboxUnavailable, match="no space left on device"):
        list(images.build("lua", {}, images.image_of("python", {})))
    filler.unlink()
    with open_pool("docker", image=images.image_of("python", {})) as pool:
        assert [outcome.stdout for outcome in pool.run([Job("job", ("echo", "again"))])] == [b"again\n"]


def test_an_engine_is_started_only_where_it_is_asked_for(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    surroundings = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    seen = {}
    for asked in ("", "1", "required"):
        done = subprocess.run(["sh", tmp_path / ".ci/docker"], env={**surroundings, "LANGLIFT_DOCKER": asked}, **TEXT)
        seen[asked] = (done.returncode, "NOT TRIED" in done.stderr)
    assert seen == {"": (0, False), "1": (0, True), "required": (3, True)}


# Images


@pytest.mark.parametrize(
    ("language", "command", "files"),
    [
        ("lua", ("lua5.4", "main.lua"), {"main.lua": b"print(1 + 1)"}),
        ("ocaml", ("ocaml", "main.ml"), {"main.ml": b"let () = print_int (1 + 1); print_newline ()"}),
        ("r", ("Rscript", "--vanilla", "main.R"), {"main.R": b"cat(1 + 1, '\n', sep = '')"}),
        ("python", ("python3", "main.py"), {"main.py": b"print(1 + 1)"}),
        ("ruby", ("ruby", "main.rb"), {"main.rb": b"puts 1 + 1"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_languages_image_runs_its_programs(
    language: str, command: tuple[str, ...], files: dict[str, bytes]
) -> None:
    with open_containers(language=language) as pool:
        (outcome,) = pool.run([Job("job", command, files)])
        assert (outcome.exit_code, outcome.stdout) == (0, b"2\n"), outcome.stderr
        assert pool.facts["toolchain"]


def test_every_image_has_its_recipe() -> None:
    for language in images.languages():
        folder = images.FOLDER / language
        recipe = (folder / "Dockerfile").read_text()
        assert "ARG BASE\nFROM ${BASE}" in recipe
        assert "install.sh" in recipe
        assert images.TOOLCHAIN in recipe
        assert "apt-get install" in (folder / "install.sh").read_text()
