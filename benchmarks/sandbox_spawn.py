"""What a program in a local box costs beside a bare process.

Run: python benchmarks/sandbox_spawn.py [programs [language...]]

Small distinct programs (a function on lists, five checks; one in twenty fails), run in one go with two workers
each, forms taking turns by the batch so that other load hits them alike:

- bare: the language's ordinary command, spawned in a loop by as many threads, with no fence at all;
- cold: the same command in the fence of the compiled agent, of the agent in Python, with namespaces of its own;
- warm: by the language's server, where there is one;
- in containers, cold and warm, where a Docker engine answers and has the language's image.

Without names, every language that has a runtime, a toolchain here and a program below.
Prints programs a second and the ratio to bare. Ratios travel to other machines, rates do not.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from sandboxes import Job, Limits, Pool, SandboxUnavailable, images
from sandboxes.docker import Docker
from sandboxes.local import Local
from toolkit import languages

WORKERS, BATCH = 2, 100
LUA = """local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do if not same(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end
local function shift(list, by)
  local out = {}
  for i, each in ipairs(list) do if each % 2 == 0 then out[#out + 1] = each + by end end
  return out
end
"""
# What a program begins with, and one check of it: `list` is the argument, `by` what is added, `sums` the result.
OTHERS = {
    "javascript": (
        "const assert = require('assert');\n"
        "function shift(values, by) { return values.filter((each) => each % 2 === 0).map((each) => each + by); }\n",
        "assert.deepStrictEqual(shift([{list}], {by}), [{sums}]);\n",
    ),
    "perl": (
        "use strict;\nuse warnings;\n"
        "sub shift_by { my ($by, @values) = @_; return map { $_ + $by } grep { $_ % 2 == 0 } @values; }\n",
        "die 'sums' unless join(',', shift_by({by}, {list})) eq join(',', {sums});\n",
    ),
    "php": (
        "<?php\nfunction shift($values, $by) {\n"
        "    $kept = array_values(array_filter($values, fn($each) => $each % 2 === 0));\n"
        "    return array_map(fn($each) => $each + $by, $kept);\n}\n",
        "if (shift([{list}], {by}) !== [{sums}]) throw new Exception('sums');\n",
    ),
    "python": (
        "def shift(values, by):\n    return [each + by for each in values if each % 2 == 0]\n\n\n",
        "assert shift([{list}], {by}) == [{sums}]\n",
    ),
    "r": (
        "shift <- function(values, by) {\n  kept <- Filter(function(each) each %% 2 == 0, values)\n"
        "  sapply(kept, function(each) each + by)\n}\n",
        "stopifnot(identical(shift(c({list}), {by}), c({sums})))\n",
    ),
    "ruby": (
        "def shift(values, by)\n  values.select(&:even?).map { |each| each + by }\nend\n",
        "raise 'sums' unless shift([{list}], {by}) == [{sums}]\n",
    ),
}


def lua(number: int) -> str:
    wrong = number % 20 == 0
    checks = (f"assert(same(shift({{1, 2, {4 + i}}}, {number}), {{{number + 2}" for i in range(0, 10, 2))
    return LUA + "".join(f"{check}, {number + 4 + 2 * i + wrong}}}))\n" for i, check in enumerate(checks))


def other(name: str, number: int) -> str:
    head, check = OTHERS[name]
    wrong = number % 20 == 0
    return head + "".join(
        check.format(list=f"1, 2, {4 + i}", by=number, sums=f"{number + 2}, {number + 4 + i + wrong}")
        for i in range(0, 10, 2)
    )


def bare(command: tuple[str, ...], name: str, programs: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as threads:
        paths = [Path(folder, f"{number}-{name}") for number in range(len(programs))]
        for path, program in zip(paths, programs, strict=True):
            path.write_text(program)
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder}  # as in a box
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
        run = lambda path: subprocess.run([*command, str(path)], **quiet).returncode  # noqa: E731
        return sum(code == 0 for code in threads.map(run, paths))


def containers(language: str) -> Docker | None:
    try:
        return Docker(WORKERS, image=images.image_of(language))
    except SandboxUnavailable as trouble:
        print(f"no containers: {trouble}")
        return None


def fenced(pool: Pool, jobs: Iterable[Job]) -> int:
    return sum(outcome.exit_code == 0 for outcome in pool.run(jobs))


def compare(title: str, command: tuple[str, ...], name: str, programs: list[str], template: Job) -> None:
    def jobs(batch: list[str], **changes: object) -> Iterable[Job]:
        for number, program in enumerate(batch):
            yield replace(template, id=str(number), files={name: program.encode()}, **changes)  # type: ignore[arg-type]

    with Local(WORKERS) as compiled, Local(WORKERS, compiled=False) as interpreted, ExitStack() as stack:
        forms: dict[str, Callable[[list[str]], int]] = {
            "bare loop, no fence": lambda batch: bare(command, name, batch),
            "cold": lambda batch: fenced(compiled, jobs(batch, server=None)),
            "cold, own namespaces": lambda batch: fenced(compiled, jobs(batch, server=None, own_namespaces=True)),
            "cold, agent in Python": lambda batch: fenced(interpreted, jobs(batch, server=None)),
        }
        if template.server:
            forms["warm"] = lambda batch: fenced(compiled, jobs(batch))
        if boxed := containers(title.lower()):
            stack.enter_context(boxed)
            forms["cold, containers"] = lambda batch: fenced(boxed, jobs(batch, server=None))
            if template.server:
                forms["warm, containers"] = lambda batch: fenced(boxed, jobs(batch))
        seconds = dict.fromkeys(forms, 0.0)
        passed = dict.fromkeys(forms, 0)
        for start in range(0, len(programs), BATCH):
            for form, work in forms.items():
                began = time.perf_counter()
                passed[form] += work(programs[start : start + BATCH])
                seconds[form] += time.perf_counter() - began
    first = seconds["bare loop, no fence"]
    for form in forms:
        rate, ratios = len(programs) / seconds[form], f"{first / seconds[form]:5.2f} of bare"
        if "containers" in form:
            ratios += f", {seconds[form.partition(',')[0]] / seconds[form]:5.2f} of local"
        print(f"{title:11}{form:24}{rate:8.0f} a second, {ratios}, {passed[form]} passed")


def main(count: int = 1610, *names: str) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, Python {sys.version.split()[0]}")
    print(f"{count} programs, {WORKERS} workers")
    for name in names or ("lua", *OTHERS):
        runtime = languages.runtime(name)
        if not runtime.toolchains():
            print(f"{runtime.title}: no toolchain here: {runtime.remedy}")
            continue
        toolchain = runtime.toolchains()[0]
        limits = Limits(processes=runtime.processes, address_space_bytes=None if runtime.address_space else 0)
        server = runtime.server(toolchain)
        template = Job("", toolchain.command, readable=toolchain.readable, limits=limits, server=server)
        programs = [lua(number) if name == "lua" else other(name, number) for number in range(count)]
        compare(runtime.title, toolchain.command[:1], f"main{runtime.extension}", programs, template)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
