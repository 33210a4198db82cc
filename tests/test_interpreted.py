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


COMPILED = {
    "inbounds": "f(a) = @inbounds a[10]\n"
    "ok = false\ntry\n    f([1, 2, 3])\ncatch\n    global ok = true\nend\n@assert ok\n",
    "fast": "f(x) = @fastmath x == x\n@assert !f(NaN)\n",
    "deep": "f(x) = x == 0 ? 0 : 1 + f(x - 1)\n@assert try f(50000); false; catch e; e isa StackOverflowError end\n",
}


@pytest.mark.parametrize("name", COMPILED)
def test_what_is_another_thing_when_interpreted_is_compiled(warm_pool: Local, name: str) -> None:
    runtime = languages.runtime("julia")
    if not runtime.toolchains():
        pytest.skip(f"no toolchain for {runtime.title}: {runtime.remedy}")
    setting = Setting(runtime, runtime.toolchains()[0], PROOF, True)
    program = Program(name, COMPILED[name])
    [warm], [cold] = (list(warm_pool.run([setting.job(program, "x!", each)])) for each in (setting.server, None))
    assert warm.warm
    assert setting.judge(warm, "x!", setting.limits(program)).status == Status.RUNTIME_ERROR
    assert setting.judge(cold, "x!", setting.limits(program)).status == Status.RUNTIME_ERROR
