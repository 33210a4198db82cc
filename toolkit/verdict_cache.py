"""Verdicts on whole programs, kept by content: what was run once is not run again.

The key is all that a verdict depends on: this version of langlift, language, toolchain (name, version, command,
files), fence and what it lacks, limits, oracle, harness, program, stdin. A verdict that a warm server gave has
the server's digest beside it, and is given only to runs that would use the same one; a cold one is given to all
and replaces it. What the next run may not say again (`ProgramVerdict.final`) is never kept.

One SQLite file in write-ahead mode in the user's cache folder: many processes share it, one that is killed
loses what it has not yet handed over (a tenth of a second's work), never the file. Not for a network file system.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from sandboxes import Job, Server
from sandboxes.native import cache_folder
from toolkit import __version__
from toolkit.errors import EnvironmentTrouble
from toolkit.programs import Program, ProgramVerdict, Setting

FORMAT = "1"
_LONGEST = 1 << 18  # bytes of a compressed verdict: what prints more is run again
_AT_ONCE, _SECONDS = 256, 0.1  # verdicts handed over together, and how long they wait while others come
_DAY = 86_400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS verdicts (
    key BLOB PRIMARY KEY, language TEXT NOT NULL, server TEXT NOT NULL, verdict BLOB NOT NULL, day INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hits (language TEXT PRIMARY KEY, hits INTEGER NOT NULL) WITHOUT ROWID;
"""
_PUT = "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in ("server", "verdict", "day")
)
_KEEP_COLD = " WHERE excluded.server = '' OR verdicts.server != ''"
_HIT = "INSERT INTO hits VALUES (?, ?) ON CONFLICT (language) DO UPDATE SET hits = hits + excluded.hits"


@dataclass(frozen=True)
class Facts:
    """What the cache holds."""

    path: str
    entries: int
    bytes: int  # on the disk
    languages: dict[str, int]  # entries
    hits: dict[str, int]  # since it was made or cleared


def default_path() -> Path:
    return cache_folder() / "verdicts.sqlite3"


def key_of(setting: Setting, fence: str, program: Program, job: Job) -> bytes:
    """Of all that a cold verdict depends on; `job` as it is made for any nonce."""
    toolchain, oracle = setting.toolchain, setting.oracle
    digest = hashlib.sha256()
    facts = [FORMAT, __version__, setting.runtime.name, toolchain.name, toolchain.version, fence, oracle, program.stdin]
    texts = [*facts, *job.command, *job.readable, job.root, repr(job.limits), repr(sorted(job.environment.items()))]
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    for name, content in sorted(job.files.items()):
        parts += [os.fsencode(name), content]
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def server_digest(server: Server | None) -> str:
    """Of a warm server's text; "" for none."""
    if server is None:
        return ""
    return hashlib.sha256(repr((server.command, sorted(server.files.items()))).encode()).hexdigest()[:32]


class VerdictCache:
    """Open for one process; a context manager. Its methods raise EnvironmentTrouble with the remedy."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._waiting: dict[bytes, tuple[str, str, bytes]] = {}
        self._hits: dict[str, int] = {}
        self._used: set[bytes] = set()
        self._since = time.monotonic()
        with self._trouble():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._base = _opened(self.path)

    def get(self, key: bytes, language: str, server: str, id: str) -> ProgramVerdict | None:
        """The verdict, under this id; `server` is the digest of the one that would run it, "" for cold."""
        with self._trouble():
            row = self._base.execute("SELECT server, verdict, day FROM verdicts WHERE key = ?", (key,)).fetchone()
            if row is None or row[0] not in ("", server):
                return None
            found = ProgramVerdict(**{**json.loads(zlib.decompress(row[1])), "id": id})
        self._hits[language] = self._hits.get(language, 0) + 1
        if row[2] != _today():
            self._used.add(key)
        self._hand_over_soon()
        return found

    def put(self, key: bytes, language: str, server: str, verdict: ProgramVerdict) -> None:
        """Keeps it if the next run would say the same; `server` is the digest of the one that ran it."""
        if not verdict.final:
            return
        packed = zlib.compress(json.dumps({**asdict(verdict), "id": ""}).encode(), 1)
        if len(packed) <= _LONGEST:
            self._waiting[key] = (language, server, packed)
            self._hand_over_soon()

    def distrust(self, server: str) -> None:
        """Forgets what the server with this digest said; what cold runs said of the same programs is kept."""
        self._waiting = {key: each for key, each in self._waiting.items() if each[1] != server}
        with self._trouble(), self._transaction():
            self._base.execute("DELETE FROM verdicts WHERE server = ?", (server,))

    def _hand_over_soon(self) -> None:
        many = len(self._waiting) >= _AT_ONCE or len(self._used) >= _AT_ONCE
        if many or time.monotonic() - self._since > _SECONDS:
            self.hand_over()

    def hand_over(self) -> None:
        """Writes what waits."""
        self._since = time.monotonic()
        if not (self._waiting or self._hits or self._used):
            return
        with self._trouble(), self._transaction():
            rows = ((key, *each, _today()) for key, each in self._waiting.items())
            self._base.executemany(_PUT + _KEEP_COLD, rows)
            self._base.executemany("UPDATE verdicts SET day = ? WHERE key = ?", ((_today(), key) for key in self._used))
            self._base.executemany(_HIT, self._hits.items())
        self._waiting.clear()
        self._hits.clear()
        self._used.clear()

    def facts(self) -> Facts:
        with self._trouble():
            languages = dict(self._base.execute("SELECT language, count(*) FROM verdicts GROUP BY language"))
            hits = dict(self._base.execute("SELECT language, hits FROM hits"))
        size = sum(path.stat().st_size for path in _files(self.path) if path.exists())
        return Facts(str(self.path), sum(languages.values()), size, languages, hits)

    def prune(self, days: float) -> int:
        """Removes verdicts that were not asked for in so many days. Returns how many."""
        with self._trouble():
            with self._transaction():
                gone = self._base.execute("DELETE FROM verdicts WHERE day < ?", (_today() - days,)).rowcount
            self._shrink()
        return gone

    def clear(self) -> int:
        """Removes all. Returns how many."""
        with self._trouble():
            with self._transaction():
                gone = self._base.execute("DELETE FROM verdicts").rowcount
                self._base.execute("DELETE FROM hits")
            self._shrink()
        return gone

    def _shrink(self) -> None:
        """Gives the space back; not while another process is at work here, which the next pruning makes good."""
        with contextlib.suppress(sqlite3.OperationalError):
            self._base.execute("PRAGMA busy_timeout = 1000")
            self._base.execute("VACUUM")
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        try:
            self.hand_over()
        finally:
            self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, zlib.error, ValueError, TypeError) as error:
            raise EnvironmentTrouble(
                f"the verdict cache {self.path} can not be used: {error}",
                "look at the disk and the rights; `langlift sandbox cache --clear` begins a new one, "
                "`langlift sandbox run --no-cache` goes without",
            ) from error


def _opened(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=60, isolation_level=None)
    deadline = time.monotonic() + 60
    while True:
        try:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")
            base.executescript(_SCHEMA)
            return base
        except sqlite3.OperationalError as error:  # SQLite does not wait where two change the mode at once
            if "locked" not in str(error) or time.monotonic() > deadline:
                base.close()
                raise
            time.sleep(0.01)
        except sqlite3.DatabaseError:
            base.close()
            raise


def clear(path: Path | None = None) -> None:
    """Empties the cache; one that is damaged, or on a full disk, is removed. Raises EnvironmentTrouble."""
    path = path or default_path()
    try:
        with VerdictCache(path) as cache:
            cache.clear()
    except EnvironmentTrouble as trouble:
        cause = trouble.__cause__
        full = isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_FULL
        damaged = isinstance(cause, sqlite3.DatabaseError) and not isinstance(cause, sqlite3.OperationalError)
        if not full and not damaged:
            raise
        for each in _files(path):
            each.unlink(missing_ok=True)


def _files(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("-wal", "-shm", "")]


def _today() -> int:
    return int(time.time()) // _DAY
