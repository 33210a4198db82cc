"""C++ from 17.

Values: integers are `long`, floats `double`, text `std::string` of its UTF-8; lists are vectors, tuples `std::tuple`,
dictionaries `std::map`, sets `std::set`; None beside other values makes `std::optional`. Parameters are passed by
value. An integer among floats is a float.

Without a faithful form: None alone, bytes, integers beyond 64 bits, values of no common type, generators.
"""

from toolkit.languages.answering import Answering, Lines
from toolkit.languages.base import Examples, Signature, encoded, part
from toolkit.languages.cpp.runtime import RUNTIME
from toolkit.languages.forms import Forms, bits, floats, quoted

OPENING = "#include <assert.h>\n#include <bits/stdc++.h>\n"
ADD = OPENING + "\nlong add(long a, long b) {{\n    {}\n    return a + b;\n}}\n"
QUOTED = quoted("\\{byte:03o}")


def integer(value: int) -> str:
    return str(value) if value > -(2**63) else "(-9223372036854775807L - 1)"


def text(value: str) -> str:
    return f"std::string({QUOTED(value)}{f', {len(value.encode())}' * (chr(0) in value)})"


FORMS = Forms(
    integer=bits(64, integer),
    number=floats(
        'std::nan("")', "std::numeric_limits<double>::infinity()", "-std::numeric_limits<double>::infinity()"
    ),
    text=text,
    none="std::nullopt",
    lists="{type}{{{values}}}",
    tuples="{type}({values})",
    sets="{type}{{{values}}}",
    mappings="{type}{{{values}}}",
    pair="{{{key}, {value}}}",
    types={
        "unknown": "long",
        "bool": "bool",
        "int": "long",
        "float": "double",
        "str": "std::string",
        "list": "std::vector<{}>",
        "tuple": "std::tuple<{}>",
        "set": "std::set<{}>",
        "dict": "std::map<{}, {}>",
        "optional": "std::optional<{}>",
    },
)


def header(signature: Signature) -> str:
    types = map(FORMS.type_text, signature.types)
    typed = (f"{type} {name}" for type, name in zip(types, signature.parameters, strict=True))
    return f"{FORMS.type_text(signature.result)} {signature.name}({', '.join(typed)}) {{"


def build(code: str, calls: str, signature: Signature) -> dict[str, bytes]:
    ending = '  langlift::end("done " + std::to_string(langlift::number), 0);\n'
    main = f'int main() {{\n  langlift::begin();\n#include "tests.cpp"\n{ending}}}\n'
    program = f"{code}\n{part(__file__, 'answers.cpp')}\n{main}"
    return {**RUNTIME.plain(program), "tests.cpp": encoded(calls), "answers": encoded("")}


CPP = Answering(
    runtime=RUNTIME,
    words="alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const"
    " const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export extern"
    " false float for friend goto if inline int long main mutable namespace new noexcept not not_eq nullptr operator"
    " or or_eq private protected public register reinterpret_cast requires return short signed sizeof static"
    " static_assert static_cast std struct switch template this thread_local throw true try typedef typeid typename"
    " union unsigned using virtual void volatile wchar_t while xor xor_eq langlift begin data empty end move size swap",
    forms=FORMS,
    header=header,
    lines=Lines(
        returns="  langlift::expect({call}, {expected});",
        raises="  langlift::expect_raises({name}, [] {{ {call}; }});",
        answer="  langlift::expect([] {{ return {call}; }});",
    ),
    tests=part(__file__, "checks.cpp") + "\nint main() {\n{lines}\n}\n",
    build=build,
    closing='  std::puts("\\n{word}");',
    comment="// ",
    opening=OPENING,
    memory_bytes=1 << 30,
    examples=Examples(
        right=ADD.format(""),
        wrong=ADD.format("b += 1;"),
        broken="long add(long a, long b {",
        leaves=ADD.format("exit(0);"),
        identity=OPENING + "template <class T> T give(T value) {\n    return value;\n}\n",
        raises=OPENING + 'long refuse(long value) {\n    throw std::runtime_error("ValueError: no value");\n}\n',
        mistakes=OPENING + 'long refuse(long value) {\n    throw std::runtime_error("no ValueError: here");\n}\n',
        hides=OPENING + "struct vector {};\nstruct string {};\nstatic const int same = 0, show = 0, number = 0;\n",
        counts="",
        opaque=ADD.format("b += 2;"),
        hostile={
            "prints the word done": (ADD.format('puts("\\ndone 2"); fflush(stdout); _Exit(0);'), "left early"),
            "brings its own checks": (
                OPENING + "namespace langlift { template <class F> void expect(F call) {} }\n" + ADD.format("b += 1;"),
                "compile error",
            ),
            "prints 200 KB": (ADD.format("for (int i = 0; i < 200000; i++) putchar('x');"), "passed"),
            "prints without end": (ADD.format("for (;;) puts(std::string(65536, 'x').c_str());"), "output limit"),
            "loops": (ADD.format("for (volatile int i = 0;; i = i) {}"), "timeout"),
            "fails when it is loaded": (
                OPENING + 'static int fails = [] { throw std::runtime_error("no"); return 1; }();\n' + ADD.format(""),
                "runtime error",
            ),
            "leaves at its end": (ADD.format("") + "static int leaves = (exit(0), 1);\n", "left early"),
            "has another type": (OPENING + "std::string add(long a, long b) { return {}; }\n", "wrong answer"),
        },
    ),
)
LANGUAGE, BLIND = CPP.language(), CPP.blind()
