"""Warm, programs in Racket and Julia are interpreted; one that runs for long is left to a cold start and compiled."""

import pytest

from sandboxes.local import Local
from toolkit import languages
from toolkit.programs import PROOF, Program, Setting
from toolkit.records import Status

QUICK = {
    "julia": "@assert sum(1:10) == 55\n",
    "racket": '#lang racket\n(unless (equal? (getenv "PLT_CS_INTERP") #f) (error \'seen))\n',
}
LONG = {
    "julia": "function f(n)\n    t = 0\n    for i in 1:n\n        t = xor(t, i)\n    end\n    t\nend\n"
    "@assert f(30_000_000) == 30_000_000\n",
    "racket": "#lang racket\n(for ([index (in-range 60000000)]) (random 7))\n",
}


@pytest.mark.parametrize("language", sorted(LONG))
def test_what_runs_for_long_is_compiled(warm_pool: Local, language: str) -> None:
    runtime = languages.runtime(language)
    if not runtime.toolchains():
        pytest.skip(f"no toolchain for {runtime.title}: {runtime.remedy}")
    setting = Setting(runtime, runtime.toolchains()[0], PROOF, True)
    programs = [Program("quick", QUICK[language]), Program("long", LONG[language]), Program("next", QUICK[language])]
    jobs = (setting.job(each, f"{each.id}!", setting.server) for each in programs)
    outcomes = {outcome.id: outcome for outcome in warm_pool.run(jobs)}
    for each in programs:
        assert setting.judge(outcomes[each.id], f"{each.id}!", setting.limits(each)).status == Status.PASSED
    assert [outcomes[name].warm for name in ("quick", "long", "next")] == [True, False, True]
