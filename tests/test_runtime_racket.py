"""Warm, programs in Racket are interpreted: one that runs for long is run by a cold start, which compiles it."""

import pytest

from sandboxes.local import Local
from toolkit import languages
from toolkit.programs import PROOF, Program, Setting
from toolkit.records import Status

QUICK = '#lang racket\n(unless (equal? (getenv "PLT_CS_INTERP") #f) (error \'seen))\n'
LONG = "#lang racket\n(for ([index (in-range 60000000)]) (random 7))\n"


def test_what_runs_for_long_is_compiled(warm_pool: Local) -> None:
    runtime = languages.runtime("racket")
    if not runtime.toolchains():
        pytest.skip(f"no toolchain for {runtime.title}: {runtime.remedy}")
    setting = Setting(runtime, runtime.toolchains()[0], PROOF, True)
    programs = [Program("quick", QUICK), Program("long", LONG), Program("next", QUICK)]
    jobs = (setting.job(each, f"{each.id}!", setting.server) for each in programs)
    outcomes = {outcome.id: outcome for outcome in warm_pool.run(jobs)}
    for each in programs:
        assert setting.judge(outcomes[each.id], f"{each.id}!", setting.limits(each)).status == Status.PASSED
    assert [outcomes[name].warm for name in ("quick", "long", "next")] == [True, False, True]
