"""Is a release folder what its release.json says, and may it leave this machine? Offline.

Covered: every listed file is there, unchanged; nothing is there that is not listed; no link; no credential in
a text file or in a row of Parquet (`push.credentials`), and not this machine's own Hub token in any file.
Not covered: personal data, and what `push.credentials` does not cover.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from push.credentials import SECRET_LETTERS, credentials
from push.digests import sha256_of
from push.manifest import MANIFEST, Release, read

OF_THE_HUB = (".gitattributes", ".cache/huggingface/")  # what the Hub, or a download from it, adds: never ours


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong: the file, the kind of problem in a word, and the particulars."""

    path: str
    problem: str  # missing, changed, unlisted, link, credential, unreadable; verification adds rows, wrong, ...
    detail: str = ""

    def __str__(self) -> str:
        path = self.path if self.path.isprintable() else repr(self.path)  # a name may try to steer a terminal
        return f"{path}: {self.problem}" + (f" ({self.detail})" if self.detail else "")


def check(folder: Path, secrets: Iterable[str] = ()) -> list[Defect]:
    """What is wrong with a release folder, in the order of paths; `secrets` must be in no file at all.

    A secret of less than `SECRET_LETTERS` letters is not looked for.
    Raises `NotARelease` where there is no usable release.json.
    """
    release = read(folder)
    known = [secret.encode() for secret in secrets if len(secret) >= SECRET_LETTERS]
    found = list(_against_manifest(folder, release))
    for name, path in files(folder):
        if name in release.everything and path.is_file() and not path.is_symlink():
            found.extend(_credentials(name, path, known))
    return sorted(found, key=lambda defect: (defect.path, defect.problem, defect.detail))


def _credentials(name: str, path: Path, known: list[bytes]) -> Iterator[Defect]:
    from pyarrow import ArrowException

    try:
        for detail in credentials(path, known):
            yield Defect(name, "credential", detail)
    except (ArrowException, OSError, ValueError):  # pyarrow tells of some broken files by the others
        yield Defect(name, "unreadable", "its rows can not be searched for credentials")


def _against_manifest(folder: Path, release: Release) -> Iterator[Defect]:
    there = dict(files(folder))
    for name, path in there.items():
        if path.is_symlink():
            yield Defect(name, "link", "a release holds files only")
        elif name not in release.files and name != MANIFEST:
            yield Defect(name, "unlisted", f"{MANIFEST} does not know it")
    for name, facts in release.files.items():
        if name not in there:
            yield Defect(name, "missing")
        elif there[name].is_symlink():
            continue
        elif not there[name].is_file():
            yield Defect(name, "missing", "what is there is no file")
        elif (size := there[name].stat().st_size) != facts.size:
            yield Defect(name, "changed", f"{size:,} bytes, {MANIFEST} says {facts.size:,}")
        elif sha256_of(there[name]) != facts.sha256:
            yield Defect(name, "changed", f"its SHA-256 is not the one in {MANIFEST}")


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """(path in the release, path) of every file and link in a folder, but those that the Hub adds."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and not of_the_hub(name):
            yield name, path


def of_the_hub(name: str) -> bool:
    """Whether the Hub, or a download from it, adds this file by itself."""
    return name == OF_THE_HUB[0] or name.startswith(OF_THE_HUB[1])
