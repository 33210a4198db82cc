"""Seals: what a run folder says of its own files, and whether it is still true.

A small JSON file carries the digest of its own values; a shard those of its two Parquet files; a table between two
passes has its digest beside it. A changed byte is an error that names the file and what to remove; a file that is
absent is work that is owed again, so that "remove it and run again" is true for each of them.
Not covered: `spec.toml`, which belongs to its author, and a hand that changes a file together with its digest.
"""

import json
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from toolkit.shards import damaged, file_digest, joined_digest, read_json, write_json, write_text

SUFFIX = ".sha256"
OF_A_SHARD = ("rows.parquet", "dropped.parquet")


@dataclass(frozen=True)
class Sealed:
    """What a finished shard says about itself. The same on every machine: no times, no paths."""

    index: int
    rows_in: int
    rows_out: int
    dropped: dict[str, int]
    files: dict[str, str]  # name -> SHA-256

    @property
    def digest(self) -> str:
        """One for the shard."""
        return joined_digest(self.files[name] for name in OF_A_SHARD)


def write_sealed(path: Path, value: dict[str, Any]) -> None:
    """A small JSON file that can tell when it was changed."""
    write_json(path, value | {"sha256": _own_digest(value)})


def read_sealed(path: Path) -> dict[str, Any]:
    """What `write_sealed` wrote. Raises StaleStage, with what to remove, for anything else."""
    value = read_json(path)
    if not isinstance(value, dict) or value.pop("sha256", None) != _own_digest(value):
        raise damaged(path)
    return value


def _own_digest(value: dict[str, Any]) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def write_digest(path: Path) -> None:
    """Say beside a finished file what it holds. Written last, so without it the file is not done."""
    write_text(_beside(path), file_digest(path) + "\n")


def has_digest(path: Path) -> bool:
    """Whether a file is there and finished."""
    return path.exists() and _beside(path).exists()


def check_digest(path: Path) -> None:
    """Raises StaleStage where a file is not the one that `write_digest` saw."""
    if not has_digest(path) or _beside(path).read_bytes() != f"{file_digest(path)}\n".encode():
        raise damaged(path)


def tables(folder: Path) -> list[Path]:
    """The finished files of a stage that have their digest beside them."""
    found = (path.with_name(path.name.removesuffix(SUFFIX)) for path in folder.rglob(f"*{SUFFIX}"))
    return sorted(path for path in found if has_digest(path))


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def shard_folder(stage_folder: Path, index: int) -> Path:
    """Where the files of one shard are."""
    return stage_folder / f"{index:05d}"


def write_facts(folder: Path, index: int, rows_in: int, rows_out: int, dropped: dict[str, int]) -> Sealed:
    """`shard.json`, which says that the shard is whole."""
    files = {name: file_digest(folder / name) for name in OF_A_SHARD}
    facts = Sealed(index, rows_in, rows_out, dict(sorted(dropped.items())), files)
    write_sealed(folder / "shard.json", asdict(facts))
    return facts


def sealed(stage_folder: Path, index: int) -> Sealed | None:
    """The facts of a sealed shard, or None while it is open or one of its files is gone."""
    folder = shard_folder(stage_folder, index)
    if not all((folder / name).exists() for name in ("shard.json", *OF_A_SHARD)):
        return None
    value = read_sealed(folder / "shard.json")
    if value.keys() != {each.name for each in fields(Sealed)} or value["index"] != index:
        raise damaged(folder / "shard.json")
    return Sealed(**value)


def check_shard(folder: Path) -> None:
    """Raises StaleStage, by the name of the file, where a sealed shard does not hold what was sealed."""
    facts = sealed(folder.parent, int(folder.name))
    for name in OF_A_SHARD:
        if facts is None or facts.files[name] != file_digest(folder / name):
            raise damaged(folder / name)


def check_sealed(path: Path, tell: object) -> None:
    """The same for a shard or a table between two passes, in a worker."""
    if path.is_dir():
        check_shard(path)
    else:
        check_digest(path)


def sealed_stage(folder: Path) -> dict[str, Any] | None:
    """The facts of a sealed stage, or None while it or one of its shards is open, or was made again differently."""
    path = folder / "stage.json"
    if not path.exists():
        return None
    facts = read_sealed(path)
    if folder.name.partition("-")[2] != facts.get("stage"):  # of another folder
        raise damaged(path)
    parts = [sealed(folder, index) for index in range(facts["shards"])]
    whole = [part.digest for part in parts if part is not None]
    return facts if len(whole) == len(parts) and joined_digest(whole) == facts["digest"] else None
