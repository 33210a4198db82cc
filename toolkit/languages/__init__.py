"""Languages: one folder each, the folder is the registry, nothing else names a language.

A folder holds `LANGUAGE` (what translations into it need) in its package, `RUNTIME` (how programs of it
run) in its module `runtime`, `BLIND` (how functions of it answer calls) in its package or in its module `blind`, or
some of them.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from toolkit.errors import EnvironmentTrouble, UnknownName
from toolkit.languages.base import Language, Toolchain
from toolkit.languages.blind import Blind
from toolkit.languages.runtime import Runtime

Found = TypeVar("Found", Language, Runtime, Blind)


@cache
def every() -> dict[str, Language]:
    """All languages that can be translated into, by name."""
    modules = {name: import_module(f"{__name__}.{name}") for name in _folders()}
    return {name: module.LANGUAGE for name, module in modules.items() if hasattr(module, "LANGUAGE")}


@cache
def runtimes() -> dict[str, Runtime]:
    """All languages whose programs can be run, by name."""
    return {name: import_module(f"{__name__}.{name}.runtime").RUNTIME for name in _with("runtime")}


@cache
def blinds() -> dict[str, Blind]:
    """All languages whose functions can be judged by their answers alone, by name."""
    apart = set(_with("blind"))
    modules = {name: import_module(f"{__name__}.{name}{'.blind' * (name in apart)}") for name in _folders()}
    return {name: module.BLIND for name, module in modules.items() if hasattr(module, "BLIND")}


def _with(module: str) -> list[str]:
    return [name for name in _folders() if (Path(__file__).parent / name / f"{module}.py").exists()]


def _folders() -> list[str]:
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/__init__.py"))


def find(name: str) -> Language:
    """One language. Raises UnknownName."""
    return _named(every(), name)


def runtime(name: str) -> Runtime:
    """One language's runtime. Raises UnknownName."""
    return _named(runtimes(), name)


def blind(name: str) -> Blind:
    """How one language answers blind. Raises UnknownName."""
    return _named(blinds(), name)


def _named(known: dict[str, Found], name: str) -> Found:
    if name not in known:
        raise UnknownName(f"unknown language {name!r}", f"known: {', '.join(known)}")
    return known[name]


@cache
def toolchain(name: str) -> Toolchain:
    """The best toolchain of this machine for a translation. Raises UnknownName, EnvironmentTrouble with the remedy."""
    return _best(find(name))


@cache
def program_toolchain(name: str) -> Toolchain:
    """The best toolchain of this machine for whole programs. Raises UnknownName, EnvironmentTrouble with the remedy."""
    return _best(runtime(name))


def _best(of: Language | Runtime) -> Toolchain:
    found = of.toolchains()
    if not found:
        raise EnvironmentTrouble(f"no toolchain for {of.title} on this machine", of.remedy)
    return found[0]
