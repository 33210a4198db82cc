"""The `[source]` of a spec: real Python files out of files, a Hub data set, or this machine, one at a time.

Order: what `include` names, then the files of `path` by name, then the data set. An id comes from the content
(`content_id(repo, path, revision, content)`); a row that is there twice is dropped the second time. Held beside the row
in hand: eight bytes of each id (some 70 bytes a row of Python's memory).

Reasons of dropped rows: "not utf-8", "not json", "empty", "too large", "missing value", "not text", "repeated row".
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from toolkit.errors import InputError
from toolkit.records import Dropped, SourceFile, content_id
from toolkit.sources import files, here, hub
from toolkit.sources.files import Bad, Row
from toolkit.stage import Settings

FIELDS = ("repo", "path", "revision", "license", "content")


class Columns(Settings):
    """Which column of the source holds what; "" where it has none."""

    repo: str = Field("repo", description="Name of the repository.")
    path: str = Field("path", description="Path of the file in its repository.")
    revision: str = Field("revision", description="Commit or release of the repository.")
    license: str = Field("license", description="SPDX expression, or a list of identifiers, all of which apply.")
    content: str = Field("content", min_length=1, description="Text of the file.")

    def used(self) -> dict[str, str]:
        """Our fields that the source has, with their columns."""
        return {field: name for field in FIELDS if (name := getattr(self, field))}


class SourceSettings(Settings):
    """Where the Python files come from. At least one of `include`, `path` and `dataset`."""

    include: tuple[Literal["stdlib", "packaged"], ...] = Field(
        (), description="stdlib: this Python's standard library. packaged: the functions that come with langlift."
    )
    path: str = Field(
        "", description="A file, folder or glob of .parquet, .arrow, .jsonl, .jsonl.gz; relative to the spec."
    )
    dataset: str = Field("", description="A data set on the Hub, as owner/name; streamed.")
    revision: str = Field("", description="The data set's commit: 40 hexadecimal digits, never a branch or tag.")
    config: str = Field("", description="The data set's configuration, where it has several.")
    split: str = Field("train", min_length=1, description="The data set's split.")
    columns: Columns = Field(default_factory=Columns, description="Which column of the source holds what.")
    maximum_file_bytes: int = Field(1 << 20, ge=1, le=1 << 30, description="Larger files are dropped.")
    shard_rows: int = Field(100, ge=1, le=1_000_000, description="Files a shard: the unit of work and of restart.")

    @field_validator("dataset")
    @classmethod
    def _names_a_data_set(cls, value: str) -> str:
        if value and not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", value):
            raise ValueError(f"{value!r} is not the name of a data set: owner/name")
        return value

    @field_validator("revision")
    @classmethod
    def _is_a_commit(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9a-f]{40}", value):
            raise ValueError(
                f"{value!r} is not a commit: give its 40 hexadecimal digits, never a branch or tag, which move"
            )
        return value

    @model_validator(mode="after")
    def _names_a_source(self) -> Self:
        if not (self.include or self.path or self.dataset):
            raise ValueError("no source is named: set include, path or dataset")
        if self.dataset and not self.revision:
            raise ValueError(f"dataset {self.dataset!r} needs its revision: a commit of 40 hexadecimal digits")
        if not self.dataset and (self.revision or self.config):
            raise ValueError("revision and config belong to a dataset, and none is named")
        return self

    def resolved(self, folder: Path) -> "SourceSettings":
        """The same source with `path` taken from a folder, the spec's."""
        return self.model_copy(update={"path": str((folder / self.path).absolute())}) if self.path else self

    def facts(self) -> dict[str, Any]:
        """What decides the rows; where the files lie on this machine is not part of it, `digest` has their bytes."""
        return self.model_dump(exclude={"path"})


def check(settings: SourceSettings) -> None:
    """Raises InputError where the files can not be read as what they are said to be. Does not ask the Hub."""
    for _, path in _files(settings):
        next(files.rows(path, settings.columns.used(), _line_limit(settings)), None)
    _parts(settings)


def digest(settings: SourceSettings) -> str:
    """SHA-256 over the names and bytes of all input files, and over data set, revision, config and split."""
    whole = hashlib.sha256()
    for name, path in [*_files(settings), *_parts(settings)]:
        with path.open("rb") as file:
            part = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{part}  {name}\n".encode("utf-8", "surrogateescape"))
    for origin in here.origins(settings.include):
        whole.update(f"{origin.repo}@{origin.revision}\n".encode())
    if settings.dataset:
        whole.update(f"{settings.dataset}@{settings.revision} {settings.config} {settings.split}\n".encode())
    return whole.hexdigest()


def read(settings: SourceSettings) -> Iterator[SourceFile | Dropped]:
    """The rows of the source, each a file or the reason why it is none. Raises InputError, EnvironmentTrouble."""
    seen: set[int] = set()
    repeats: dict[str, int] = {}
    for row in _read(settings):
        if (key := int(row.id, 16)) not in seen:
            seen.add(key)
            yield row
            continue
        repeats[row.id] = repeats.get(row.id, 0) + 1
        yield Dropped(content_id(row.id, str(repeats[row.id])), "repeated row", f"as {row.id}")


def _read(settings: SourceSettings) -> Iterator[SourceFile | Dropped]:
    limit = settings.maximum_file_bytes
    for origin in here.origins(settings.include):
        for name, path in origin.files:
            content = path.read_bytes() if path.stat().st_size <= limit else bytes(limit + 1)
            values = {"repo": origin.repo, "revision": origin.revision, "license": origin.license}
            yield _row({**values, "path": name, "content": content}, f"{origin.repo} {name}", limit)
    columns = settings.columns.used()
    for name, path in _files(settings):
        for row in files.rows(path, columns, _line_limit(settings)):
            yield _checked(row, name, limit)
    if settings.dataset:
        for row in hub.rows(settings.dataset, settings.revision, settings.config, settings.split, columns):
            yield _checked(row, f"{settings.dataset}@{settings.revision}", limit)


def _line_limit(settings: SourceSettings) -> int:
    return 6 * settings.maximum_file_bytes + (1 << 16)  # JSON may write a byte as six: \u0000


def _checked(row: Row, where: str, limit: int) -> SourceFile | Dropped:
    place = f"{where} row {row.number}"
    if isinstance(row.values, Bad):
        return Dropped(content_id(where, str(row.number)), row.values.reason, f"{place}: {row.values.detail}")
    return _row(row.values, place, limit)


def _row(values: Mapping[str, Any], place: str, limit: int) -> SourceFile | Dropped:
    """A file out of raw values, or the first thing that is wrong with it."""
    texts: dict[str, str] = {"repo": "", "path": "", "revision": "", "license": ""}
    wrong: tuple[str, str] | None = None
    raw: list[str] = []
    for field in FIELDS:
        value = values.get(field)
        if field == "license" and (value is None or isinstance(value, list)):
            value = _all_of(value or [])
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        if data is None or not isinstance(data, bytes):
            missing = data is None
            if field in values and wrong is None:
                wrong = ("missing value", field) if missing else ("not text", f"{field}: {type(data).__name__}")
            raw.append(repr(value))
            continue
        if len(data) > limit and wrong is None:
            wrong = ("too large", f"{field}: more than {limit} bytes")
        try:
            texts[field] = data.decode()
        except UnicodeDecodeError as error:
            wrong = wrong or ("not utf-8", f"{field}: byte {error.start}")
        raw.append(data.decode("utf-8", "surrogateescape"))
    if wrong is None and not texts["content"].strip():
        wrong = ("empty", "")
    if wrong is not None:
        return Dropped(content_id(*raw), wrong[0], f"{place}: {wrong[1]}" if wrong[1] else place)
    id = content_id(texts["repo"], texts["path"], texts["revision"], texts["content"])
    return SourceFile(id=id, **texts)


def _all_of(names: list[Any]) -> str:
    """A list of licences found in a repository, all of which apply, as one SPDX expression."""
    return " AND ".join(dict.fromkeys(str(name) for name in names if name))


def _files(settings: SourceSettings) -> list[tuple[str, Path]]:
    """The files of `path` in order, each with a name that does not depend on where the folder lies."""
    if not settings.path:
        return []
    path = Path(settings.path)
    if path.is_file():
        if not files.format_of(path):
            known = ", ".join(files.READERS)
            raise InputError(f"{path}: unknown extension", f"known: {known}, the latter two also with .gz")
        return [(path.name, path)]
    if path.is_dir():
        found = [each for each in path.rglob("*") if each.is_file() and files.format_of(each)]
        return _in_order(found, path)
    if any(mark in settings.path for mark in "*?["):
        base = Path(*_plain_parts(path))
        pattern = str(path.relative_to(base))
        found = [each for each in base.glob(pattern) if each.is_file() and files.format_of(each)]
        return _in_order(found, base)
    raise InputError(f"{path}: not there", "set [source] path to a file, folder or glob; it is relative to the spec")


def _plain_parts(path: Path) -> list[str]:
    parts = list(path.parts)
    first = next(at for at, part in enumerate(parts) if any(mark in part for mark in "*?["))
    return parts[:first] or ["."]


def _in_order(found: list[Path], base: Path) -> list[tuple[str, Path]]:
    if not found:
        raise InputError(f"{base}: no file matches", f"files end in {', '.join(files.READERS)}")
    return sorted((each.relative_to(base).as_posix(), each) for each in found)


def _parts(settings: SourceSettings) -> list[tuple[str, Path]]:
    return [part for origin in here.origins(settings.include) for part in origin.files]
