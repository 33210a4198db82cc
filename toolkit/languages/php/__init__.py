"""PHP from 8.1.

Values: None is null; lists, tuples and dictionaries are arrays, so a dictionary with the keys 0, 1, ... is a list, and
a key of digits a number; text is its UTF-8 bytes, and bytes are a string too. All parameters are passed by position. A
generator is a `Generator`.

Without a faithful form: integers beyond 64 bits, sets, keys but integers and text.
"""

from typing import Any

from toolkit.canonical import Node, mapping
from toolkit.languages.answering import Answering, Lines, model
from toolkit.languages.base import Examples, Signature, encoded, part
from toolkit.languages.forms import Forms, bits, bytewise, floats, quoted
from toolkit.languages.php.runtime import RUNTIME
from toolkit.value_types import ValueType

OPENING = "<?php\n"
ADD = OPENING + "function add($a, $b) {{\n    {}\n    return $a + $b;\n}}\n"
FORMS = Forms(
    integer=bits(64, lambda value: "PHP_INT_MIN" if value == -(2**63) else str(value)),
    number=floats("NAN", "INF", "-INF"),
    text=quoted("\\x{byte:02x}", special="$"),
    data=bytewise("\\x{:02x}"),
    none="null",
    mappings="[{values}]",
    pair="{key} => {value}",
    keys=("int", "str"),
)


def header(signature: Signature) -> str:
    return f"function {signature.name}({', '.join(f'${name}' for name in signature.parameters)}) {{"


def told(value: Any, type: ValueType) -> Node:
    """Arrays as they are told: keys from 0 on without a hole are a list."""
    match value:
        case list() | tuple():
            return Node("l", tuple(told(each, type) for each in value))
        case dict():
            keys = {_key(key): each for key, each in value.items()}
            if set(keys) == set(range(len(keys))):
                return Node("l", tuple(told(keys[place], type) for place in range(len(keys))))
            return mapping([(model(FORMS, key), told(each, type)) for key, each in keys.items()])
    return model(FORMS, value, type)


def _key(key: int | str) -> int | str:
    """A text of digits becomes a number, as PHP has it."""
    return int(key) if isinstance(key, str) and key.isascii() and key.isdigit() and str(int(key)) == key else key


PHP = Answering(
    runtime=RUNTIME,
    words="__halt_compiler abstract and array as break callable case catch class clone const continue declare default"
    " die do echo else elseif empty enddeclare endfor endforeach endif endswitch endwhile eval exit extends final"
    " finally fn for foreach function global goto if implements include instanceof insteadof interface isset list"
    " match namespace new or print private protected public readonly require return static switch throw trait try"
    " unset use var while xor yield self parent abs array_sum ceil chr count current date dir each end exp explode"
    " fail file floor hash implode intdiv is_int join key link log ltrim mail max min mt_rand next ord pi pos pow"
    " prev range rand reset round rtrim sin sleep sort split sqrt stat strlen strrev substr system tan time trim"
    " unlink _ this",
    forms=FORMS,
    header=header,
    lines=Lines(
        returns="Checks::returns({call}, {expected});",
        raises="Checks::raises({name}, fn() => {call});",
        yields="Checks::yields({call}, {expected});",
        answer="Langlift::tell(fn() => {call});",
        raises_yields="Checks::raises({name}, fn() => iterator_to_array({call}, false));",
    ),
    tests=part(__file__, "checks.php") + "\n{lines}\n",
    build=lambda code, calls, signature: {
        "main.php": encoded(part(__file__, "answers.php")),
        "translation.php": encoded(code),
        "tests.php": encoded(OPENING + calls),
    },
    closing='echo "\\n{word}\\n";',
    told=told,
    comment="// ",
    opening=OPENING,
    ascii=False,
    examples=Examples(
        right=ADD.format(""),
        wrong=ADD.format("$b += 1;"),
        broken=OPENING + "function add($a, $b {",
        leaves=ADD.format("exit(0);"),
        identity=OPENING + "function give($value) {\n    return $value;\n}\n",
        raises=OPENING + 'function refuse($value) {\n    throw new Exception("ValueError: no value");\n}\n',
        mistakes=OPENING + 'function refuse($value) {\n    throw new Exception("no ValueError: here");\n}\n',
        hides=OPENING + "function same() { return true; }\nfunction settle() {}\n",
        counts=OPENING + "function count_($n) {\n    for ($i = 0; $i !== $n; $i++) {\n"
        '        if ($n === -2 && $i === 1) throw new Exception("ValueError: no more");\n        yield $i;\n    }\n}\n',
        opaque=OPENING + "function add($a, $b) {\n    return new stdClass();\n}\n",
        hostile={
            "prints the word done": (ADD.format('fwrite(STDOUT, "\\ndone 2\\n"); exit(0);'), "left early"),
            "prints 200 KB": (ADD.format("echo str_repeat('x', 200000);"), "passed"),
            "prints without end": (ADD.format("for (;;) echo str_repeat('x', 65536);"), "output limit"),
            "loops": (ADD.format("for (;;) {}"), "timeout"),
            "fails when it is loaded": (ADD.format("") + "throw new Exception('no');\n", "runtime error"),
            "leaves at its end": (ADD.format("") + "exit(0);\n", "left early"),
        },
    ),
)
LANGUAGE, BLIND = PHP.language(), PHP.blind()
