"""Programs in Perl 5."""

from functools import cache

from toolkit.languages.base import Toolchain
from toolkit.languages.runtime import Programs, Runtime, as_main, interpreted_server, on_path, prefix_of, under_harness


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `perl` on PATH."""
    real, version = on_path("perl", "-e", "print $^V")
    return (Toolchain("perl", f"Perl {version}", (real, "main.pl"), {}, prefix_of(real)),) if version else ()


ADD = "use strict;\nuse warnings;\nsub add { my ($a, $b) = @_; return $a + $b; }\n"

RUNTIME = Runtime(
    name="perl",
    title="Perl",
    extension=".pl",
    remedy="install perl 5.24 or later (apt install perl)",
    toolchains=toolchains,
    plain=as_main(".pl"),
    proof=under_harness(__file__, ".pl"),
    server=interpreted_server(__file__, ".pl"),
    programs=Programs(
        right=ADD + "die 'sum' unless add(1, 2) == 3;\ndie 'none' unless add(0, 0) == 0;\n",
        wrong=ADD + "die 'sum' unless add(1, 2) == 4;\n",
        broken="sub add {\n",
        leaves="exit 0;\ndie 'reached';\n",
    ),
    image=Toolchain("perl", "", ("/usr/bin/perl", "main.pl")),
)
