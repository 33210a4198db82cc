"""What statements change, and which facts about keys, places and emptiness no longer hold behind them.

A fact is text: `k in d`, `i below xs`, `filled xs`, `natural i`, `nonzero i`, in Python's words. A container can be
changed under another name: names that may hold the same container, or one a part of the other, stand in one group.
"""

import ast
from collections.abc import Iterable
from functools import lru_cache

from toolkit.generators.rules.types import SCALARS, ValueType

_SHRINKING = {
    *("pop", "popleft", "remove", "clear", "popitem", "discard", "heappop", "heapreplace", "heappushpop"),
    *("intersection_update", "difference_update", "symmetric_difference_update"),
}
_CHANGING = {
    *("append", "appendleft", "add", "extend", "insert", "update", "setdefault", "sort", "reverse", "rotate"),
    *("heappush", "heapify", "insort", "insort_left", "insort_right", "shuffle"),
}
_DEEP = 99


class Changes:
    """What some nodes may change: containers by root name, and how many subscripts below it."""

    def __init__(self) -> None:
        self.contents: set[tuple[str, int]] = set()  # an item was set, or there are more of them
        self.fewer: set[tuple[str, int]] = set()  # items are gone

    def note(self, container: ast.expr, fewer: bool) -> None:
        depth = 0
        while isinstance(container, ast.Subscript | ast.Attribute | ast.Starred):
            container, depth = container.value, depth + 1
        names = [container] if isinstance(container, ast.Name) else _names(container)
        for each in names:
            self.contents.add((each.id, depth + 1))
            if fewer:
                self.fewer.add((each.id, depth))


class Program:
    """The changes that the functions of a program make, and the names under which they can make them."""

    def __init__(self, module: ast.Module, types: dict[ast.AST, ValueType]) -> None:
        self.types = types
        self.functions = {each.name for each in ast.walk(module) if isinstance(each, ast.FunctionDef)}
        self.parameters = {each.arg for each in ast.walk(module) if isinstance(each, ast.arg)}
        self.shared = {
            n for each in ast.walk(module) if isinstance(each, ast.Nonlocal | ast.Global) for n in each.names
        }
        self.groups: dict[str, set[str]] = {}
        for node in ast.walk(module):
            self._link(node)
        self.everywhere = Changes()
        self.everywhere = self.of(module.body)

    def _link(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._same(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._same(target, value)
            case ast.NamedExpr(target=target, value=value):
                self._same(target, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                self._same(target, value)

    def _same(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, other in zip(target.elts, value.elts, strict=True):
                self._same(one, other)
            return
        names = {each.id for each in (*_names(target), *_names(value)) if not self._is_scalar(each)}
        whole = set(names).union(*(self.groups.get(each, set()) for each in names))
        for each in whole:
            self.groups[each] = whole

    def _is_scalar(self, node: ast.expr) -> bool:
        kind = self.types.get(node)
        return kind is not None and kind.kind in SCALARS - {"none"}

    def group(self, name: str) -> set[str]:
        return self.groups.get(name, {name})

    def of(self, nodes: Iterable[ast.AST]) -> Changes:
        """What these nodes may change when they run."""
        found = Changes()
        for top in nodes:
            for node in ast.walk(top):
                self._note(node, found)
        return found

    def reads_behind(self, node: ast.AST) -> bool:
        """Whether an item may be read behind a change that the same statement makes."""
        calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and self._changes(each)]
        inside = {each for call in calls for each in ast.walk(call)}
        items = (each for each in ast.walk(node) if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load))
        return len(calls) > 1 or (bool(calls) and any(each not in inside for each in items))

    def _changes(self, call: ast.Call) -> bool:
        found = Changes()
        self._note(call, found)
        return bool(found.contents)

    def _note(self, node: ast.AST, found: Changes) -> None:
        match node:
            case ast.Subscript(value=container, ctx=ast.Store() | ast.Del(), slice=index):
                found.note(container, isinstance(node.ctx, ast.Del) or isinstance(index, ast.Slice))
            case ast.AugAssign(target=ast.Name() as target) if not self._is_scalar(target):
                found.note(target, True)
            case ast.Call(func=ast.Attribute(value=receiver, attr=method), args=arguments):
                for each in (receiver, *arguments[:1]):
                    if method in _SHRINKING | _CHANGING:
                        found.note(each, method in _SHRINKING)
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in _SHRINKING | _CHANGING:
                for each in arguments[:1]:
                    found.note(each, name in _SHRINKING)
            case ast.Call(args=arguments) if self._calls_user(node):
                self._note_call(arguments, found)

    def _calls_user(self, node: ast.Call) -> bool:
        """A function of the program, called or handed over."""
        return any(isinstance(each, ast.Name) and each.id in self.functions for each in (node.func, *node.args))

    def _note_call(self, arguments: list[ast.expr], found: Changes) -> None:
        made = self.everywhere
        found.contents |= made.contents
        found.fewer |= made.fewer
        changed = {other for name, _ in made.contents for other in self.group(name)}
        if changed & self.parameters:
            for each in arguments:
                if not self._is_scalar(each):
                    found.contents |= {(name.id, 1) for name in _names(each)}
                    found.fewer |= {(name.id, 0) for name in _names(each) if made.fewer}

    def holds(self, fact: str, changes: Changes) -> bool:
        """Whether a fact is still one behind these changes."""
        looks, container = _parts(fact)
        for name, depth in changes.contents:
            for other in self.group(name):
                if looks.get(other, 0) >= (depth if other == name else 1):
                    return False
        if container is None:
            return True
        root, below = container
        return not any(below >= depth if root == name else root in self.group(name) for name, depth in changes.fewer)


def _names(node: ast.expr) -> list[ast.Name]:
    """The names of containers that a value may be, or be a part of; indexes are none of them."""
    match node:
        case ast.Name():
            return [node]
        case ast.Subscript(value=inner) | ast.Attribute(value=inner):
            return _names(inner)
        case ast.Compare() | ast.Constant() | ast.JoinedStr():
            return []
    inner_nodes = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr | ast.comprehension)]
    return [name for each in inner_nodes for name in _names(each)]  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def _parts(fact: str) -> tuple[dict[str, int], tuple[str, int] | None]:
    """How deep a fact looks into each name; the container that it is about, by its root and depth."""
    word, _, rest = fact.partition(" ")
    about = word in ("filled", "natural", "nonzero") and not rest.startswith(("in ", "below "))
    tree = ast.parse((rest if about else fact).replace(" below ", " in "), mode="eval").body
    looks: dict[str, int] = {}
    for node in ast.walk(tree):
        depth, inner = 0, node
        while isinstance(inner, ast.Subscript | ast.Attribute):
            inner, depth = inner.value, depth + 1
        if isinstance(inner, ast.Name):
            looks[inner.id] = max(looks.get(inner.id, 0), depth)
        if isinstance(node, ast.Call):
            looks.update((each.id, _DEEP) for each in ast.walk(node) if isinstance(each, ast.Name))
    container = tree if word == "filled" else None
    if isinstance(tree, ast.Compare) and not about:
        container = tree.comparators[-1]
    if container is None:
        return looks, None
    depth = 0
    while isinstance(container, ast.Subscript | ast.Attribute):
        container, depth = container.value, depth + 1
    return looks, (container.id, depth) if isinstance(container, ast.Name) else None
