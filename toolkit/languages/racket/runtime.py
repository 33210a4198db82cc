"""Programs in Racket, each a module in a file. A failed check of rackunit is counted under proof; as in `racket
main.rkt` it leaves the exit code of a plain program as it is.

Not covered by the proof: a program that reads its own memory (`ffi/unsafe`, `ffi/unsafe/vm`, /proc/self/mem).
"""

import os
from functools import cache

from sandboxes import Server
from toolkit.languages.base import Toolchain, encoded, part
from toolkit.languages.runtime import HUGE_PAGES, Programs, Runtime, as_main, on_path, prefix_of, under_harness

SETTINGS = "/etc/racket"  # of Debian's: where its collections are


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `racket` on PATH."""
    real, version = on_path("racket", "--version")
    if "[cs]" not in version:
        return ()
    folders = prefix_of(real, *([SETTINGS] if os.path.isdir(SETTINGS) else ()))
    return (Toolchain("racket", version.strip(), ("/usr/bin/env", HUGE_PAGES, real, "main.rkt"), {}, folders),)


def server(toolchain: Toolchain) -> Server:
    files = {name: encoded(part(__file__, name)) for name in ("server.rkt", "waiting.rkt", "warm.rkt", "proof.rkt")}
    # racket has to read its own executable, so it must not be the copy that no one may read: server.c
    return Server(("/usr/bin/env", "PLT_CS_INTERP=1", toolchain.command[-2], "/server/server.rkt"), files)


ADD = "#lang racket\n(define (add a b) (+ a b))\n"

RUNTIME = Runtime(
    name="racket",
    title="Racket",
    extension=".rkt",
    remedy="install racket 8 (apt install racket)",
    toolchains=toolchains,
    plain=as_main(".rkt"),
    proof=under_harness(__file__, ".rkt"),
    server=server,
    programs=Programs(
        right=ADD + "(require rackunit)\n(check-equal? (add 1 2) 3)\n(unless (= (add 0 0) 0) (error 'none))\n",
        wrong=ADD + "(unless (= (add 1 2) 4) (error 'sum))\n",
        broken="#lang racket\n(define (add a b)\n",
        leaves=ADD + "(exit 0)\n(error 'reached)\n",
    ),
    image=Toolchain("racket", "", ("/usr/bin/env", HUGE_PAGES, "/usr/bin/racket", "main.rkt")),
)
