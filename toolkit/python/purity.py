"""What a program does beside computing, as far as its names tell: imports, builtins, module state.

Judged by name and never by running. A name that the program binds itself is not the builtin of that
name. What hides behind attributes of values (`handle.write`) is not seen: such values are no literals, so no
test can pass one in.
"""

import ast
import importlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from toolkit.python.names import bound, uses

_WHOLE = """
    __future__ abc array ast base64 binascii bisect calendar cmath collections colorsys contextlib
    copy copyreg csv dataclasses datetime decimal difflib enum errno fnmatch fractions functools graphlib hashlib
    heapq hmac html ipaddress itertools json keyword math numbers opcode operator pprint quopri re reprlib shlex
    stat statistics string stringprep struct textwrap token types typing typing_extensions unicodedata urllib.parse
    weakref zlib
"""
# Modules of the standard library whose whole public face computes from its arguments alone.
DETERMINISTIC = tuple(_WHOLE.split())
_PATHS = """
    altsep basename commonpath commonprefix curdir dirname extsep isabs join normcase normpath pardir pathsep sep
    split splitdrive splitext
"""
_OS = "altsep curdir extsep fsdecode fsencode fspath linesep pardir pathsep sep PathLike"
_SYS = "byteorder float_info hexversion int_info intern maxsize maxunicode version_info"
_INSPECT = "Parameter Signature cleandoc getmro isabstract isclass isfunction signature"
_TOKENIZE = "TokenInfo generate_tokens tokenize untokenize"
_CODECS = """
    BOM_UTF16 BOM_UTF16_BE BOM_UTF16_LE BOM_UTF32 BOM_UTF32_BE BOM_UTF32_LE BOM_UTF8 ascii_decode ascii_encode decode
    encode escape_decode escape_encode getdecoder getencoder getincrementaldecoder getincrementalencoder iterdecode
    iterencode latin_1_decode latin_1_encode unicode_escape_decode unicode_escape_encode utf_8_decode utf_8_encode
"""
_BUILTINS = """
    ArithmeticError AssertionError AttributeError BaseException Exception False ImportError IndexError KeyError
    LookupError NameError None NotImplemented NotImplementedError OverflowError RuntimeError StopIteration True
    TypeError UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError ZeroDivisionError abs all any ascii bin bool
    bytearray bytes callable chr classmethod complex dict divmod enumerate filter float format frozenset hasattr hex int
    isinstance issubclass iter len list map max min next object oct ord pow property range repr reversed round set slice
    sorted staticmethod str sum super tuple type zip
"""
_EMAIL = "utils.formataddr utils.parseaddr utils.quote utils.unquote"
# Modules of which only some names do.
PARTLY: dict[str, frozenset[str]] = {
    "os": frozenset([*(f"path.{name}" for name in _PATHS.split()), *_OS.split()]),
    "posixpath": frozenset(_PATHS.split()),
    "ntpath": frozenset(_PATHS.split()),
    "genericpath": frozenset(["commonprefix"]),
    "sys": frozenset(_SYS.split()),
    "builtins": frozenset(_BUILTINS.split()),
    "codecs": frozenset(_CODECS.split()),
    "io": frozenset(["BytesIO", "StringIO"]),
    "pathlib": frozenset(["PurePath", "PurePosixPath", "PureWindowsPath"]),
    "inspect": frozenset(_INSPECT.split()),
    "tokenize": frozenset(_TOKENIZE.split()),
    "email": frozenset(_EMAIL.split()),
}
_EFFECTS = {
    "randomness": "random secrets uuid _random",
    "time": "time timeit sched _time zoneinfo",
    "network": "asyncio ftplib http imaplib nntplib poplib select selectors smtplib socket socketserver ssl telnetlib "
    "urllib webbrowser wsgiref xmlrpc _socket _ssl email mailbox",
    "processes": "_posixsubprocess _thread _winapi atexit concurrent ctypes faulthandler fcntl gc grp msvcrt "
    "multiprocessing nt os platform posix pty pwd queue resource signal subprocess sys sysconfig syslog termios "
    "threading tracemalloc tty winreg",
    "files": "bz2 codecs dbm fileinput filecmp glob gzip io linecache lzma mimetypes pathlib pickle shelve shutil "
    "sqlite3 tarfile tempfile zipfile zipimport genericpath ntpath posixpath tokenize",
    "code loading": "builtins code codeop importlib imp pkgutil runpy site zipapp _imp",
    "terminal": "cmd curses getpass logging pdb readline tkinter turtle traceback warnings _tkinter _warnings",
}
EFFECT_OF = {module: effect for effect, modules in _EFFECTS.items() for module in modules.split()}
FORBIDDEN_BUILTINS = {
    **dict.fromkeys(("open", "__file__", "__path__"), "files"),
    **dict.fromkeys(("exec", "eval", "compile", "__import__", "globals", "__builtins__"), "code loading"),
    **dict.fromkeys(("input", "help", "breakpoint", "print"), "terminal"),
    **dict.fromkeys(("exit", "quit"), "processes"),
    "id": "memory",
}
_CLOCKS = {"fromtimestamp", "now", "today", "utcfromtimestamp", "utcnow"}
_CONTEXTS = {"getcontext", "localcontext", "setcontext"}  # of `decimal`: state that the next call sees
_INTERPRETER = """
    __traceback__ tb_frame tb_next f_back f_builtins f_globals f_locals gi_frame cr_frame ag_frame __subclasses__
    __globals__ __builtins__
"""
# Attributes that lead from a value to the frames, names and code of whoever runs it.
INTERPRETER = frozenset(_INTERPRETER.split())


@dataclass(frozen=True)
class Finding:
    """One thing that stands in the way."""

    reason: str  # "side effects", "import" or "third-party import"
    detail: str
    line: int


def findings(tree: ast.Module, modules: Iterable[str], allow_print: bool) -> Iterator[Finding]:
    """What in a program is not plain computation, imports first, each in the order of the lines."""
    judge = _Judge(tree, frozenset(modules))
    yield from sorted(judge.imports(), key=lambda finding: finding.line)
    yield from judge.builtins({"print"} if allow_print else set())
    for found in (judge.clocks(), judge.modules_inside(), judge.interpreter()):
        yield from sorted(found, key=lambda finding: finding.line)


class _Judge:
    def __init__(self, tree: ast.Module, modules: frozenset[str]) -> None:
        self._tree = tree
        self._modules = modules
        self._nodes = list(ast.walk(tree))
        self._accelerators = {f"_{module}" for module in modules} | {"_collections_abc", "_sre"}

    def imports(self) -> Iterator[Finding]:
        partial: dict[str, tuple[str, str]] = {}  # local name -> (module, dotted prefix inside it)
        for node in self._nodes:
            match node:
                case ast.Import(names=names):
                    for alias in names:
                        yield from self._import(node, alias, partial)
                case ast.ImportFrom(level=level, module=module) if level > 0:
                    yield Finding("third-party import", f"relative: {'.' * level}{module or ''}", node.lineno)
                case ast.ImportFrom(module=str(module), names=names):
                    for alias in names:
                        yield from self._import_from(node, module, alias, partial)
        yield from self._partial_uses(partial)

    def _allowed(self, module: str) -> bool:
        parts = module.split(".")
        prefixes = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
        return bool(prefixes & self._modules) or module in self._accelerators

    def _import(self, node: ast.Import, alias: ast.alias, partial: dict[str, tuple[str, str]]) -> Iterator[Finding]:
        if self._allowed(alias.name):
            return
        top, _, rest = alias.name.partition(".")
        if top not in PARTLY:
            yield _refused(alias.name, node.lineno)
        elif alias.asname:
            partial[alias.asname] = (top, f"{rest}." if rest else "")
        else:
            partial[top] = (top, "")

    def _import_from(
        self, node: ast.ImportFrom, module: str, alias: ast.alias, partial: dict[str, tuple[str, str]]
    ) -> Iterator[Finding]:
        if self._allowed(module) or self._allowed(f"{module}.{alias.name}"):
            return
        top, _, rest = module.partition(".")
        name = f"{rest}.{alias.name}" if rest else alias.name
        known = PARTLY.get(top, frozenset())
        if any(each.startswith(f"{name}.") for each in known):
            partial[alias.asname or alias.name] = (top, f"{name}.")
        elif name not in known:
            yield _refused(module, node.lineno, alias.name)

    def _partial_uses(self, partial: dict[str, tuple[str, str]]) -> Iterator[Finding]:
        """Each use of a module of `PARTLY` must be one of its harmless names."""
        if not partial:
            return
        harmless: set[int] = set()  # ids of the Name nodes at the root of a harmless chain
        for node in self._nodes:
            chain, root = _chain(node)
            if root is not None and root.id in partial:
                module, prefix = partial[root.id]
                if prefix + chain in PARTLY[module]:
                    harmless.add(id(root))
        for node in self._nodes:
            if isinstance(node, ast.Name) and node.id in partial and id(node) not in harmless:
                yield _refused(partial[node.id][0], node.lineno, self._longest(node))

    def _longest(self, root: ast.Name) -> str:
        chains = (chain for chain, base in map(_chain, self._nodes) if base is root)
        return max(chains, key=len, default="")

    def builtins(self, allowed: set[str]) -> Iterator[Finding]:
        here = frozenset[str]().union(*map(bound, self._tree.body))
        for statement in self._tree.body:
            needs = uses(statement)
            for name in sorted((needs.now | needs.later) & FORBIDDEN_BUILTINS.keys() - here - allowed):
                yield Finding("side effects", f"{FORBIDDEN_BUILTINS[name]}: {name}", statement.lineno)
            for name in sorted(needs.written):
                yield Finding("side effects", f"module state: global {name}", statement.lineno)

    def clocks(self) -> Iterator[Finding]:
        for node in self._nodes:
            match node:
                case ast.Attribute(attr=name) if name in _CLOCKS:
                    yield Finding("side effects", f"time: {name}", node.lineno)
                case ast.Attribute(attr=name) if name in _CONTEXTS:
                    yield Finding("side effects", f"module state: {name}", node.lineno)
                case ast.ImportFrom(module="decimal" | "_decimal" | "_pydecimal", names=names):
                    for alias in names:
                        if alias.name in _CONTEXTS:
                            yield Finding("side effects", f"module state: decimal.{alias.name}", node.lineno)

    def modules_inside(self) -> Iterator[Finding]:
        """Modules that an allowed module happens to hold: `calendar.sys` is `sys`."""
        roots: dict[str, str] = {}
        for node in self._nodes:
            match node:
                case ast.Import(names=names):
                    for alias in names:
                        top = alias.name.split(".")[0]
                        roots[alias.asname or top] = alias.name if alias.asname else top
                case ast.ImportFrom(level=0, module=str(module), names=names):
                    for alias in names:
                        if _holds(module, alias.name):
                            yield _held(module, alias.name, node.lineno)
                        roots[alias.asname or alias.name] = f"{module}.{alias.name}"
        for node in self._nodes:
            chain, root = _chain(node)
            if root is not None and root.id in roots:
                *path, last = [roots[root.id], *chain.split(".")]
                if _holds(".".join(path), last):
                    yield _held(".".join(path), last, root.lineno)

    def interpreter(self) -> Iterator[Finding]:
        """Ways to whoever runs the program, as attributes or as texts for `getattr` and `attrgetter`."""
        for node in self._nodes:
            names: frozenset[str] = frozenset()
            match node:
                case ast.Attribute(attr="__code__", ctx=ast.Store() | ast.Del()):
                    names = frozenset(["__code__"])
                case ast.Attribute(attr=name):
                    names = INTERPRETER & {name}
                case ast.MatchClass(kwd_attrs=attributes):
                    names = INTERPRETER.intersection(attributes)
                case ast.Constant(value=str() as text) if len(text) < 200:
                    names = (INTERPRETER | {"__code__"}).intersection(text.split("."))
            for each in sorted(names):
                yield Finding("side effects", f"interpreter: {each}", getattr(node, "lineno", 0))


@cache
def _holds(module: str, name: str) -> bool:
    """Whether the name in a module of DETERMINISTIC is another module, and none of its own submodules.

    The module itself is asked: it belongs to the standard library and does nothing when it is imported.
    """
    inside = any(module == each or module.startswith(f"{each}.") for each in DETERMINISTIC)
    if not inside or name.startswith("_") or "._" in module:
        return False
    try:
        value = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError:  # a class, or a module that is not there
        return False
    return isinstance(value, ModuleType) and value.__name__ != f"{module}.{name}"


def _held(module: str, name: str, line: int) -> Finding:
    return Finding("side effects", f"{EFFECT_OF.get(name, 'module')}: {module}.{name}", line)


def _chain(node: ast.AST) -> tuple[str, ast.Name | None]:
    """`a.b.c` as ("b.c", the node of a); no node where it is no such chain."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed(parts)), node if isinstance(node, ast.Name) and parts else None


def _refused(module: str, line: int, name: str = "") -> Finding:
    top = module.split(".")[0]
    full = f"{module}.{name}" if name else module
    if top == "builtins" and name in FORBIDDEN_BUILTINS:
        return Finding("side effects", f"{FORBIDDEN_BUILTINS[name]}: {full}", line)
    if top in EFFECT_OF:
        return Finding("side effects", f"{EFFECT_OF[top]}: {full}", line)
    return Finding("import" if top in sys.stdlib_module_names else "third-party import", full, line)
