"""Runs program.py as a program of its own and tells of its end."""

import os
import sys


def prove() -> None:
    nonce = bytearray()
    while (byte := os.read(0, 1)) not in (b"\n", b""):
        nonce += byte
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    write, flush, output = os.write, sys.stdout.flush, sys.stdout
    with open("program.py", "rb") as file:
        code = compile(file.read(), "program.py", "exec", dont_inherit=True)
    names = {"__name__": "__main__", "__builtins__": __builtins__, "__file__": "program.py"}
    exec(code, names)
    del code
    try:
        flush() if sys.stdout is output else sys.stdout.flush()
    finally:
        write(1, b"\n" + bytes(nonce) + b" done\n")


prove()
