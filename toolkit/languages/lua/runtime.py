"""Programs in Lua 5.4. There is no server: the interpreter starts as fast as a process can."""

from toolkit.languages.base import Toolchain
from toolkit.languages.lua import LANGUAGE, plain
from toolkit.languages.runtime import Programs, Runtime, under_harness


def toolchains() -> tuple[Toolchain, ...]:
    """The `lua` on PATH; the one inside the lupa wheel is no command that runs a program as its main program."""
    return tuple(each for each in LANGUAGE.toolchains() if each.name == "lua")


ADD = "local function add(a, b) return a + b end\n"

RUNTIME = Runtime(
    name="lua",
    title=LANGUAGE.title,
    extension=LANGUAGE.extension,
    remedy="install lua5.4 (apt install lua5.4)",
    toolchains=toolchains,
    plain=plain,
    proof=under_harness(__file__, ".lua"),
    server=lambda toolchain: None,
    programs=Programs(
        right=ADD + "assert(add(1, 2) == 3)\nassert(add(0, 0) == 0)\n",
        wrong=ADD + "assert(add(1, 2) == 4)\n",
        broken="function add(a, b\n",
        leaves="do os.exit(0) end\nerror('reached')\n",
    ),
    image=Toolchain("lua", "", ("/usr/bin/lua5.4", "main.lua")),
)
