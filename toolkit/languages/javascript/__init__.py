"""JavaScript, as Node from 18 runs it.

Values: None is null, and undefined is as good; numbers are numbers, 3 and 3.0 the same one; lists and tuples are
arrays; dictionaries with keys of text are objects, all others a `Map`; sets are a `Set`. All parameters are passed by
position. A generator is an iterator.

Without a faithful form: integers beyond 53 bits, bytes, keys that are no scalars, text with lone surrogates.
"""

from toolkit.languages.answering import Answering, Lines, word_of
from toolkit.languages.base import Examples, Signature, Untranslatable, encoded, part
from toolkit.languages.forms import EXACT, Forms, floats, quoted
from toolkit.languages.javascript.runtime import RUNTIME


def integer(value: int) -> str:
    if abs(value) > EXACT - 1:
        raise Untranslatable("an integer beyond 53 bits")
    return str(value)


def number(value: float) -> str:
    """3.0 is 3: who calls with either makes one call."""
    return str(int(value)) if value.is_integer() and abs(value) < EXACT and str(value) != "-0.0" else repr(value)


def record(pairs: dict[str, str]) -> str:
    """`"__proto__": 1` in an object would be its prototype."""
    texts = (f"[{key}]: {value}" if key == '"__proto__"' else f"{key}: {value}" for key, value in pairs.items())
    return f"{{{', '.join(texts)}}}"


def header(signature: Signature) -> str:
    return f"function{'*' * signature.yields} {signature.name}({', '.join(signature.parameters)}) {{"


ADD = "function add(a, b) {{\n  {}\n  return a + b;\n}}\n"
JAVASCRIPT = Answering(
    runtime=RUNTIME,
    words="arguments async await break case catch class const continue debugger default delete do else enum eval export"
    " extends false finally for function if implements import in instanceof interface let new null package private"
    " protected public return static super switch this throw true try typeof undefined var void while with yield"
    " Array BigInt Boolean Date Error Function JSON Map Math Number Object Promise Set String Symbol console exports"
    " globalThis isNaN module parseFloat parseInt process require Infinity NaN",
    forms=Forms(
        integer=integer,
        number=floats("NaN", "Infinity", "-Infinity", number),
        text=quoted("\\u{{{0:x}}}"),
        none="null",
        sets="new Set([{values}])",
        mappings="new Map([{values}])",
        pair="[{key}, {value}]",
        record=record,
    ),
    header=header,
    lines=Lines(
        returns="check({call}, {expected});",
        raises="check_raises({name}, () => {call});",
        yields="check_yields({call}, {expected});",
        answer="check(() => {call});",
        raises_yields="check_raises({name}, () => [...{call}]);",
    ),
    tests="{\n" + part(__file__, "checks.js") + "\n{lines}\n}\n",
    build=lambda code, calls, signature: {
        "main.js": encoded(part(__file__, "answers.js")),
        "translation.js": encoded(code),
        "tests.js": encoded(calls),
        "word": encoded(word_of(signature.name)),
    },
    closing='process.stdout.write("\\n{word}\\n");',
    comment="// ",
    ascii=False,
    examples=Examples(
        right=ADD.format(""),
        wrong=ADD.format("b += 1;"),
        broken="function add(a, b {",
        leaves=ADD.format("process.exit(0);"),
        identity="function give(value) {\n  return value;\n}\n",
        raises='function refuse(value) {\n  throw new Error("ValueError: no value");\n}\n',
        mistakes='function refuse(value) {\n  throw new Error("no ValueError: here");\n}\n',
        hides="const same = () => true, show = () => '', Checks = 1, assert = null;\nclass Checked {}\n",
        counts="function* count(n) {\n  for (let i = 0; i !== n; i++) {\n"
        '    if (n === -2 && i === 1) throw new Error("ValueError: no more");\n    yield i;\n  }\n}\n',
        opaque="function add(a, b) {\n  return () => a;\n}\n",
        hostile={
            "prints the word done": (
                ADD.format("process.stdout.write('\\ndone 2\\n'); process.exit(0);"),
                "left early",
            ),
            "overrides what compares": ("Object.is = () => true;\n" + ADD.format("b += 1;"), "wrong answer"),
            "brings its own checks": ("var check = () => {};\n" + ADD.format("b += 1;"), "wrong answer"),
            "prints 200 KB": (ADD.format("process.stdout.write('x'.repeat(200000));"), "passed"),
            "prints without end": (
                ADD.format("for (;;) require('fs').writeSync(1, 'x'.repeat(65536));"),
                "output limit",
            ),
            "loops": (ADD.format("for (;;) {}"), "timeout"),
            "calls itself without end": ("function add(a, b) {\n  return 1 + add(a, b + 1);\n}\n", "runtime error"),
            "fails when it is loaded": ("throw new Error('no');\n" + ADD.format(""), "runtime error"),
            "leaves at its end": (ADD.format("") + "process.exit(0);\n", "left early"),
            "takes back what it throws": (
                "process.on('uncaughtException', () => {});\n" + ADD.format("throw new Error('no');"),
                "runtime error",
            ),
        },
    ),
)
LANGUAGE, BLIND = JAVASCRIPT.language(), JAVASCRIPT.blind()
