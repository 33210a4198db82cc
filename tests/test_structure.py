"""The structure is tested: arrows, layers, heavy imports, the map in the README, what the wheel holds."""

import ast
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("toolkit", "cards", "push", "sandboxes")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
OWN = [path for path in MODULES if "functions" not in path.parts]  # the demo's functions are data
MAY_IMPORT = {
    "sandboxes": set(),
    "cards": set(),
    "push": set(),
    "toolkit": {"sandboxes", "cards", "push"},
}

# From the bottom to the top: a module imports from its own line or a line below it.
LAYERS = (
    ("toolkit", "toolkit.errors"),
    ("toolkit.records",),
    ("toolkit.shards", "toolkit.value_types", "toolkit.canonical", "toolkit.licences"),
    ("toolkit.seals",),
    ("toolkit.lexer",),
    ("toolkit.fingerprints",),
    ("toolkit.neighbours", "toolkit.benchmarks"),
    ("toolkit.python", "toolkit.suites"),
    ("toolkit.generators", "toolkit.languages", "toolkit.originals"),
    ("toolkit.prompts", "toolkit.judge"),
    ("toolkit.programs", "toolkit.fences", "toolkit.blind"),
    ("toolkit.verdict_cache", "toolkit.program_rows"),
    ("toolkit.program_runs",),
    ("toolkit.stage", "toolkit.engines"),
    ("toolkit.stages", "toolkit.sources", "toolkit.journal", "toolkit.release"),
    ("toolkit.runner", "toolkit.spec", "toolkit.progress"),
    ("toolkit.reading",),
    ("toolkit.pipeline",),
    ("toolkit.inspection", "toolkit.doctor", "toolkit.demo"),
    ("toolkit.cli",),
    ("toolkit.__main__",),
)
LIGHT_START = ("pyarrow", "datasets", "huggingface_hub", "docker", "pydantic", "jinja2", "rich", "coverage", "rensa")
LONG_FUNCTIONS: dict[str, str] = {}  # "module:function" -> the reason


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(module: str) -> int | None:
    """The height of the longest named prefix of a module."""
    heights = {name: height for height, names in enumerate(LAYERS) for name in names}
    while module:
        if module in heights:
            return heights[module]
        module = module.rpartition(".")[0]
    return None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_follows_the_arrows(path: Path) -> None:
    here = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))} & MAY_IMPORT.keys()
    assert ours - {here} <= MAY_IMPORT[here]


@pytest.mark.parametrize("path", [path for path in OWN if name_of(path).startswith("toolkit")], ids=name_of)
def test_module_imports_downwards(path: Path) -> None:
    here = name_of(path)
    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        place = ROOT / name.replace(".", "/")
        if name.startswith("toolkit.") and (place.is_dir() or place.with_suffix(".py").exists()):
            assert layer(name) <= layer(here), f"{here} imports {name} from above"  # type: ignore[operator]


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_module_has_a_docstring_and_fits_on_a_few_screens(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text or ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 40 or f"{name_of(path)}:{node.name}" in LONG_FUNCTIONS, f"{node.name}: {lines} lines"


def test_the_command_line_starts_light() -> None:
    code = "import sys; from toolkit.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert not loaded & set(LIGHT_START)


def test_the_readme_maps_every_package_and_top_level_module() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [
        name
        for package in PACKAGES
        for path in sorted((ROOT / package).iterdir())
        if (name := path.name) not in ("__init__.py", "__main__.py", "__pycache__")
        and (path.suffix == ".py" or path.is_dir())
        and not re.search(rf"\b{re.escape(name.removesuffix('.py'))}\b", readme)
    ]
    assert not missing


def test_the_readme_names_every_command() -> None:
    from toolkit.cli import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"langlift {name}" not in readme] == []


def test_the_wheel_holds_our_four_packages_with_their_data_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    [wheel] = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not re.fullmatch("agent-[0-9a-f]{16}", path.name)  # compiled for this machine, at first use
    }
    assert held == ours


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the git checkout")
def test_nothing_names_a_machine_a_mirror_or_a_token() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    hosts = r"py" + r"pi\.org|python" + r"hosted|deb\.deb" + r"ian\.org"  # in parts: this file is read too
    odd = re.compile(rf"(?<![\w.])/(?:work|farm|root)/|{hosts}|hf_[A-Za-z]{{30,}}")
    found = []
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path.is_file() and os.path.getsize(path) < 1_000_000:
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{name}: {match[0]}" for match in odd.finditer(text)]
    assert found == []
