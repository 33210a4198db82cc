"""Ruby from 3.0.

Values: None is nil; lists and tuples are arrays; dictionaries hashes; sets `Set`; text is a string in UTF-8, and bytes
are a string too. All parameters are passed by position. A generator is an `Enumerator`. Keys may be anything.
"""

from toolkit.languages.answering import Answering, Lines, word_of
from toolkit.languages.base import Examples, encoded, part
from toolkit.languages.forms import Forms, bytewise, floats, quoted
from toolkit.languages.ruby.runtime import RUNTIME

FORMS = Forms(
    integer=str,
    number=floats("Float::NAN", "Float::INFINITY", "-Float::INFINITY"),
    text=quoted("\\u{{{0:x}}}", special="#"),
    data=bytewise("\\x{:02x}", '"{}".b'),
    none="nil",
    sets="Set[{values}]",
    mappings="{{{values}}}",
    pair="{key} => {value}",
    keys=("NoneType", "bool", "int", "float", "str", "tuple", "frozenset"),
)
ADD = "def add(a, b)\n  {}\n  a + b\nend\n"

RUBY = Answering(
    runtime=RUNTIME,
    words="__ENCODING__ __FILE__ __LINE__ BEGIN END alias and begin break case class def do else elsif end ensure false"
    " for if in module next nil not or redo rescue retry return self super then true undef unless until when while"
    " yield abort at_exit binding catch display eval exit fail format freeze gets hash lambda load loop method methods"
    " open p print proc putc puts raise rand require send sleep sprintf srand system test throw trap warn",
    forms=FORMS,
    header=lambda signature: f"def {signature.name}({', '.join(signature.parameters)})",
    lines=Lines(
        returns="check.({call}, {expected})",
        raises="check_raises.({name}) {{ {call} }}",
        yields="check_yields.({call}, {expected})",
        answer="check.() {{ {call} }}",
        raises_yields="check_raises.({name}) {{ ({call}).each {{}} }}",
    ),
    tests=part(__file__, "checks.rb") + "\n{lines}\n",
    build=lambda code, calls, signature: {
        "main.rb": encoded(part(__file__, "answers.rb")),
        "translation.rb": encoded(code),
        "tests.rb": encoded(calls),
        "word": encoded(word_of(signature.name)),
    },
    closing='STDOUT.write("\\n{word}\\n")',
    ascii=False,
    examples=Examples(
        right=ADD.format(""),
        wrong=ADD.format("b += 1"),
        broken="def add(a, b",
        leaves=ADD.format("exit(0)"),
        identity="def give(value)\n  value\nend\n",
        raises='def refuse(value)\n  raise "ValueError: no value"\nend\n',
        mistakes='def refuse(value)\n  raise "no ValueError: here"\nend\n',
        hides="module Kernel\n  def raise(*) = nil\n  def format(*) = nil\nend\n"
        "class Array\n  def all?(*) = true\n  def zip(*) = []\nend\n",
        counts="def count(n)\n  Enumerator.new do |out|\n    i = 0\n    while i != n\n"
        '      raise "ValueError: no more" if n == -2 && i == 1\n      out << i\n      i += 1\n    end\n  end\nend\n',
        opaque="def add(a, b)\n  Object.new\nend\n",
        hostile={
            "prints the word done": (ADD.format('STDOUT.write("\\ndone 2\\n"); exit!(0)'), "left early"),
            "overrides equality": (
                "class Integer\n  def ==(other) = true\nend\n" + ADD.format("b += 1"),
                "wrong answer",
            ),
            "overrides the checks": ("def check(*) = nil\n" + ADD.format("b += 1"), "wrong answer"),
            "prints 200 KB": (ADD.format('STDOUT.write("x" * 200_000)'), "passed"),
            "prints what is not UTF-8": (ADD.format('$stderr.write("\\xff\\xfe")'), "passed"),
            "prints without end": (ADD.format('loop { STDOUT.write("x" * 65_536) }'), "output limit"),
            "loops": (ADD.format("nil while true"), "timeout"),
            "calls itself without end": ("def add(a, b)\n  1 + add(a, b + 1)\nend\n", "runtime error"),
            "fails when it is loaded": ('raise "no"\n' + ADD.format(""), "runtime error"),
            "leaves at its end": (ADD.format("") + "at_exit { exit!(0) }\nexit(0)\n", "left early"),
        },
    ),
)
LANGUAGE, BLIND = RUBY.language(), RUBY.blind()
