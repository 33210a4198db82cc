"""A program that fills its folder by its own text alone: where the harness needs a copy of it, there may be no room."""

import pytest

from sandboxes.local import Local
from toolkit import languages
from toolkit.programs import PROOF, Program, Setting
from toolkit.records import Status

LARGE = {"perl": "die unless 1 + 1 == 2;\n#", "r": "stopifnot(1 + 1 == 2)\n#"}


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("language", sorted(LARGE))
def test_a_program_without_room_for_its_copy_did_not_leave_early(warm_pool: Local, language: str, warm: bool) -> None:
    runtime = languages.runtime(language)
    if not runtime.toolchains():
        pytest.skip(f"no toolchain for {runtime.title}: {runtime.remedy}")
    setting = Setting(runtime, runtime.toolchains()[0], PROOF, warm)
    program = Program("large", LARGE[language] + "y" * (3 << 20) + "\n", limits={"file_bytes": 1 << 20})
    [outcome] = warm_pool.run([setting.job(program, "large!", setting.server)])
    assert setting.judge(outcome, "large!", setting.limits(program)).status not in (Status.LEFT_EARLY, Status.PASSED)
