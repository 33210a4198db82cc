"""A run folder knows which rewriter it was made with, not its name alone."""

import shutil
from pathlib import Path

import pytest

from toolkit import generators, runner
from toolkit.errors import StaleStage
from toolkit.pipeline import facts_of
from toolkit.stages.translate import STAGE, Settings


@pytest.fixture
def package(tmp_path: Path) -> Path:
    source = Path(generators.__file__).parent
    return Path(shutil.copytree(source, tmp_path / "elsewhere", ignore=shutil.ignore_patterns("__pycache__")))


def test_the_digest_is_the_same_wherever_the_package_lies(package: Path) -> None:
    (package / "rules" / "__pycache__").mkdir()
    (package / "rules" / "__pycache__" / "code.pyc").write_bytes(b"compiled")
    assert generators.digest_of(package) == generators.sources_digest()


@pytest.mark.parametrize("name", ["rules/prelude.lua", "rules/bounds.py", "__init__.py"])
def test_a_changed_source_changes_the_digest(package: Path, name: str) -> None:
    path = package / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert generators.digest_of(package) != generators.sources_digest()


def test_a_renamed_source_changes_the_digest(package: Path) -> None:
    (package / "rules" / "bounds.py").rename(package / "rules" / "limits.py")
    assert generators.digest_of(package) != generators.sources_digest()


def test_a_run_of_another_rewriter_under_the_same_name_is_refused(tmp_path: Path) -> None:
    facts = facts_of(STAGE, Settings(), "lua", "0" * 16, "rules")
    older = facts | {"generator sources": "0123456789abcdef"}
    assert older["generator"] == facts["generator"]
    runner.refuse_other_facts(tmp_path / "translate", older)
    with pytest.raises(StaleStage, match=f"generator sources: 0123456789abcdef, now {generators.sources_digest()}"):
        runner.refuse_other_facts(tmp_path / "translate", facts)
