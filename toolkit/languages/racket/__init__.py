"""Racket 8, `#lang racket`.

Values: None is #f, as false is; lists and tuples are lists; dictionaries immutable hashes; sets `set`; text is a
string. All parameters are passed by position.

Without a faithful form: text with lone surrogates, generators.
"""

from typing import Any

from toolkit.canonical import Node
from toolkit.languages.answering import Answering, Lines, model, word_of
from toolkit.languages.base import Examples, encoded, part
from toolkit.languages.forms import Forms, floats, quoted
from toolkit.languages.racket.runtime import RUNTIME
from toolkit.value_types import ValueType

OPENING = "#lang racket\n\n"
ADD = OPENING + "(define (add a b)\n  {}\n  (+ a b))\n"
FORMS = Forms(
    integer=str,
    number=floats("+nan.0", "+inf.0", "-inf.0"),
    text=quoted("\\U{0:08x}"),
    none="#f",
    true="#t",
    false="#f",
    lists="(list {values})",
    sets="(set {values})",
    mappings="(hash {values})",
    pair="{key} {value}",
    empty={"lists": "(list)", "sets": "(set)", "mappings": "(hash)"},
    between=" ",
    keys=("bool", "int", "float", "str", "tuple"),
)


def told(value: Any, type: ValueType) -> Node:
    """None is false here, wherever it stands."""
    return _falsified(model(FORMS, value, type))


def _falsified(node: Node) -> Node:
    match node:
        case Node("n"):
            return Node("o", False)
        case Node("l", values):
            return Node("l", tuple(map(_falsified, values)))
        case Node("m", pairs):
            return Node("m", {key: (name, _falsified(value)) for key, (name, value) in pairs.items()})
    return node


RACKET = Answering(
    runtime=RUNTIME,
    words="and begin case cond define delay do else for if lambda let letrec list hash set match module not or quote"
    " require set! struct unless when values first last rest empty length map filter range take drop flatten count"
    " sort remove min max abs string format error raise void true false second index-of append reverse",
    forms=FORMS,
    header=lambda signature: f"(define ({' '.join((signature.name, *signature.parameters))})",
    lines=Lines(
        returns="(check {call} {expected})",
        raises="(check-raises {name} (lambda () {call}))",
        answer="(check (lambda () {call}))",
    ),
    tests="(let ()\n" + part(__file__, "checks.rkt") + "\n{lines}\n(void))\n",
    build=lambda code, calls, signature: {
        "main.rkt": encoded(part(__file__, "answers.rkt")),
        "translation.rkt": encoded(f"{code}\n(provide {signature.name})\n"),
        "tests.rkt": encoded(calls),
        "name": encoded(signature.name),
        "word": encoded(word_of(signature.name)),
    },
    closing='(printf "\\n{word}\\n")',
    comment=";; ",
    call="({name}{arguments})",
    between=" ",
    told=told,
    memory_bytes=1 << 30,
    opening=OPENING,
    ascii=False,
    examples=Examples(
        right=ADD.format(""),
        wrong=ADD.format("(set! b (+ b 1))"),
        broken=OPENING + "(define (add a b",
        leaves=ADD.format("(exit 0)"),
        identity=OPENING + "(define (give value) value)\n",
        raises=OPENING + '(define (refuse value) (error "ValueError: no value"))\n',
        mistakes=OPENING + '(define (refuse value) (error "no ValueError: here"))\n',
        hides=OPENING + "(define (same? . _) #t)\n(define (equal? . _) #t)\n(define format void)\n",
        counts="",
        opaque=OPENING + "(define (add a b) (lambda () a))\n",
        hostile={
            "prints the word done": (ADD.format('(printf "\\ndone 2\\n") (exit 0)'), "left early"),
            "overrides equality": (
                OPENING + "(define (equal? . _) #t)\n" + ADD.removeprefix(OPENING).format("(set! b (+ b 1))"),
                "wrong answer",
            ),
            "prints 200 KB": (ADD.format("(display (make-string 200000 #\\x))"), "passed"),
            "loops": (ADD.format("(let loop () (loop))"), "timeout"),
            "fails when it is loaded": (ADD.format("") + '(error "no")\n', "runtime error"),
            "leaves at its end": (ADD.format("") + "(exit 0)\n", "left early"),
        },
    ),
)
LANGUAGE, BLIND = RACKET.language(), RACKET.blind()
