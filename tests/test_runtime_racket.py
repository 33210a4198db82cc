"""Warm, the expansion of a program in Racket has begun before its text is known: none can tell it from one that
has not.
"""

import pytest

from sandboxes.local import Local
from toolkit import languages
from toolkit.programs import EXIT_CODE, PROOF, Program, Setting

BEGUN = {
    "unbound": "(displayln 1)\n(absent 2)\n",
    "unread": "(displayln 1\n",
    "submodules": "(module one racket (provide z) (define z 3))\n(require 'one)\n"
    "(module+ main (displayln z))\n(displayln 0)\n",
    "quoted": "(define x 5)\n(displayln `#(1 ,x #&,x))\n(displayln `#hash((a . ,x)))\n(write `#s(p ,x))\n",
    "macro": "(require (for-syntax racket/base syntax/parse))\n"
    "(define-syntax (name form) (syntax-parse form [(_ x:id) #'(define x 7)]))\n(name q)\nq\n",
    "loads": "(require data/heap)\n(define h (make-heap <=))\n(heap-add! h 3 1)\n(heap-min h)\n",
    "itself": '(require "program.rkt")\n(displayln 1)\n',
    "twice": "(define a 1)\n(define a 2)\n",
    "place": "(displayln (syntax-line #'a))\n(variable-reference->module-source (#%variable-reference))\n",
    "eval": "(define-namespace-anchor here)\n(define (f) 9)\n(eval '(f) (namespace-anchor->namespace here))\n",
    "ends": "(begin-for-syntax (exit 0))\n(displayln 1)\n",
    "reads": "(require (for-syntax racket/base))\n"
    "(begin-for-syntax (displayln (read-line)))\n(displayln (read-line))\n",
    "raises": "(require (for-syntax racket/base))\n(begin-for-syntax (raise 'x))\n(displayln 1)\n",
    "kills": "(require (for-syntax racket/base))\n(begin-for-syntax (kill-thread (current-thread)))\n(displayln 1)\n",
    "begins anew": '(define-syntax (m s) (if (getenv "EV") #\'(void) (begin (putenv "EV" "1") '
    "(kill-thread (current-thread)))))\n(m)\n",
    "is flushed": "(define-syntax (m s) "
    '(plumber-add-flush! (current-plumber) (lambda (h) (error "late check"))) #\'(void))\n(m)\n',
    "changes a parameter": '(begin-for-syntax (current-directory "/"))\n'
    '(when (equal? (current-directory) (string->path "/")) (error "cwd"))\n',
    "leaves": "(require (for-syntax racket/base))\n"
    "(begin-for-syntax (abort-current-continuation (default-continuation-prompt-tag) void))\n(displayln 1)\n",
}


@pytest.mark.parametrize("oracle", [PROOF, EXIT_CODE], ids=["proof", "exit code"])
def test_an_expansion_that_has_begun_ends_as_one_from_the_start(warm_pool: Local, oracle: str) -> None:
    runtime = languages.runtime("racket")
    if not runtime.toolchains():
        pytest.skip(f"no toolchain for {runtime.title}: {runtime.remedy}")
    setting = Setting(runtime, runtime.toolchains()[0], oracle, True)
    programs = [Program(name, f"#lang racket\n{text}") for name, text in BEGUN.items()]
    programs.append(Program("language", "#lang racket/base\n(displayln 5)\n"))
    warm, cold = (
        {
            each.id: each
            for each in warm_pool.run(setting.job(program, f"{program.id}!", server) for program in programs)
        }
        for server in (setting.server, None)
    )
    for each in programs:
        one, other = (
            (outcome.exit_code, outcome.stdout, outcome.stderr.split(b"\n")[0], judged.status)
            for outcome in (warm[each.id], cold[each.id])
            for judged in [setting.judge(outcome, f"{each.id}!", setting.limits(each))]
        )
        assert one == other
        assert warm[each.id].warm
