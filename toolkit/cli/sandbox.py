"""`langlift sandbox`."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import click

_RUN = """\
Programs in, verdicts out: JSON Lines on stdin and stdout, in the order in which they are found.

A row of programs is {"id", "program"}, and may have "stdin" (with --oracle exit-code) and "limits":
cpu_seconds, wall_seconds, memory_bytes, address_space_bytes, processes, output_bytes, kept_bytes,
file_bytes. A row of verdicts is {"id", "status", "reason", "exit_code", "stdout", "stderr", "seconds",
"peak_bytes"}; seconds are of processor time, exit_code is null where a signal ended the program,
peak_bytes are 0 where nobody measured them (R by a warm server), bytes of stdout and stderr that are
not UTF-8 stand as \\xNN.

A row that can not be read ends the run with exit code 2 and its line's number; the rows before it have
their verdicts. Trouble of the sandbox ends it with 3; the same command goes on from the cache. A
summary, and whatever else there is to say, is on stderr.
"""


class _Number(click.FloatRange):
    """Without NaN, which lies in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


@click.group("sandbox")
def command() -> None:
    """Run untrusted programs, build images for them, look after their verdicts."""


@command.command("run", help=_RUN)
@click.option("--language", required=True, help="See `langlift doctor` for those that run here.")
@click.option("--fence", type=click.Choice(["local", "docker"]), default="local", show_default=True)
@click.option("--runtime", default="", metavar="NAME", help="With --fence docker: one of the engine's, as runsc.")
@click.option("--warm/--cold", default=True, show_default=True, help="Warm servers, where the language has one.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Programs at once; by default one a processor.")
@click.option(
    "--oracle",
    type=click.Choice(["proof", "exit-code"]),
    default="proof",
    show_default=True,
    help="What a pass is: reaching the end, proven; or leaving with 0.",
)
@click.option("--cache/--no-cache", default=True, show_default=True, help="Verdicts that were found before.")
@click.option(
    "--confirm",
    type=_Number(0, 1),
    help="Share of the warm passes that is run again cold; every other warm outcome is. By default 0.01 where programs"
    " share a process, 0.005 where each has its own.",
)
@click.option(
    "--allow-weaker", multiple=True, type=click.Choice(["local", "reduced"]), help="A weaker fence that will do."
)
def run(
    language: str,
    fence: str,
    runtime: str,
    warm: bool,
    workers: int | None,
    oracle: str,
    cache: bool,
    confirm: float | None,
    allow_weaker: tuple[str, ...],
) -> None:
    """See _RUN: what a person is shown."""
    from toolkit import languages, program_rows
    from toolkit.cli import UNREAD, output
    from toolkit.fences import lacking, open_fence, toolchain_in
    from toolkit.program_runs import Runs
    from toolkit.programs import Setting
    from toolkit.verdict_cache import VerdictCache

    if runtime and fence != "docker":
        raise click.UsageError("--runtime is for --fence docker: its engine has runtimes")
    with _streams() as (programs, verdicts), contextlib.ExitStack() as stack:
        spoken = languages.runtime(language)
        kept = stack.enter_context(VerdictCache()) if cache else None
        pool = stack.enter_context(open_fence(fence, language, workers or os.cpu_count() or 1, allow_weaker, runtime))
        setting = Setting(spoken, toolchain_in(pool, spoken), oracle, warm)
        if open_to := lacking(pool):
            output.remark(f"this fence does not keep a program from: {', '.join(open_to)}")
        runs = Runs(pool, setting, cache=kept, share=confirm, report=output.remark)
        try:
            runs.run(program_rows.read(programs, oracle), lambda verdict: program_rows.write(verdicts, verdict))
        except program_rows.ReaderGone:
            raise click.exceptions.Exit(UNREAD) from None
        except KeyboardInterrupt:
            output.remark(f"stopped: {runs.summary}")
            raise click.exceptions.Exit(130) from None
        output.remark(str(runs.summary))


@contextlib.contextmanager
def _streams() -> Iterator[tuple[int, int]]:
    """Stdin and stdout as descriptors of their own: whatever else reads finds nothing, whatever prints is on stderr."""
    try:
        for number in (0, 1):
            os.fstat(number)
    except OSError:
        words = "stdin and stdout must be open: programs come on one, verdicts leave on the other"
        raise click.UsageError(words) from None
    own = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        yield own
    finally:
        for number, descriptor in enumerate(own):
            os.dup2(descriptor, number)
        for descriptor in (*own, nothing):
            os.close(descriptor)


@command.command("build")
@click.argument("languages", nargs=-1, metavar="[LANGUAGE]...")
@click.option("--base", default="", metavar="IMAGE", help="What they are made on, in place of the project's choice.")
def build(languages: tuple[str, ...], base: str) -> None:
    """Build the images of these languages, or of all, for the fence docker.

    What is there already is not built again. An image is made on --base, else on langlift-base where the engine
    has it, else on Debian's own, which the engine pulls.
    """
    from toolkit import fences
    from toolkit.cli import output

    for line in fences.build_images(languages, base):
        output.line(line)


@command.command("cache")
@click.option("--prune", type=_Number(0), metavar="DAYS", help="Remove what was not asked for in DAYS days.")
@click.option("--clear", is_flag=True, help="Remove all.")
@click.option("--json", "machine", is_flag=True, help="One JSON value instead of text.")
def cache(prune: float | None, clear: bool, machine: bool) -> None:
    """Show the verdicts that are kept, and how often they were of use; remove old ones."""
    from toolkit import verdict_cache
    from toolkit.cli import output

    if clear and prune is not None:
        raise click.UsageError("--prune and --clear exclude each other")
    if clear:
        verdict_cache.clear()
    with verdict_cache.VerdictCache() as kept:
        if prune is not None:
            output.remark(f"{kept.prune(prune):,} removed")
        facts = kept.facts()
    if machine:
        output.as_json(vars(facts))
        return
    output.line(f"{facts.path}: {facts.entries:,} verdicts, {facts.bytes:,} bytes")
    names = sorted({*facts.languages, *facts.hits})
    if names:
        rows = ((name, facts.languages.get(name, 0), facts.hits.get(name, 0)) for name in names)
        output.table("", ("language", "verdicts", "hits"), rows)
