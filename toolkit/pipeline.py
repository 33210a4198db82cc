"""The order of the stages, and a run folder.

    RUN/spec.toml                 the spec, copied
    RUN/shared/10-read ... 50-cover
    RUN/LANGUAGE/60-translate ... 95-split
    RUN/release/dataset           written by `toolkit.release`

A stage begins when the one before it is sealed; its shards run wherever the engine runs them.
A rerun continues: sealed shards and stages are not done again, journals are taken up. Every sealed file is held
against its seal once: by the worker that reads it, or else for its own sake.
"""

import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sandboxes import Pool, open_pool
from toolkit import languages, reading, runner
from toolkit.engines import Engine, Tell, open_engine
from toolkit.errors import InputError, NothingToRelease, SpecError, StaleStage, UnknownName
from toolkit.fences import strongest
from toolkit.generators import open_generator
from toolkit.progress import Watcher
from toolkit.release import ReleaseSettings, release
from toolkit.seals import Sealed, check_sealed, sealed_stage, shard_folder, tables
from toolkit.shards import locked, write_text
from toolkit.spec import Spec, load, place
from toolkit.stage import Settings, Stage, Tools
from toolkit.stages import decontaminate

SHARED = ("extract", "filter", "tests", "cover")
PER_LANGUAGE = ("translate", "validate", "dedup", "decontaminate", "split")
FOLDERS = {
    name: f"{number}-{name}"
    for name, number in zip(("read", *SHARED, *PER_LANGUAGE), (10, 20, 30, 40, 50, 60, 70, 80, 90, 95), strict=True)
}


@dataclass(frozen=True)
class Task:
    """One shard of one stage: plain values, so that any engine can carry it anywhere."""

    stage: str
    settings: Settings
    language: str
    backend: str
    source: Path  # the sealed shard folder it reads
    folder: Path  # of the stage
    index: int


@dataclass(frozen=True)
class Overseer:
    """What the stages of one run share."""

    spec: Spec
    watcher: Watcher
    engine: Engine
    checked: set[Path]  # stage folders whose shards are what their seals say

    def check_shards(self, folder: Path, shards: int) -> None:
        """Look at the shards of a stage that nobody reads. Raises StaleStage, by the name of the file."""
        if folder not in self.checked:
            self.check([shard_folder(folder, index) for index in range(shards)])
            self.checked.add(folder)

    def check(self, paths: list[Path]) -> None:
        """The same for shards and tables, by their paths."""
        for _ in self.engine.map(check_sealed, paths, lambda message: None):
            pass


def stage_of(name: str) -> Stage:
    stage: Stage = import_module(f"toolkit.stages.{name}").STAGE
    return stage


def run(spec: Spec, text: str, folder: Path, watcher: Watcher, until: str | None = None) -> list[dict[str, Any]]:
    """Do what is not sealed yet. Returns the facts of each stage, in order.

    Raises StaleStage for a folder made with another spec, InputError for a folder of something else,
    NothingToRelease for a source of which nothing could be read, SandboxUnavailable for a fence weaker than asked for,
    EnvironmentTrouble for what else the machine lacks.
    """
    if until is not None and until not in FOLDERS:
        raise UnknownName(f"unknown stage {until!r}", f"known: {', '.join(FOLDERS)}")
    check(spec)
    watcher.remark(f"programs run behind: {strongest(spec.sandbox.fence)}")
    with _locked(folder), open_engine(spec.engine.name, spec.engine.workers) as engine:
        facts = list(_stages(Overseer(spec, watcher, engine, set()), folder, until))
        write_text(folder / "spec.toml", text)  # only now: a folder of another spec has been refused
        if spec.release is not None and until is None:
            _one(engine, write_release, Releasing(folder, spec.release))
    return facts


def check(spec: Spec, path: Path | None = None) -> None:
    """Raises SpecError, with the line where the spec's path is given, for what could not be done as the spec says."""
    for names, words, help in _faults(spec):
        raise SpecError(f"{place(path, names) if path else ''}{words}", help)


def _faults(spec: Spec) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(key, what is wrong, remedy) of settings that are right alone and not together, or not on this machine."""
    generator = open_generator(spec.generate.backend)
    if foreign := [name for name in spec.languages if name not in generator.languages]:
        known = ", ".join(generator.languages)
        words = f"generator {spec.generate.backend!r} does not write {', '.join(foreign)}; it writes: {known}"
        yield ("languages",), words, "name languages that it writes, or another [generate] backend"
    if spec.validate_.blind and (mute := [name for name in spec.languages if name not in languages.blinds()]):
        help = f"blind = false in [validate], or one of: {', '.join(languages.blinds())}"
        yield ("validate", "blind"), f"{', '.join(mute)} does not answer blind", help
    try:
        decontaminate.index_of(spec.decontaminate)
    except InputError as error:
        yield ("decontaminate", "index"), str(error), error.help


def _one(engine: Engine, do: Callable[[Any, Tell], Any], item: Any) -> None:
    """One piece of work in a worker: the parent's memory is that of an overseer, whatever the input."""
    for _ in engine.map(do, [item], lambda message: None):
        pass


def _stages(overseer: Overseer, folder: Path, until: str | None) -> Iterator[dict[str, Any]]:
    spec, shared = overseer.spec, folder / "shared"
    previous = shared / FOLDERS["read"]
    before = reading.read(spec.source, previous, overseer.watcher, overseer.engine)
    yield before
    if not before["rows_out"]:
        help = "`langlift show RUN read --dropped REASON` lists them; `langlift status` counts the reasons"
        raise NothingToRelease(f"nothing of the source could be used: {before['rows_in']} rows dropped", help)
    for name in () if until == "read" else SHARED:
        before = _run_stage(overseer, name, "", before, previous, shared / FOLDERS[name])
        yield before
        previous = shared / FOLDERS[name]
        if until == name:
            break
    if until in ("read", *SHARED):
        overseer.check_shards(previous, before["shards"])
        return
    for language in spec.languages:
        facts, source = before, previous
        for name in PER_LANGUAGE:
            target = folder / language / FOLDERS[name]
            facts = _run_stage(overseer, name, language, facts, source, target)
            yield facts
            source = target
            if until == name:
                break
        if until is not None or spec.release is None:  # the release would read it
            overseer.check_shards(source, facts["shards"])


def _run_stage(
    overseer: Overseer, name: str, language: str, before: dict[str, Any], source: Path, folder: Path
) -> dict[str, Any]:
    spec, engine, watcher = overseer.spec, overseer.engine, overseer.watcher
    stage, settings = stage_of(name), spec.slice(name)
    facts = facts_of(stage, settings, language, before["digest"], spec.generate.backend)
    runner.refuse_other_facts(folder, facts)
    if (done := sealed_stage(folder)) is not None:
        overseer.check_shards(source, before["shards"])
        overseer.check(tables(folder))
        return done
    watcher.begin(f"{name} {language}".strip(), before["rows_out"])
    tasks = [
        Task(name, settings, language, spec.generate.backend, shard_folder(source, index), folder, index)
        for index in range(before["shards"])
    ]
    if stage.survey is not None:
        for _ in engine.map(survey, tasks, lambda message: None):
            pass
        _one(engine, merge, Merging(name, settings, folder, before["shards"]))
    done_now = engine.map(work, tasks, lambda message: watcher.advance(*message))
    parts = sorted(done_now, key=lambda part: part.index)
    watcher.finish()
    overseer.checked.add(source)  # each shard by its worker
    return runner.stage_json(folder, name, stage.version, language, parts)


def facts_of(stage: Stage, settings: Settings, language: str, digest: str, backend: str) -> dict[str, str]:
    """All that the output of a stage depends on, by name."""
    facts = _settings_of(stage.name, settings)
    facts |= {"stage version": stage.version, "input": digest, "python": platform.python_version()}
    if stage.name == "translate":
        facts["generator"] = open_generator(backend).name
    if stage.facts is not None:
        facts |= stage.facts(settings, language)
    return facts


def _settings_of(name: str, settings: Settings) -> dict[str, str]:
    return {f"{name}.{key}": str(value) for key, value in settings.model_dump(mode="json").items()}


def work(task: Task, tell: Tell) -> Sealed:
    """Finish one shard, in a worker. Handles are opened here, never carried."""
    stage = stage_of(task.stage)
    decisions = runner.read_decisions(task.folder, task.source) if stage.survey is not None else {}
    tools = Tools(_pool(), open_generator(task.backend), task.language, decisions)
    reporter = runner.Reporter(tell)
    sealed = runner.run_shard(stage, task.settings, tools, task.source, task.folder, task.index, reporter.hear)
    reporter.flush()
    return sealed


def survey(task: Task, tell: Tell) -> int:
    """The fingerprints of one shard, in a worker."""
    return runner.survey_shard(stage_of(task.stage), task.settings, task.source, task.folder, task.index)


@dataclass(frozen=True)
class Merging:
    """The fingerprints of all shards of a stage."""

    stage: str
    settings: Settings
    folder: Path
    shards: int


def merge(merging: Merging, tell: Tell) -> None:
    """All fingerprints of a stage to its table of decisions, in a worker."""
    runner.merge_marks(stage_of(merging.stage), merging.settings, merging.folder, merging.shards)


@dataclass(frozen=True)
class Releasing:
    """A finished run, and what it is released as."""

    folder: Path
    settings: ReleaseSettings


def write_release(releasing: Releasing, tell: Tell) -> None:
    """The release folder of a run, in a worker."""
    release(releasing.folder, releasing.settings)


def release_again(folder: Path) -> Path:
    """Write the release of a finished run once more, as its own spec says; `[release]` in it may have been edited.

    Raises StaleStage where the spec says other settings than the stages were made with.
    """
    path = folder / "spec.toml"
    if not path.exists():
        raise InputError(f"{folder} is no finished run folder: it holds no spec.toml", "name the --run-dir of a run")
    spec = load(path)
    if spec.release is None:
        raise SpecError(f"{path} has no [release]", "add [release] with repo, version and title to the spec")
    for part, names in (("shared", SHARED), *((language, PER_LANGUAGE) for language in spec.languages)):
        for name in names:
            before = (sealed_stage(folder / part / FOLDERS[name]) or {"facts": {}})["facts"]
            now = {key: value for key, value in _settings_of(name, spec.slice(name)).items() if key in before}
            if changed := runner.differences({key: before[key] for key in now}, now):
                raise StaleStage(
                    f"{path} does not say what {folder / part / FOLDERS[name]} was made with: {changed}",
                    "`langlift run` with the spec of the run writes it again",
                )
    return release(folder, spec.release)


@cache
def _pool() -> Pool:
    return open_pool("local")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One run at a time in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted(path.name for path in folder.iterdir() if path.name != ".lock")
    if others and not (folder / "shared").is_dir():
        shown = ", ".join(others[:3])
        raise InputError(f"{folder} is no run folder, and not empty: it holds {shown}", "name a new --run-dir")
    held = StaleStage(f"another langlift works in {folder}", "wait for it, or use another --run-dir")
    with locked(folder / ".lock", held):
        yield
