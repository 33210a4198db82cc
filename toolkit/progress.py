"""What a run shows while it works: rows, rate, time left, kept and dropped by reason. On stderr only.

On a terminal a live line by rich; elsewhere a log line every 30 seconds and one at the end of a stage.
"""

import time
from collections import Counter
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from toolkit.errors import visible

LOG_EVERY = 30.0  # seconds


class Watcher(Protocol):
    """Told by the pipeline what happens."""

    def remark(self, text: str) -> None: ...

    def begin(self, stage: str, total: int | None) -> None: ...

    def advance(self, done: int, kept: int, dropped: dict[str, int]) -> None: ...

    def finish(self) -> None: ...


class Counts:
    """What a stage has done so far, in one line of words."""

    def __init__(self, stage: str, total: int | None) -> None:
        self.stage, self.total = stage, total
        self.done = self.kept = 0
        self.dropped: Counter[str] = Counter()
        self.started = time.monotonic()

    def add(self, done: int, kept: int, dropped: dict[str, int]) -> None:
        self.done += done
        self.kept += kept
        self.dropped.update(dropped)

    @property
    def reasons(self) -> str:
        text = ", ".join(f"{reason} {count:,}" for reason, count in self.dropped.most_common(3))
        rest = len(self.dropped) - 3
        return text + (f", {rest} more" if rest > 0 else "")

    def __str__(self) -> str:
        seconds = max(time.monotonic() - self.started, 1e-3)
        of = f" of {self.total:,}" if self.total else ""
        left = f", {(self.total - self.done) * seconds / self.done:.0f} s left" if self.total and self.done else ""
        if self.total and self.done >= self.total:
            left = ""
        drops = f"; dropped {self.dropped.total():,} ({self.reasons})" if self.dropped else ""
        return (
            f"{self.stage}: {self.done:,}{of} rows, {self.done / seconds:,.0f} rows/s{left}; kept {self.kept:,}{drops}"
        )


class _Lines:
    def __init__(self, console: Console) -> None:
        self.console = console

    def remark(self, text: str) -> None:
        self.console.print(visible(text), markup=False, highlight=False, soft_wrap=True)


class LogLines(_Lines):
    """For a log file: a line every 30 seconds, and one when a stage is done."""

    counts: Counts | None = None
    said = 0.0

    def begin(self, stage: str, total: int | None) -> None:
        self.counts = Counts(stage, total)
        self.said = time.monotonic()

    def advance(self, done: int, kept: int, dropped: dict[str, int]) -> None:
        assert self.counts is not None
        self.counts.add(done, kept, dropped)
        if time.monotonic() - self.said >= LOG_EVERY:
            self.said = time.monotonic()
            self._say()

    def finish(self) -> None:
        self._say()

    def _say(self) -> None:
        self.remark(str(self.counts))


class LiveLines(_Lines):
    """For a terminal: one line a stage, alive while it runs."""

    def begin(self, stage: str, total: int | None) -> None:
        self.counts = Counts(stage, total)
        self.progress = Progress(
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[drops]}", style="dim", markup=False),
            console=self.console,
        )
        self.task = self.progress.add_task(stage, total=total, rate="", drops="")
        self.progress.start()

    def advance(self, done: int, kept: int, dropped: dict[str, int]) -> None:
        self.counts.add(done, kept, dropped)
        seconds = max(time.monotonic() - self.counts.started, 1e-3)
        self.progress.update(
            self.task,
            advance=done,
            rate=f"{self.counts.done / seconds:,.0f} rows/s",
            drops=f"kept {self.counts.kept:,}; dropped {self.counts.dropped.total():,}  {self.counts.reasons}",
        )

    def finish(self) -> None:
        self.progress.update(self.task, total=max(self.counts.done, 1), completed=max(self.counts.done, 1))
        self.progress.stop()


def for_terminal(console: Console) -> Watcher:
    """The watcher that suits where stderr goes."""
    return LiveLines(console) if console.is_terminal else LogLines(console)
