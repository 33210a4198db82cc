"""The engine behind the docker fence, and its images: one a language, and from each the image of a box.

A language's image is made from `sandboxes/images/<language>/` on a base that is named when it is built:
an image that the engine can pull, or `langlift-base`, which `sandboxes/images/base.sh` makes where nothing
can be pulled. The image of a box adds the agent; it is made when first used, by copying, so that nothing
is mounted from the client's machine: the engine may run on another.
"""

import hashlib
import io
import os
import socket
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandboxes import native
from sandboxes.base import SandboxUnavailable

if TYPE_CHECKING:
    from docker import DockerClient

FOLDER = Path(__file__).parent / "images"
BASE, PULLED_BASE = "langlift-base", "debian:bookworm-slim"
TOOLCHAIN = "/usr/share/langlift/toolchain"  # packages and versions, one a line, written while an image is built
AGENT = "/langlift-agent"
_BOX = "langlift-box"
_FULL_DISK = "no space left on device"
_SECONDS = 60  # for one answer of the engine


def connect() -> "DockerClient":
    """The engine of DOCKER_HOST, or of this machine, or of this user (rootless). Raises SandboxUnavailable."""
    try:
        import docker
    except ModuleNotFoundError as error:
        raise SandboxUnavailable(
            f"the docker fence needs the Python package {error.name}", "pip install 'langlift[docker]'"
        ) from error
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}", "docker.sock")
    with engine_trouble("can not be reached"):
        place: dict[str, Any] = docker.utils.kwargs_from_env()
        if not place.get("base_url") and not Path("/var/run/docker.sock").exists() and own.exists():
            place["base_url"] = f"unix://{own}"
        _knock(place.get("base_url", "unix:///var/run/docker.sock"))
        client: DockerClient = docker.DockerClient(**place, timeout=_SECONDS)
    client.api.headers["Connection"] = "close"  # or the SDK would keep one open for each container it asked about
    return client


def _knock(address: str) -> None:
    """The SDK leaves its socket open where nobody answers, and speaks of it in words for itself."""
    kind, _, path = address.partition("://")
    if kind != "unix":
        return
    with closing(socket.socket(socket.AF_UNIX)) as knocking:
        knocking.settimeout(_SECONDS)
        try:
            knocking.connect(path)
        except OSError as error:
            words = f"the Docker engine can not be reached at {path}: {error.strerror or error}"
            raise SandboxUnavailable(words, _remedy(repr(error))) from error


@contextmanager
def engine_trouble(what: str) -> Iterator[None]:
    """Every way in which an engine fails is trouble of the box."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except (DockerException, RequestException) as error:  # a lost engine raises the second
        raise SandboxUnavailable(f"the Docker engine {what}: {_words(error)}", _remedy(str(error))) from error
    except ValueError as error:  # which would show a part of it
        raise SandboxUnavailable(f"the Docker engine {what}: that is no address", _remedy("")) from error


def _words(error: Exception) -> str:
    words = str(getattr(error, "explanation", None) or error)
    named, shown = os.environ.get("DOCKER_HOST", ""), _shown_host()
    secret = named.partition("://")[2].rpartition("@")[0]
    return words.replace(named, shown).replace(secret, "...") if secret else words


def _shown_host() -> str:
    """DOCKER_HOST without who is to be let in there, and printable."""
    kind, separator, place = os.environ.get("DOCKER_HOST", "").partition("://")
    _, at, host = place.rpartition("@")
    shown = f"{kind}{separator}{'...@' if at else ''}{host}"
    return shown if shown.isprintable() else ascii(shown)


def _remedy(words: str) -> str:
    if _FULL_DISK in words:
        return "free some space where the engine keeps its data: docker system df, docker image prune"
    if "exec format error" in words:
        return "the engine's machine is of another kind than this one, for which the agent was compiled"
    if "PermissionError" in words or "permission denied" in words:
        return "join the group docker (usermod -aG docker), or use a rootless engine"
    if named := _shown_host():
        return f"DOCKER_HOST says {named}: start an engine there, name one that runs, or unset it for this machine's"
    return "start it (dockerd as root, or systemctl start docker), or set DOCKER_HOST to one that runs"


def languages() -> list[str]:
    """Those that have an image."""
    return sorted(path.parent.name for path in FOLDER.glob("*/Dockerfile"))


def image_of(language: str, parts: Mapping[str, bytes]) -> str:
    """The name of a language's image; another one as soon as its recipe or its parts change.

    `parts` are what its Dockerfile finds in the folder `prepared`. Raises SandboxUnavailable.
    """
    texts = (name.encode() + b"\0" + content for name, content in sorted(_context(language, parts).items()))
    return f"langlift-{language}:{hashlib.sha256(bytes(0).join(texts)).hexdigest()[:12]}"


def _context(language: str, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """What an image is built of. Raises SandboxUnavailable."""
    if language not in languages():
        raise SandboxUnavailable(f"there is no image for {language!r}", f"there are: {', '.join(languages())}")
    recipe = {path.name: path.read_bytes() for path in (FOLDER / language).iterdir()}
    return {**recipe, **{f"prepared/{name}": content for name, content in parts.items()}}


def build(language: str, parts: Mapping[str, bytes], base: str = "") -> Iterator[str]:
    """Makes a language's image, line by line. Raises SandboxUnavailable."""
    name = image_of(language, parts)
    context = _packed((_file(each), content) for each, content in _context(language, parts).items())
    with closing(connect()) as client:
        yield from _build(client, language, name, base or _base(client), context)
        yield from _older(client, name)


def _file(name: str, mode: int = 0o644) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.mode = mode
    return found


def _packed(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    out.seek(0)
    return out


def _build(client: "DockerClient", language: str, name: str, base: str, context: io.BytesIO) -> Iterator[str]:
    yield f"{name} on {base}"
    settings = {"buildargs": {"BASE": base}, "rm": True, "forcerm": True, "decode": True}
    with engine_trouble(f"can not build the image for {language}"):
        steps = client.api.build(fileobj=context, custom_context=True, tag=name, **settings)
        for step in steps:
            if "error" in step:
                help = _FULL_DISK in step["error"] and _remedy(step["error"])
                raise SandboxUnavailable(f"the image for {language}: {step['error']}", help or _how_to_get_a_base(base))
            yield from step.get("stream", "").splitlines()


def _older(client: "DockerClient", name: str) -> Iterator[str]:
    """Whoever has another version of langlift may still use them, so they are named and not removed."""
    with engine_trouble("does not list its images"):
        repository = name.partition(":")[0]
        found = {tag for image in client.images.list(name=repository) for tag in image.tags} - {name}
    tags = {tag for tag in found if tag.partition(":")[0] == repository}
    if tags:
        yield f"older ones are still there: docker rmi {' '.join(sorted(tags))}"


def _base(client: "DockerClient") -> str:
    with engine_trouble("does not list its images"):
        return BASE if client.images.list(name=BASE) else PULLED_BASE


def _how_to_get_a_base(base: str) -> str:
    script = FOLDER / "base.sh"
    return (
        f"see the lines before; where this engine can not pull {base}: sh {script} {BASE} FOLDER, as root, then again"
    )


def find(client: "DockerClient", name: str) -> str:
    """The id of an image: a digest of all that it holds. Raises SandboxUnavailable."""
    from docker.errors import ImageNotFound

    language = name.removeprefix("langlift-").partition(":")[0]
    make = f"langlift sandbox build {language}" if language in languages() else f"docker pull {name}"
    with engine_trouble(f"does not show the image {name}"):
        try:
            image = client.images.get(name)
        except ImageNotFound:
            raise SandboxUnavailable(f"the Docker engine has no image {name}", make) from None
    if image.attrs["Config"].get("Volumes"):
        raise SandboxUnavailable(f"the image {name} declares volumes, which a program could fill", "use another image")
    return str(image.id)


def with_agent(client: "DockerClient", image: str) -> str:
    """The id of an image that is this one and the agent. Raises SandboxUnavailable."""
    from docker.errors import ImageNotFound

    if native.agent() is None:
        raise SandboxUnavailable("the docker fence needs the compiled agent", "install gcc, once, on this machine")
    tag = f"{image.removeprefix('sha256:')[:12]}-{native.digest()}"
    with engine_trouble("can not make the image of a box"):
        try:
            return str(client.images.get(f"{_BOX}:{tag}").id)
        except ImageNotFound:
            container = client.api.create_container(image, [AGENT], use_config_proxy=False)["Id"]
        try:
            client.api.put_archive(container, "/", _additions())
            settings = [f'ENTRYPOINT ["{AGENT}"]', "CMD []", "WORKDIR /", "USER 65534:65534"]
            client.api.commit(container, _BOX, tag, changes=settings)
        finally:
            client.api.remove_container(container, v=True, force=True)
        _remove_orphans(client)
        return str(client.images.get(f"{_BOX}:{tag}").id)


def _remove_orphans(client: "DockerClient") -> None:
    """Images of boxes that were made from what is gone."""
    from docker.errors import APIError

    boxes = [tag for image in client.images.list(name=_BOX) for tag in image.tags]
    known = {str(image.id).removeprefix("sha256:")[:12] for image in client.images.list(all=True)}
    for tag in boxes:
        name, _, made = tag.partition(":")
        if name == _BOX and made.partition("-")[0] not in known:
            with suppress(APIError):  # in use, or another process was faster
                client.images.remove(tag)


def _additions() -> io.BytesIO:
    """The agent; the folders on which file systems in memory are mounted; /tmp is one of these."""
    folders = [_file(name, 0o755) for name in ("box", "box/work", "box/tmp", "server")]
    for folder in folders:
        folder.type = tarfile.DIRTYPE
    temporary = _file("tmp")
    temporary.type, temporary.linkname = tarfile.SYMTYPE, "/box/tmp"
    agent = (_file(AGENT.lstrip("/"), 0o755), Path(str(native.agent())).read_bytes())
    return _packed([*((each, b"") for each in (*folders, temporary)), agent])
