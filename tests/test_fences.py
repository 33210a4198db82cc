"""The fence that was asked for, or a refusal that says how to allow a weaker one."""

import pytest

from sandboxes import Pool, SandboxUnavailable
from sandboxes.local import Local
from toolkit import fences


def reduced(name: str, workers: int) -> Pool:
    return Local(workers, namespaces=False)


def test_a_local_fence_without_namespaces_is_refused_unless_it_is_allowed_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fences, "open_pool", reduced)
    with pytest.raises(SandboxUnavailable, match="no namespaces") as raised:
        fences.open_fence("local", "python", 1)
    assert "--allow-weaker reduced" in raised.value.help
    assert raised.value.exit_code == 3
    with fences.open_fence("local", "python", 1, ("reduced",)) as pool:
        assert "network" in fences.lacking(pool)


def test_the_identity_of_a_fence_says_what_it_lacks() -> None:
    with Local() as full, Local(namespaces=False) as weak:
        assert fences.identity(full) != fences.identity(weak)
        before = fences.identity(full)
        full.lacking = ("landlock",)
        assert fences.identity(full) != before


def test_every_fence_of_the_command_line_can_be_opened_by_name() -> None:
    from toolkit.cli import sandbox

    (option,) = (each for each in sandbox.run.params if each.name == "fence")
    assert tuple(option.type.choices) == fences.FENCES  # type: ignore[attr-defined]
