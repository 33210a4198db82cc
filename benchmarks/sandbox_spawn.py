"""What a program in a local box costs beside a bare process. Run: python benchmarks/sandbox_spawn.py [programs]

Small distinct programs (a function on lists, five checks; one in twenty fails), run in one go with two workers
each, forms taking turns by the batch so that other load hits them alike:

- bare: the language's ordinary command, spawned in a loop by as many threads, with no fence at all;
- cold: the same command in the fence of the compiled agent, of the agent in Python, with namespaces of its own;
- warm: by the language's server, where there is one.

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
from dataclasses import replace
from pathlib import Path

from sandboxes import Job
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
PYTHON = "def shift(values, by):\n    return [each + by for each in values if each % 2 == 0]\n\n\n"


def lua(number: int) -> str:
    wrong = number % 20 == 0
    checks = (f"assert(same(shift({{1, 2, {4 + i}}}, {number}), {{{number + 2}" for i in range(0, 10, 2))
    return LUA + "".join(f"{check}, {number + 4 + 2 * i + wrong}}}))\n" for i, check in enumerate(checks))


def python(number: int) -> str:
    wrong = number % 20 == 0
    rows = (
        f"assert shift([1, 2, {4 + i}], {number}) == [{number + 2}, {number + 4 + i + wrong}]\n"
        for i in range(0, 10, 2)
    )
    return PYTHON + "".join(rows)


def bare(command: tuple[str, ...], name: str, programs: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as threads:
        paths = [Path(folder, f"{number}-{name}") for number in range(len(programs))]
        for path, program in zip(paths, programs, strict=True):
            path.write_text(program)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        run = lambda path: subprocess.run([*command, str(path)], **quiet).returncode  # noqa: E731
        return sum(code == 0 for code in threads.map(run, paths))


def fenced(pool: Local, jobs: Iterable[Job]) -> int:
    return sum(outcome.exit_code == 0 for outcome in pool.run(jobs))


def compare(title: str, command: tuple[str, ...], name: str, programs: list[str], template: Job) -> None:
    def jobs(batch: list[str], **changes: object) -> Iterable[Job]:
        for number, program in enumerate(batch):
            yield replace(template, id=str(number), files={name: program.encode()}, **changes)  # type: ignore[arg-type]

    with Local(WORKERS) as compiled, Local(WORKERS, compiled=False) as interpreted:
        forms: dict[str, Callable[[list[str]], int]] = {
            "bare loop, no fence": lambda batch: bare(command, name, batch),
            "cold": lambda batch: fenced(compiled, jobs(batch, server=None)),
            "cold, own namespaces": lambda batch: fenced(compiled, jobs(batch, server=None, own_namespaces=True)),
            "cold, agent in Python": lambda batch: fenced(interpreted, jobs(batch, server=None)),
        }
        if template.server:
            forms["warm"] = lambda batch: fenced(compiled, jobs(batch))
        seconds = dict.fromkeys(forms, 0.0)
        passed = dict.fromkeys(forms, 0)
        for start in range(0, len(programs), BATCH):
            for form, work in forms.items():
                began = time.perf_counter()
                passed[form] += work(programs[start : start + BATCH])
                seconds[form] += time.perf_counter() - began
    first = seconds["bare loop, no fence"]
    for form in forms:
        rate = len(programs) / seconds[form]
        print(f"{title:8}{form:24}{rate:8.0f} a second, {first / seconds[form]:5.2f} of bare, {passed[form]} passed")


def main(count: int = 1610) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, Python {sys.version.split()[0]}")
    print(f"{count} programs, {WORKERS} workers")
    toolchain = languages.toolchain("lua")
    interpreter = toolchain.command[0]
    compare("Lua", (interpreter,), "main.lua", [*map(lua, range(count))], Job("", (interpreter, "main.lua")))
    toolchain = languages.program_toolchain("python")
    server = languages.runtime("python").server(toolchain)
    template = Job("", toolchain.command, server=server)
    compare("Python", toolchain.command[:1], "main.py", [*map(python, range(count))], template)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
