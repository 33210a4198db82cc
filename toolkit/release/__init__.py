"""A finished run becomes a release folder: data files, card, licence note, manifest.

    RUN/release/dataset/data/LANGUAGE/SPLIT-00000-of-0000N.parquet
    RUN/release/dataset/README.md  LICENSE  release.json

`release.json` is made from the `stage.json` files and the data files, the card from the same
facts; nobody types any of them in. A folder appears when it is whole, and the same run gives
the same bytes: no times, no machine paths, no durations.
"""

import hashlib
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

import cards
from push.digests import canonical, row_set
from push.manifest import VERSION, is_version
from toolkit import __version__
from toolkit.errors import InputError, LostRow, NothingToRelease, SpecError, StaleStage
from toolkit.release.card import license_note, make_card, toolchains
from toolkit.release.data import Tally, Written, shown, write_language
from toolkit.seals import check_shard, sealed_stage, shard_folder
from toolkit.shards import file_digest, locked, write_json
from toolkit.stage import Settings

SCHEMA = "langlift/release/1"
_REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_PATHS = (("source", "path"), ("decontaminate", "index"))  # the settings of a spec that are paths
_ABSOLUTE = re.compile(r"(?:file:)?[/~]|file:|[A-Za-z]:[/\\]|\\\\")


class ReleaseSettings(Settings):
    """What is released, under which name and version."""

    repo: str = Field(description='Where it will be pushed: "organisation/name".')
    version: str = Field(
        description='Semantic version, as "0.1.0"; the tag on the Hub is "v0.1.0".',
        json_schema_extra={"pattern": f"^{VERSION}$"},
    )
    private: bool = Field(True, description="Whether the repository is made private when it is created.")
    title: str = Field(description="The name that people read.", pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")

    @field_validator("repo")
    @classmethod
    def _as_on_the_hub(cls, repo: str) -> str:
        if not _REPO.fullmatch(repo) or "--" in repo or ".." in repo or repo.endswith((".", "-", ".git")):
            raise ValueError(
                f'{repo!r} is no repository id; write "organisation/name" in letters, digits, "-", "_", "."'
            )
        return repo

    @field_validator("version")
    @classmethod
    def _can_be_tagged(cls, version: str) -> str:
        if not is_version(version):
            raise ValueError(
                f'{version!r} is no version that can be a tag; write one as "0.1.0" or "0.1.0-rc.1": after the hyphen '
                'words of letters, digits and "-" with single dots between them, not ending in ".lock"'
            )
        return version


def release(run: Path, settings: ReleaseSettings) -> Path:
    """Write the release of a finished run; returns its folder. The same run gives the same bytes.

    Raises StaleStage for a run that is not finished or was changed, NothingToRelease for one without rows, InputError
    for something else where the release belongs.
    """
    spec = _spec(run)
    languages = _languages(run, spec)
    stages = _stages(run, languages)
    if not any(stage["rows_out"] for stage in stages if stage["stage"] == "split"):
        raise NothingToRelease(
            f"{run} has no row to release: every row was dropped on the way",
            "`langlift status` shows the stage that dropped them, and why",
        )
    target = run / "release" / "dataset"
    unfinished, scratch, old = (target.with_name(f"dataset.{name}") for name in ("part", "scratch", "old"))
    with _alone(target.parent):
        _refuse_others(target, unfinished, scratch, old)
        for each in (unfinished, scratch):
            _fresh(each)
        files = {name: write_language(_shards(run, name, stages), name, unfinished, scratch) for name in languages}
        shutil.rmtree(scratch)
        _account(files, stages)
        _describe(unfinished, settings, files, stages, spec)
        _replace(unfinished, target, old)
    return target


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One release at a time in a run."""
    _refuse_others(folder)
    folder.mkdir(exist_ok=True)
    held = StaleStage(f"another langlift writes {folder}", "wait for it, then run the command again")
    with locked(folder / ".lock", held):
        yield


def _refuse_others(*folders: Path) -> None:
    """Raises InputError for what langlift did not make where it makes folders, and removes them: a link, a file."""
    for path in folders:
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            what = f"a link to {str(path.readlink())!r}" if path.is_symlink() else "a file"
            raise InputError(
                f"{path} is {what}, and no folder that langlift made",
                f"remove or rename {path}, and release again; to have the release elsewhere, copy it when it is made",
            )


def _fresh(folder: Path) -> None:
    """An empty folder, whatever a killed release left there."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()


def _account(files: dict[str, dict[str, list[Written]]], stages: list[dict[str, Any]]) -> None:
    """Every row that split kept is written. Raises LostRow."""
    for language, splits in files.items():
        written = sum(each.rows for parts in splits.values() for each in parts)
        kept = sum(each["rows_out"] for each in stages if (each["stage"], each["language"]) == ("split", language))
        if written != kept:
            raise LostRow(f"{language}: {written} rows were written to the release, and split kept {kept}")


def _describe(
    folder: Path,
    settings: ReleaseSettings,
    files: dict[str, dict[str, list[Written]]],
    stages: list[Any],
    spec: dict[str, Any],
) -> None:
    """The card, the licence note and, last, the manifest."""
    written = [each for splits in files.values() for split in splits.values() for each in split]
    tally = Tally()
    for each in written:
        tally.add(folder / each.path)
    row = shown(folder / written[0].path)
    manifest = {
        "schema": SCHEMA,
        "repo": settings.repo,
        "kind": "dataset",
        "version": settings.version,
        "private": settings.private,
        "title": settings.title,
        "spec": {"digest": hashlib.sha256(canonical(spec)).hexdigest(), "settings": spec},
        "stages": stages,
        "languages": {
            language: {split: sum(each.rows for each in parts) for split, parts in splits.items()}
            for language, splits in files.items()
        },
        "licenses": dict(tally.licenses),
        "repositories": dict(tally.repositories),
        "generators": dict(tally.generators),
        "toolchains": toolchains(stages),
        "langlift": __version__,
    }
    card = make_card(manifest, tally, row)
    (folder / "README.md").write_text(cards.render(card), encoding="utf-8")
    (folder / "LICENSE").write_text(license_note(card), encoding="utf-8")
    texts = {name: _entry(folder / name) for name in ("README.md", "LICENSE")}
    data = {each.path: _entry(folder / each.path, rows=each.rows) for each in written}
    write_json(folder / "release.json", manifest | {"files": texts | data})


def _entry(path: Path, rows: int | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"sha256": file_digest(path), "size": path.stat().st_size}
    return entry if rows is None else entry | {"rows": rows, "row_set": row_set(path)}


def _replace(unfinished: Path, target: Path, old: Path) -> None:
    """Put the finished folder in place. A kill in between leaves the old one under `dataset.old`, or none."""
    if target.exists():
        if old.exists():
            shutil.rmtree(old)
        target.rename(old)
    unfinished.rename(target)
    if old.exists():
        shutil.rmtree(old)


def _spec(run: Path) -> dict[str, Any]:
    """The settings of a run as its author wrote them, less the folders of the paths among them, and less the
    engine: where shards ran changes nothing, so it must not change the manifest either."""
    try:
        spec = tomllib.loads((run / "spec.toml").read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{run} is no run folder: spec.toml: {error.strerror}", "name the --run-dir of a run"
        ) from None
    except ValueError as error:
        raise SpecError(f"{run}/spec.toml: not TOML: {error}", "a run folder holds the spec it was made with") from None
    spec.pop("engine", None)
    for table, key in _PATHS:
        if isinstance(settings := spec.get(table), dict) and isinstance(settings.get(key), str):
            settings[key] = last_part(settings[key])
    return spec


def _languages(run: Path, spec: dict[str, Any]) -> list[str]:
    languages = spec.get("languages", [])
    if not languages:
        raise SpecError(f"{run}/spec.toml names no languages", "a run folder holds the spec it was made with")
    return [str(language) for language in languages]


def _stages(run: Path, languages: list[str]) -> list[dict[str, Any]]:
    """The facts of every stage in the order they ran. Raises StaleStage where one is not sealed, or of another run."""
    stages: list[dict[str, Any]] = []
    shared: dict[str, Any] | None = None
    for part in ("shared", *languages):
        folders = sorted(path for path in (run / part).glob("[0-9][0-9]-*") if path.is_dir())
        if part != "shared" and not any(path.name.endswith("-split") for path in folders):
            raise _unfinished(run, f"{part}/split")
        before = shared
        for path in folders:
            if (facts := sealed_stage(path)) is None:
                raise _unfinished(run, f"{part}/{path.name}")
            if before is not None and facts["facts"]["input"] != before["digest"]:
                raise StaleStage(
                    f"{path} was made from another {before['stage']} than the one that is here",
                    f"remove {path} and the folders after it, and `langlift run` with the same spec again",
                )
            stages.append(before := facts)
        shared = before if part == "shared" else shared
    return [_without_machine(stage) for stage in stages]


def _unfinished(run: Path, stage: str) -> StaleStage:
    return StaleStage(f"{run} is not finished: {stage} is not sealed", "`langlift run` with the same spec continues it")


def _shards(run: Path, language: str, stages: list[dict[str, Any]]) -> list[Path]:
    """The rows of the split stage, each file the one that was sealed. Raises StaleStage."""
    [folder] = (run / language).glob("[0-9][0-9]-split")
    [facts] = (each for each in stages if (each["stage"], each["language"]) == ("split", language))
    found = [shard_folder(folder, index) for index in range(facts["shards"])]
    for shard in found:
        check_shard(shard)
    return [shard / "rows.parquet" for shard in found]


def _without_machine(stage: dict[str, Any]) -> dict[str, Any]:
    """A stage's facts with those that are paths, or look like absolute ones, cut to their last part."""
    paths = {".".join(names) for names in _PATHS}
    facts = {
        key: last_part(value) if isinstance(value, str) and (key in paths or _ABSOLUTE.match(value)) else value
        for key, value in stage["facts"].items()
    }
    return stage | {"facts": facts}


def last_part(path: str) -> str:
    """What follows the last separator; "." for a path that ends in one, whose last folder may be a person's name."""
    return path and (re.split(r"[/\\]", path)[-1] or ".")
