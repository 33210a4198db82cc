"""Starts the interpreter of the lupa wheel: argument 1 is the folder that holds the package. Lua sees no Python."""

import sys

sys.path.insert(0, sys.argv[1])
from lupa.lua54 import LuaError, LuaRuntime


def refuse(*access: object) -> None:
    raise AttributeError("not for Lua")


lua = LuaRuntime(encoding=None, register_eval=False, register_builtins=False, attribute_filter=refuse)
lua.globals()[b"python"] = None
with open("main.lua", "rb") as file:
    text = file.read()
try:
    lua.execute(text, name=b"=main.lua", mode=b"t")
except (LuaError, MemoryError) as error:
    sys.exit(f"lua: {error}")
