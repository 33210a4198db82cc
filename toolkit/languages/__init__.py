"""Target languages: one module each, the folder is the registry, nothing else names a language."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from toolkit.errors import EnvironmentTrouble, UnknownName
from toolkit.languages.base import Language, Toolchain


@cache
def every() -> dict[str, Language]:
    """All languages by name."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name != "base")
    return {name: import_module(f"{__name__}.{name}").LANGUAGE for name in names}


def find(name: str) -> Language:
    """One language. Raises UnknownName."""
    if name not in every():
        raise UnknownName(f"unknown language {name!r}", f"known: {', '.join(every())}")
    return every()[name]


@cache
def toolchain(name: str) -> Toolchain:
    """The best toolchain of this machine. Raises UnknownName, EnvironmentTrouble with the remedy."""
    language = find(name)
    found = language.toolchains()
    if not found:
        raise EnvironmentTrouble(f"no toolchain for {language.title} on this machine", language.remedy)
    return found[0]
