"""The spec: one TOML file says everything, and nothing else is listened to.

`Spec` is composed of the stages' own settings; each stage is handed its slice and can not see
the rest. Unknown keys are refused with the nearest known one and the line they stand on.
"""

import os
import re
import tomllib
from collections import Counter
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from toolkit.engines import ENGINES
from toolkit.errors import SpecError, unknown
from toolkit.generators import BACKENDS
from toolkit.languages import every
from toolkit.release import ReleaseSettings
from toolkit.sources import SourceSettings
from toolkit.stage import Settings
from toolkit.stages.cover import Settings as CoverSettings
from toolkit.stages.decontaminate import Settings as DecontaminateSettings
from toolkit.stages.dedup import Settings as DedupSettings
from toolkit.stages.extract import Settings as ExtractSettings
from toolkit.stages.filter import Settings as FilterSettings
from toolkit.stages.split import Settings as SplitSettings
from toolkit.stages.tests import Settings as TestsSettings
from toolkit.stages.translate import Settings as TranslateSettings
from toolkit.stages.validate import Settings as ValidateSettings

MOST_WORKERS = 1024
_IN_WORDS = {  # what pydantic says of a value's type, for people who know TOML and not pydantic
    "missing": "is missing",
    "string_.*type": 'must be text, as "this"',
    "int_(type|parsing|from_float)": "must be a whole number",
    "float_(type|parsing)": "must be a number",
    "bool_(type|parsing)": "must be true or false",
    "tuple_type|list_type": 'must be a list, as ["this", "that"]',
    "model_type": "must be a table, as [this]",
}


def _known_engine(name: str) -> str:
    return _known("engine", name, ENGINES)


def _known_generator(name: str) -> str:
    return _known("generator", name, BACKENDS)


def _known_language(name: str) -> str:
    return _known("language", name, every())


def _known(kind: str, name: str, known: Collection[str]) -> str:
    if name not in known:
        raise ValueError(unknown(kind, name, known))
    return name


class EngineSettings(Settings):
    """Where shards run. Never changes a byte of the result."""

    name: Annotated[str, AfterValidator(_known_engine)] = Field(
        "local", description="The engine: local (a pool of processes on this machine)."
    )
    workers: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, MOST_WORKERS),
        ge=1,
        le=MOST_WORKERS,
        description="Shards at once; by default one a core.",
    )


class SandboxSettings(Settings):
    """What untrusted code runs behind. Never changes a byte of the result."""

    fence: Literal["local", "reduced"] = Field(
        "local",
        description="The weakest fence that will do; the strongest of this machine is taken. local (namespaces), or "
        "reduced (processes and resource limits alone: a program can use the network and your files).",
    )


class GenerateSettings(Settings):
    """Who translates."""

    backend: Annotated[str, AfterValidator(_known_generator)] = Field(
        "rules", description="The generator: rules (an exact Python to Lua rewriter, no model)."
    )


class Spec(Settings):
    """A release: where functions come from, which languages they go to, and how each stage decides."""

    name: str = Field(description="Names the run.", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    languages: tuple[Annotated[str, AfterValidator(_known_language)], ...] = Field(
        description="Target languages; `langlift languages` lists them.",
        json_schema_extra={"minItems": 1, "uniqueItems": True},
    )
    source: SourceSettings
    engine: EngineSettings = Field(default_factory=EngineSettings)
    sandbox: SandboxSettings = Field(default_factory=SandboxSettings)
    extract: ExtractSettings = Field(default_factory=ExtractSettings)
    filter: FilterSettings = Field(default_factory=FilterSettings)
    tests: TestsSettings = Field(default_factory=TestsSettings)
    cover: CoverSettings = Field(default_factory=CoverSettings)
    generate: GenerateSettings = Field(default_factory=GenerateSettings)
    translate: TranslateSettings = Field(default_factory=TranslateSettings)
    validate_: ValidateSettings = Field(default_factory=ValidateSettings, alias="validate")
    dedup: DedupSettings = Field(default_factory=DedupSettings)
    decontaminate: DecontaminateSettings = Field(default_factory=DecontaminateSettings)
    split: SplitSettings = Field(default_factory=SplitSettings)
    release: ReleaseSettings | None = None

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if not languages:
            raise ValueError('none is named; write one, as ["lua"]: `langlift languages` lists them')
        if twice := sorted(name for name, count in Counter(languages).items() if count > 1):
            raise ValueError(f"named more than once: {', '.join(twice)}; a language is translated to once")
        return languages

    def slice(self, stage: str) -> Settings:
        """The settings of one stage."""
        settings: Settings = getattr(self, "validate_" if stage == "validate" else stage)
        return settings


def load(path: Path) -> Spec:
    """Read and check a spec. Paths in it are relative to its folder. Raises SpecError."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}", "name a langlift.toml that exists") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: not UTF-8 text", "save the spec as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path}: not TOML: {error}", "mend the line that is named") from None
    try:
        spec = Spec.model_validate(values)
    except ValidationError as error:
        remarks = "\n".join(f"{path}{_remark(problem, text)}" for problem in error.errors())
        raise SpecError(remarks, "`langlift schema` prints every key there is") from None
    folder = path.parent
    return spec.model_copy(
        update={"source": spec.source.resolved(folder), "decontaminate": spec.decontaminate.resolved(folder)}
    )


def _remark(problem: ErrorDetails, text: str) -> str:
    names = tuple(str(each) for each in problem["loc"])
    where = f":{line}" if (line := line_of(text, names)) else ""
    if problem["type"] != "extra_forbidden":
        said = next((words for kind, words in _IN_WORDS.items() if re.fullmatch(kind, problem["type"])), problem["msg"])
        return f"{where}: {'.'.join(names) or 'the spec'}: {_in_order(said)}"
    near = get_close_matches(names[-1], known_keys(names[:-1]), n=1)
    guess = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known_keys(names[:-1]))}"
    return f"{where}: unknown key {'.'.join(names)!r}{guess}"


def _in_order(said: str) -> str:
    return re.sub("^Value error, |^Input should ", lambda found: "must " if "Input" in found[0] else "", said)


def known_keys(table: tuple[str, ...]) -> list[str]:
    """The keys that a table of the spec may have."""
    model: Any = Spec
    for name in table:
        fields = {field.alias or key: field for key, field in model.model_fields.items()} if model else {}
        model = _model(fields[name].annotation) if name in fields else None
    return [field.alias or key for key, field in model.model_fields.items()] if model else []


def _model(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def place(path: Path, names: tuple[str, ...]) -> str:
    """Where a key of a spec stands, as the beginning of a message."""
    line = line_of(path.read_text(encoding="utf-8"), names)
    return f"{path}:{line}: {'.'.join(names)}: " if line else f"{path}: {'.'.join(names)}: "


def line_of(text: str, names: tuple[str, ...]) -> int:
    """The line on which a dotted key, or the deepest table of it, stands; 0 where it stands nowhere."""
    table: tuple[str, ...] = ()
    best, depth = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            table = _parts(header[1])
            found = table
        elif key := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            found = table + _parts(key[1])
        else:
            continue
        if names[: len(found)] == found and len(found) > depth:
            best, depth = number, len(found)
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
