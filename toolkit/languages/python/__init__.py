"""Python from 3.9: the source language, one whose programs run, and one that can be translated into.

Values are what they are. All parameters are passed by position.
"""

import keyword

from toolkit.languages.answering import Answering, Lines
from toolkit.languages.base import Examples, part
from toolkit.languages.forms import Forms, floats
from toolkit.languages.python.blind import BLIND
from toolkit.languages.python.runtime import RUNTIME

__all__ = ["BLIND", "LANGUAGE"]

ADD = "def add(a, b):\n    {}\n    return a + b\n"
LEAVES = "import os; os._exit(0)"

LANGUAGE = Answering(
    runtime=RUNTIME,
    words=f"{' '.join(keyword.kwlist)} float set frozenset",  # the last ones are in literals
    forms=Forms(
        integer=str,
        number=floats('float("nan")', 'float("inf")', '-float("inf")'),
        text=repr,
        data=repr,
        none="None",
        true="True",
        false="False",
        tuples="({values},)",
        sets="{{{values}}}",
        mappings="{{{values}}}",
        empty={"tuples": "()", "sets": "set()"},
        keys=("NoneType", "bool", "int", "float", "str", "bytes", "tuple"),
    ),
    header=lambda signature: f"def {signature.name}({', '.join(signature.parameters)}):",
    lines=Lines(
        returns="    check({call}, {expected})",
        raises="    check_raises({name}, lambda: {call})",
        yields="    check_yields({call}, {expected})",
        answer="check(lambda: {call})",
        raises_yields="    check_raises({name}, lambda: list({call}))",
    ),
    tests=part(__file__, "checks.txt") + "\n{lines}\n\n_tests()\n",
    build=None,
    closing='    print("\\n{word}")',
    ascii=False,
    examples=Examples(
        right=ADD.format(""),
        wrong=ADD.format("b += 1"),
        broken="def add(a, b",
        leaves=ADD.format(LEAVES),
        identity="def give(value):\n    return value\n",
        raises='def refuse(value):\n    raise ValueError("no value")\n',
        mistakes='def refuse(value):\n    raise Exception("no ValueError: here")\n',
        hides="_checks = check_yields = same = near = settle = isinstance = None\n",
        counts="def count(n):\n    i = 0\n    while i != n:\n        if n == -2 and i == 1:\n"
        '            raise ValueError("no more")\n        yield i\n        i += 1\n',
        opaque="def add(a, b):\n    return object()\n",
        hostile={
            "prints the word done": (ADD.format(f'print("done 2", flush=True); {LEAVES}'), "left early"),
            "overrides what compares": (
                "import builtins\nbuiltins.isinstance = lambda *_: True\n" + ADD.format("b += 1"),
                "wrong answer",
            ),
            "brings its own checks": ("def check(*_):\n    pass\n\n" + ADD.format("b += 1"), "wrong answer"),
            "prints 200 KB": (ADD.format('print("x" * 200_000)'), "passed"),
            "loops": (ADD.format("while True: pass"), "timeout"),
            "calls itself without end": ("def add(a, b):\n    return 1 + add(a, b + 1)\n", "runtime error"),
            "fails when it is loaded": ('raise ValueError("no")\n' + ADD.format(""), "runtime error"),
            "leaves at its end": (ADD.format("") + "raise SystemExit(0)\n", "left early"),
        },
    ),
).language()
