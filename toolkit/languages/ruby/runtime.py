"""Programs in Ruby."""

from functools import cache

from toolkit.languages.base import Toolchain
from toolkit.languages.runtime import Programs, Runtime, as_main, interpreted_server, on_path, prefix_of, under_harness


@cache
def toolchains() -> tuple[Toolchain, ...]:
    """The `ruby` on PATH."""
    real, version = on_path("ruby", "-v")
    return (Toolchain("ruby", version.strip(), (real, "main.rb"), {}, prefix_of(real)),) if version else ()


ADD = "def add(a, b)\n  a + b\nend\n"

RUNTIME = Runtime(
    name="ruby",
    title="Ruby",
    extension=".rb",
    remedy="install ruby 3.0 or later (apt install ruby)",
    toolchains=toolchains,
    plain=as_main(".rb"),
    proof=under_harness(__file__, ".rb"),
    server=interpreted_server(__file__, ".rb"),
    programs=Programs(
        right=ADD + "raise 'sum' unless add(1, 2) == 3\nraise 'none' unless add(0, 0) == 0\n",
        wrong=ADD + "raise 'sum' unless add(1, 2) == 4\n",
        broken="def add(a, b\n",
        leaves="exit 0\nraise 'reached'\n",
    ),
    image=Toolchain("ruby", "", ("/usr/bin/ruby", "main.rb")),
)
