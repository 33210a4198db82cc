"""Is a release folder what its release.json says, and may it leave this machine? Offline.

Covered: every listed file is there, unchanged; nothing is there that is not listed; no link; no credential in
a text file, by the shapes that services give their tokens, and not this machine's own Hub token in any file.
Not covered: credentials without a shape, or inside compressed data; personal data.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from push.digests import CHUNK_BYTES, sha256_of
from push.manifest import MANIFEST, Release, read

OF_THE_HUB = (".gitattributes", ".cache/huggingface/")  # what the Hub, or a download from it, adds: never ours
OVERLAP = 512  # bytes kept between two chunks, so that a credential on their border is seen
CREDENTIALS = {
    "a Hugging Face token": rb"\bhf_[A-Za-z0-9]{30,}\b",
    "a GitHub token": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b",
    "a GitLab token": rb"\bglpat-[A-Za-z0-9_-]{20,}",
    "an OpenAI or Anthropic key": rb"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}",
    "an AWS access key": rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a Google key": rb"\bAIza[A-Za-z0-9_-]{35}\b",
    "a Slack token": rb"\bxox[abeoprs]-[A-Za-z0-9-]{20,}",
    "a package registry token": rb"\b(?:npm_[A-Za-z0-9]{36}\b|pypi-AgEI[A-Za-z0-9_-]{40,})",
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
}
ANY_CREDENTIAL = re.compile(b"|".join(b"(?P<k%d>%s)" % (n, shape) for n, shape in enumerate(CREDENTIALS.values())))


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong: the file, the kind of problem in a word, and the particulars."""

    path: str
    problem: str  # missing, changed, unlisted, link, credential; verification adds rows
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" + (f" ({self.detail})" if self.detail else "")


def check(folder: Path, secrets: Iterable[str] = ()) -> list[Defect]:
    """What is wrong with a release folder, in the order of paths; `secrets` must be in no file at all.

    Raises `NotARelease` where there is no usable release.json.
    """
    release = read(folder)
    known = [secret.encode() for secret in secrets if secret]
    found = list(_against_manifest(folder, release))
    for name in release.everything:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            found.extend(Defect(name, "credential", detail) for detail in credentials(path, known))
    return sorted(found, key=lambda defect: (defect.path, defect.problem, defect.detail))


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


def credentials(path: Path, known: Iterable[bytes] = ()) -> Iterator[str]:
    """What kinds of credentials a file holds, and in which line; never the credential."""
    line, before, seen = 1, b"", set()
    with path.open("rb") as file:
        binary = b"\0" in file.peek(CHUNK_BYTES)[:8192]
        while chunk := file.read(CHUNK_BYTES):
            text = before + chunk
            for what, at in _shapes(text, binary, known):
                where = (what, line + text.count(b"\n", 0, at))
                if where not in seen:
                    seen.add(where)
                    yield what if binary else f"{what} in line {where[1]}"
            before = text[-OVERLAP:]
            line += text.count(b"\n", 0, len(text) - len(before))


def _shapes(text: bytes, binary: bool, known: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    if not binary:
        names = list(CREDENTIALS)
        for match in ANY_CREDENTIAL.finditer(text):
            yield names[int((match.lastgroup or "k0")[1:])], match.start()
    for secret in known:
        if (at := text.find(secret)) >= 0:
            yield "the Hub token of this machine", at
