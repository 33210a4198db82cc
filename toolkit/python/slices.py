"""What a top-level function needs of its module to run alone: a slice of the module, as written.

A backward slice over the module's top-level statements (after Weiser, "Program Slicing", IEEE TSE
1984, cut down to names): a name that is needed brings the statements that bind it and those that
change it in place, and these bring what they need in turn. Of several bindings the last one counts
for what runs later, the last one before it for what runs at once. Imports are cut to the names needed.

Limits: a change made through a second name, or by a call that is handed the object, is not seen; a star
import of a module that is not in `STAR_EXPORTS` binds names that nobody can know; blocks guarded by
`__name__ == "__main__"` and `TYPE_CHECKING` do not run.
"""

import ast
import builtins
import importlib
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from toolkit.python.names import FunctionNode, Uses, bound, uses
from toolkit.python.text import SourceText

# Modules whose star import is resolved by looking at them: from the standard library, and free of side effects.
_STAR_EXPORTS = """
    bisect cmath collections copy datetime decimal enum fractions functools heapq itertools math numbers
    operator re statistics string struct textwrap types typing unicodedata
"""
STAR_EXPORTS = frozenset(_STAR_EXPORTS.split())
# What every module has without binding it. `__file__` is one of them; what it means for a function is the filter's.
_OF_MODULES = {"__annotations__", "__builtins__", "__doc__", "__file__", "__name__", "__path__"}
_BUILTIN = frozenset(dir(builtins)) | _OF_MODULES
_FUTURE = "from __future__ import annotations"
_END = sys.maxsize  # the position of what runs once the whole module is there


@dataclass(frozen=True)
class Slice:
    """The statements a function needs, as text, and the names that nothing in its module binds."""

    context: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Binding:
    index: int  # of the statement
    whole: bool  # does it replace what the name meant before


class Module:
    """The top-level statements of one file, by the names they bind and change."""

    def __init__(self, tree: ast.Module, text: SourceText) -> None:
        self._text = text
        self._body = tree.body
        self._bindings: dict[str, list[_Binding]] = defaultdict(list)
        self._changes: dict[str, list[int]] = defaultdict(list)
        self._uses: dict[int, Uses] = {}
        self._easy: dict[str, bool] = {}
        self._postponed = False  # does the file itself postpone its annotations
        self._stars = False  # is there a star import that hides names
        for index, statement in enumerate(tree.body):
            if not _is_guarded(statement):
                self._register(index, statement)

    def functions(self) -> Iterator[tuple[int, FunctionNode]]:
        """Every top-level function with its place in the module."""
        for index, statement in enumerate(self._body):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                yield index, statement

    def slice(self, index: int, name: str, limit: int) -> Slice:
        """What the function at this place, of this name, needs; of more characters than the limit nothing is given."""
        search = _Search(self, index, name)
        search.run()
        context = self._compose(search)
        if len(context) <= limit:
            return Slice(context, tuple(sorted(search.missing)))
        wanted = frozenset().union(*search.needed.values())
        return Slice("", tuple(sorted(search.missing | (self.uses(index).now | self.uses(index).later) & wanted)))

    def uses(self, index: int) -> Uses:
        if index not in self._uses:
            self._uses[index] = uses(self._body[index])
        return self._uses[index]

    def statement(self, index: int) -> ast.stmt:
        return self._body[index]

    def providers(self, name: str, position: int) -> list[int]:
        """The statements that make up what a name means at a position; none where nothing binds it."""
        before = [binding for binding in self._bindings.get(name, ()) if binding.index < position]
        before = before or self._bindings.get(name, [])
        if not before:
            return []
        start = max((at for at, binding in enumerate(before) if binding.whole), default=0)
        first = before[start].index
        changes = [at for at in self._changes.get(name, ()) if first < at < position]
        if isinstance(self._body[first], ast.Import | ast.ImportFrom):
            changes = []  # `sys.path.append(...)`: what is done to a module is not part of the function
        return [binding.index for binding in before[start:]] + changes

    def changed_after(self, name: str, index: int) -> bool:
        """Is the thing of this name changed in place by a later statement?"""
        return any(at > index for at in self._changes.get(name, ()))

    def is_easy(self, name: str) -> bool:
        """Can an annotation's name be had for a line or two: an import of the standard library, an alias of such?"""
        if name not in self._easy:
            self._easy[name] = False  # while it is looked into: a name that needs itself is not easy
            self._easy[name] = all(map(self._is_easy_statement, self.providers(name, _END)))
        return self._easy[name]

    def _is_easy_statement(self, index: int) -> bool:
        match self._body[index]:
            case ast.Import(names=names):
                return all(alias.name.split(".")[0] in sys.stdlib_module_names for alias in names)
            case ast.ImportFrom(module=module, level=level):
                return level == 0 and (module or "").split(".")[0] in sys.stdlib_module_names
            case ast.Assign() | ast.AnnAssign():
                needs = self.uses(index)
                wanted = needs.now | needs.later | needs.annotations
                return all(self.is_easy(name) if name in self._bindings else name in _BUILTIN for name in wanted)
        return False

    def _register(self, index: int, statement: ast.stmt) -> None:
        match statement:
            case ast.ImportFrom(module="__future__", names=names):
                self._postponed |= any(alias.name == "annotations" for alias in names)
                return
            case ast.Import(names=names):
                for alias in names:
                    whole = alias.asname is not None or "." not in alias.name
                    self._bindings[alias.asname or alias.name.split(".")[0]].append(_Binding(index, whole))
                return
            case ast.ImportFrom(module=module, level=0, names=[ast.alias(name="*")]) if module in STAR_EXPORTS:
                for name in star_names(module):
                    self._bindings[name].append(_Binding(index, True))
                return
        simple = isinstance(
            statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.ImportFrom
        )
        for name in bound(statement):
            self._stars |= name == "*"
            self._bindings[name].append(_Binding(index, simple))
        for name in changed(statement):
            self._changes[name].append(index)

    def _compose(self, search: "_Search") -> str:
        parts: list[tuple[str, bool]] = []
        evaluated = any(self.uses(index).annotations for index in (search.index, *search.needed))
        if search.postpone or (self._postponed and evaluated):
            parts.append((_FUTURE, False))
        for index in sorted(search.needed):
            statement = self._body[index]
            block = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            parts.append((self._written(index, search.needed[index]), block))
        if self._stars and search.missing:
            stars = (node for node in self._body if isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
            parts += [(ast.unparse(node), False) for node in stars if node.module not in STAR_EXPORTS]
        lines = []
        for at, (text, block) in enumerate(parts):
            apart = at and (block or parts[at - 1][1])
            lines.append(("\n\n" if apart else "") + text)
        return "\n".join(lines)

    def _written(self, index: int, names: set[str]) -> str:
        statement = self._body[index]
        if isinstance(statement, ast.Import | ast.ImportFrom) and statement.names[0].name != "*":
            wanted = [a for a in statement.names if (a.asname or a.name.split(".")[0]) in names]
            if len(wanted) < len(statement.names):
                cut = (
                    ast.Import(wanted)
                    if isinstance(statement, ast.Import)
                    else ast.ImportFrom(statement.module, wanted, statement.level)
                )
                return ast.unparse(cut)
        return self._text.of(statement)


class _Search:
    """One slice in the making: names still to be explained, statements found."""

    def __init__(self, module: Module, index: int, name: str) -> None:
        self.module = module
        self.index = index
        self.name = name
        self.needed: dict[int, set[str]] = defaultdict(set)  # statement -> the names wanted of it
        self.missing: set[str] = set()
        self._annotated: list[tuple[str, int]] = []  # names that annotations evaluate, and where
        self._asked: set[tuple[str, int]] = set()
        self._queue: list[tuple[str, int]] = []
        self._visited: set[int] = set()

    def run(self) -> None:
        self._visit(self.index)
        own = self.module.uses(self.index)
        if self.module.changed_after(self.name, self.index) and (self.name in own.later or own.now):
            self.missing.add(self.name)
        while self._queue:
            self._explain(*self._queue.pop())

    def _visit(self, index: int) -> None:
        self._visited.add(index)
        needs = self.module.uses(index)
        self._ask(needs.now, index)
        self._ask(needs.later, _END)
        for name in needs.annotations | needs.hints:
            if self.module.providers(name, _END) and self.module.is_easy(name):
                self._ask({name}, _END)
        self._annotated += [(name, index) for name in needs.annotations]
        if index != self.index and self.name in needs.now:
            self.missing.add(self.name)  # needed before it is defined: it can not stand last

    @property
    def postpone(self) -> bool:
        """Must annotations stay unevaluated: does one name what the slice does not hold?"""
        for name, index in self._annotated:
            providers = self.module.providers(name, _END if index == self.index else index)
            there = [at for at in providers if at in self.needed and (at < index or index == self.index)]
            if not (there if providers else name in _BUILTIN):
                return True
        return False

    def _ask(self, names: frozenset[str] | set[str], position: int) -> None:
        for name in names:
            if name != self.name and (name, position) not in self._asked:
                self._asked.add((name, position))
                self._queue.append((name, position))

    def _explain(self, name: str, position: int) -> None:
        providers = self.module.providers(name, position)
        if not providers and name not in _BUILTIN and not self._binds_itself(name, position):
            self.missing.add(name)
        for index in providers:
            if index != self.index:
                self.needed[index].add(name)
                if index not in self._visited:
                    self._visit(index)

    def _binds_itself(self, name: str, position: int) -> bool:
        return position != _END and name in bound(self.module.statement(position))


@cache
def star_names(module: str) -> frozenset[str]:
    """What `from module import *` binds, for the modules of `STAR_EXPORTS`."""
    loaded = importlib.import_module(module)
    public = (name for name in dir(loaded) if not name.startswith("_"))
    return frozenset(getattr(loaded, "__all__", None) or public)


def changed(statement: ast.stmt) -> frozenset[str]:
    """Module names whose objects a top-level statement changes in place."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        decorators = [node.func if isinstance(node, ast.Call) else node for node in statement.decorator_list]
        return frozenset(filter(None, (_root(node) for node in decorators if isinstance(node, ast.Attribute))))
    found: set[str | None] = set()
    pending: list[ast.AST] = [statement]
    while pending:
        match node := pending.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                found.add(_root(node))
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
                found.add(_root(function))
        pending.extend(ast.iter_child_nodes(node))
    return frozenset(filter(None, found))


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _is_guarded(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":` and `if TYPE_CHECKING:` without an else: not run when a function is used."""
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    match statement.test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]):
            return True
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
    return False
