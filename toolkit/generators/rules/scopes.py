"""Where Lua `local`s go: Python variables belong to functions, Lua variables to blocks.

A variable is declared in the innermost block that holds all its occurrences, at its first assignment if that comes
first there, else before the statement in which it first occurs. Inside a loop that is allowed only where each turn
assigns before it reads; otherwise the declaration moves out of the loops.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

Path = tuple[tuple[int, int], ...]  # (block, place in it), from the function's body inwards
_SCOPES = (ast.FunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Occurrence:
    path: Path
    order: int
    loops: frozenset[int]  # ids of `for` statements that bind the name and hold this occurrence
    store: bool  # a plain assignment of the name, as a whole statement
    statement: ast.stmt


@dataclass
class Plan:
    """What to declare: before a statement, or by the statement itself."""

    before: dict[ast.stmt, list[str]] = field(default_factory=lambda: defaultdict(list))
    inline: dict[ast.stmt, set[str]] = field(default_factory=lambda: defaultdict(set))
    loop_local: dict[ast.stmt, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: set[str] = field(default_factory=set)


class _Survey:
    """All occurrences of a function's own variables."""

    def __init__(self) -> None:
        self.occurrences: dict[str, list[Occurrence]] = defaultdict(list)
        self.block_owner: dict[int, tuple[Path, bool]] = {}  # block -> path of its statement, whether a loop
        self.loops: dict[str, list[ast.For]] = defaultdict(list)
        self.paths: dict[ast.stmt, Path] = {}
        self.foreign: set[str] = set()
        self.order = 0

    def block(self, statements: list[ast.stmt], path: Path, loops: tuple[ast.For, ...], is_loop: bool) -> None:
        if not statements:
            return
        block = id(statements)
        self.block_owner[block] = (path, is_loop)
        for place, statement in enumerate(statements):
            self.statement(statement, (*path, (block, place)), loops)

    def statement(self, node: ast.stmt, path: Path, loops: tuple[ast.For, ...]) -> None:
        self.paths[node] = path
        match node:
            case ast.Nonlocal(names=names) | ast.Global(names=names):
                self.foreign.update(names)
            case ast.For(target=target, iter=iterable, body=body, orelse=orelse):
                self.names(iterable, path, loops, node)
                for name in target_names(target):
                    self.loops[name].append(node)
                self.names(target, path, (*loops, node), node)
                self.block(body, path, (*loops, node), True)
                self.block(orelse, path, loops, False)
            case ast.While(test=test, body=body, orelse=orelse):
                self.names(test, path, loops, node)
                self.block(body, path, loops, True)
                self.block(orelse, path, loops, False)
            case ast.If(test=test, body=body, orelse=orelse):
                self.names(test, path, loops, node)
                self.block(body, path, loops, False)
                self.block(orelse, path, loops, False)
            case ast.Try():
                self.attempt(node, path, loops)
            case ast.FunctionDef(name=name):
                self.note(name, path, loops, True, node)
                for free in sorted(free_names(node)):
                    self.note(free, path, loops, False, node)
            case _:
                self.simple(node, path, loops)

    def attempt(self, node: ast.Try, path: Path, loops: tuple[ast.For, ...]) -> None:
        self.block(node.body, path, loops, False)
        for handler in node.handlers:
            self.block(handler.body, path, loops, False)
        self.block(node.orelse, path, loops, False)
        self.block(node.finalbody, path, loops, False)

    def simple(self, node: ast.stmt, path: Path, loops: tuple[ast.For, ...]) -> None:
        stores: set[str] = set()
        if isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            assert node.value is not None
            reads = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
            stores = {name for target in targets for name in target_names(target)} - reads
        for name in occurring(node):
            self.note(name, path, loops, name in stores, node)

    def names(self, node: ast.AST, path: Path, loops: tuple[ast.For, ...], statement: ast.stmt) -> None:
        for name in occurring(node):
            self.note(name, path, loops, False, statement)

    def note(self, name: str, path: Path, loops: tuple[ast.For, ...], store: bool, statement: ast.stmt) -> None:
        self.order += 1
        binding = frozenset(id(loop) for loop in loops if name in target_names(loop.target))
        self.occurrences[name].append(Occurrence(path, self.order, binding, store, statement))


def plan(body: list[ast.stmt], parameters: set[str]) -> Plan:
    """Where the variables of a function with this body are declared."""
    survey = _Survey()
    survey.block(body, (), (), False)
    result = Plan()
    bound = {name for statement in body for name in _bound(statement)} - parameters - survey.foreign
    for name in sorted(bound, key=lambda each: survey.occurrences[each][0].order if survey.occurrences[each] else 0):
        result.names.add(name)
        _place(name, survey, result)
    return result


def _place(name: str, survey: _Survey, result: Plan) -> None:
    occurrences = survey.occurrences[name]
    local_loops = {id(loop) for loop in survey.loops[name] if _dead_after(loop, occurrences, survey)}
    for loop in survey.loops[name]:
        if id(loop) in local_loops:
            result.loop_local[loop].add(name)
    rest = [each for each in occurrences if not each.loops & local_loops]
    if not rest:
        return
    paths = [each.path for each in rest]
    depth = _common(paths)
    while True:
        block, place = paths[0][depth]
        first = min((each for each in rest if each.path[depth] == (block, place)), key=lambda each: each.order)
        direct = len(first.path) == depth + 1
        inline = direct and first.store
        loop_depth = _innermost_loop(paths[0][: depth + 1], survey)
        if loop_depth is None or inline:
            break
        depth = 0
    (result.inline[first.statement].add if inline else result.before[_at(survey, paths[0][: depth + 1])].append)(name)


def _at(survey: _Survey, path: Path) -> ast.stmt:
    return next(statement for statement, each in survey.paths.items() if each == path)


def _common(paths: list[Path]) -> int:
    """The depth of the innermost block that all paths share."""
    depth = 0
    while all(len(path) > depth + 1 for path in paths):
        if len({path[depth] for path in paths}) > 1 or len({path[depth + 1][0] for path in paths}) > 1:
            break
        depth += 1
    return depth


def _innermost_loop(path: Path, survey: _Survey) -> int | None:
    for depth in range(len(path) - 1, -1, -1):
        if survey.block_owner[path[depth][0]][1]:
            return depth
    return None


def _dead_after(loop: ast.For, occurrences: list[Occurrence], survey: _Survey) -> bool:
    """Whether nothing reads the loop's variable after it: all else is inside such loops, or assigned anew first."""
    path = survey.paths[loop]
    inside = [each for each in occurrences if id(loop) in each.loops]
    around = frozenset.union(*(each.loops for each in inside if each.path == path)) - {id(loop)}
    shared = [each for each in occurrences if id(loop) not in each.loops]
    outside = [each for each in shared if not each.loops or each.loops & around]
    if any(isinstance(each.statement, ast.FunctionDef) for each in inside if len(each.path) > len(path)):
        return not outside
    if not outside:
        return True
    last = max(each.order for each in inside)
    later = [each for each in outside if each.order > last]
    blocks = {block for block, _ in path}
    if later and not (later[0].store and later[0].path[-1][0] in blocks):
        return False
    earlier = [each for each in outside if each.order < last]
    for depth in range(1, len(path)):
        if survey.block_owner[path[depth][0]][1]:  # an enclosing loop: its next turn comes after, too
            again = [each for each in earlier if each.path[:depth] == path[:depth]]
            if again and not again[0].store:
                return False
    return True


def target_names(target: ast.expr) -> set[str]:
    """The variables that an assignment target binds."""
    match target:
        case ast.Name(id=name):
            return {name}
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return {name for each in elements for name in target_names(each)}
        case ast.Starred(value=value):
            return target_names(value)
    return set()


def occurring(node: ast.AST) -> Iterator[str]:
    """The names that occur, without those bound by comprehensions and lambdas inside."""
    if isinstance(node, ast.Name):
        yield node.id
        return
    hidden: set[str] = set()
    if isinstance(node, _COMPREHENSIONS):
        hidden = {name for each in node.generators for name in target_names(each.target)}
    elif isinstance(node, ast.Lambda):
        hidden = parameter_names(node.args)
    for child in ast.iter_child_nodes(node):
        for name in occurring(child):
            if name not in hidden:
                yield name


def parameter_names(arguments: ast.arguments) -> set[str]:
    """All parameters, with * and **."""
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return {each.arg for each in named if each is not None}


def free_names(function: ast.FunctionDef) -> set[str]:
    """Names a nested function takes from outside (or shares with it)."""
    foreign = {name for each in ast.walk(function) if isinstance(each, ast.Nonlocal) for name in each.names}
    own = parameter_names(function.args) | {name for statement in function.body for name in _bound(statement)}
    seen: set[str] = set()
    for statement in function.body:
        seen |= free_names(statement) if isinstance(statement, ast.FunctionDef) else set(_deep(statement))
    defaults = {
        name for each in (*function.args.defaults, *function.args.kw_defaults) if each for name in occurring(each)
    }
    return ((seen - own) | foreign | defaults) - {function.name}


def _deep(statement: ast.AST) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef):
        yield from free_names(statement)
    elif isinstance(statement, ast.expr):
        yield from occurring(statement)
    else:
        for child in ast.iter_child_nodes(statement):
            yield from _deep(child)


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its function."""
    match node:
        case ast.FunctionDef(name=name):
            yield name
            return
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for each in ast.walk(node):
                if isinstance(each, ast.NamedExpr):
                    yield each.target.id
            return
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)
