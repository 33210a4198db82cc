"""Which names a Python statement binds and which it needs from outside: scope analysis over `ast`.

The rules are those of the language reference, section 4.2 "Naming and binding": function, class,
lambda and comprehension scopes, `global` and `nonlocal`, the first iterable of a comprehension in the
scope around it, class names hidden from methods. Nothing recurses, so depth of nesting is no limit.

Limits: what `exec`, `globals()` and attribute access do to names is not seen.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from toolkit.python.text import Unreadable, parse

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Uses:
    """Names that a top-level statement takes from its module or from the builtins."""

    now: frozenset[str]  # read while the statement itself runs: defaults, decorators, bases, values
    later: frozenset[str]  # read only when a function that it defines is called
    annotations: frozenset[str]  # read by annotations that Python evaluates
    hints: frozenset[str]  # read by annotations that Python never evaluates: of local variables, in quotes
    written: frozenset[str]  # module names that its functions declare `global` and bind


@dataclass
class _Scope:
    parent: "_Scope | None"
    kind: str  # module, function, class or comprehension
    deferred: bool = False  # does it run only when something is called
    bound: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)
    declared_nonlocal: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    annotations: list[ast.expr] = field(default_factory=list)
    hints: list[ast.expr] = field(default_factory=list)


_Pending = tuple[_Scope, list[ast.AST]]


def uses(statement: ast.stmt) -> Uses:
    """What one top-level statement needs."""
    scopes = _scopes([statement])
    now, later, annotations, hints, written = set[str](), set[str](), set[str](), set[str](), set[str]()
    for scope in scopes:
        target = later if scope.deferred else now
        target.update(name for name in scope.loads if _is_global(name, scope))
        annotations.update(name for name in _plain_names(scope.annotations) if _is_global(name, scope))
        quoted = _quoted_names([*scope.annotations, *scope.hints])
        hints.update(name for name in (*_plain_names(scope.hints), *quoted) if _is_global(name, scope))
        written.update(scope.declared_global & scope.bound)
    return Uses(*map(frozenset, (now, later - now, annotations, hints, written)))


def bound(statement: ast.stmt) -> frozenset[str]:
    """The names that one top-level statement binds in its module; `*` stands for a star import."""
    root = _Scope(None, "module")
    _collect(root, [statement], [])
    return frozenset(root.bound)


def own_nodes(function: FunctionNode) -> Iterator[ast.AST]:
    """The nodes of a function's body that run as part of it: not those of functions and classes inside."""
    pending: list[ast.AST] = [*reversed(function.body)]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _scopes(nodes: list[ast.AST]) -> list[_Scope]:
    pending: list[_Pending] = [(_Scope(None, "module"), nodes)]
    done = []
    while pending:
        scope, inside = pending.pop()
        _collect(scope, inside, pending)
        done.append(scope)
    return done


def _is_global(name: str, scope: _Scope) -> bool:
    """Is this name, read in this scope, one of the module or the builtins?"""
    here: _Scope | None = scope
    while here is not None and here.kind != "module":
        visible = here.kind != "class" or here is scope
        if visible and name in here.declared_global:
            return True
        if visible and name in here.bound and name not in here.declared_nonlocal:
            return False
        if name == "__class__" and here.kind == "class":
            return False
        here = here.parent
    return True


def _collect(scope: _Scope, nodes: Iterable[ast.AST], pending: list[_Pending]) -> None:
    """Fill one scope from its own nodes; scopes inside it are left in `pending`."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                scope.loads.add(name)
            case ast.Name(ctx=ast.Del()) if scope.kind == "module":
                pass  # `del name` gives the module no such name
            case ast.Name(id=name):
                scope.bound.add(name)
            case ast.Constant():
                pass
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                stack.extend(_enter_function(scope, node, pending))
            case ast.ClassDef():
                stack.extend(_enter_class(scope, node, pending))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                stack.extend(_enter_comprehension(scope, node, pending))
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                local = scope.kind in ("function", "comprehension")
                (scope.hints if local else scope.annotations).append(annotation)
                stack.extend(part for part in (target, value) if part is not None)
            case ast.NamedExpr(target=target, value=value):
                _around_comprehensions(scope).bound.add(target.id)
                stack.append(value)
            case _:
                _bind(scope, node)
                stack.extend(ast.iter_child_nodes(node))


def _bind(scope: _Scope, node: ast.AST) -> None:
    """Bindings that are not written as a Name."""
    match node:
        case ast.Import(names=names):
            scope.bound.update(alias.asname or alias.name.split(".")[0] for alias in names)
        case ast.ImportFrom(names=names):
            scope.bound.update(alias.asname or alias.name for alias in names)
        case ast.Global(names=names):
            scope.declared_global.update(names)
        case ast.Nonlocal(names=names):
            scope.declared_nonlocal.update(names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            scope.bound.add(name)
        case ast.MatchMapping(rest=str(name)):
            scope.bound.add(name)


def _around_comprehensions(scope: _Scope) -> _Scope:
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _type_parameters(node: ast.AST) -> set[str]:
    return {parameter.name for parameter in getattr(node, "type_params", ())}  # Python 3.12 and later


def _enter_function(scope: _Scope, node: FunctionNode | ast.Lambda, pending: list[_Pending]) -> list[ast.AST]:
    """Queue the body; give back what is evaluated around it."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    generic = _type_parameters(node)
    inner = _Scope(scope, "function", True, {argument.arg for argument in every} | generic)
    around: list[ast.AST] = [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]
    if isinstance(node, ast.Lambda):
        pending.append((inner, [node.body]))
        return around
    scope.bound.add(node.name)
    signature = [argument.annotation for argument in every] + [node.returns]
    home = _Scope(scope, "comprehension", scope.deferred, generic) if generic else scope
    home.annotations.extend(annotation for annotation in signature if annotation is not None)
    if generic:
        pending.append((home, []))
    pending.append((inner, [*node.body]))
    return around + list(node.decorator_list)


def _enter_class(scope: _Scope, node: ast.ClassDef, pending: list[_Pending]) -> list[ast.AST]:
    scope.bound.add(node.name)
    around: list[ast.AST] = [*node.decorator_list]
    heads: list[ast.AST] = [*node.bases, *(keyword.value for keyword in node.keywords)]
    generic = _type_parameters(node)
    home = _Scope(scope, "comprehension", scope.deferred, generic) if generic else scope
    if generic:
        pending.append((home, heads))
    else:
        around += heads
    implicit = {"__module__", "__qualname__"}
    pending.append((_Scope(home, "class", scope.deferred, implicit), [*node.body]))
    return around


def _enter_comprehension(
    scope: _Scope, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, pending: list[_Pending]
) -> list[ast.AST]:
    first, *others = node.generators
    inside: list[ast.AST] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    inside += [first.target, *first.ifs, *others]
    pending.append((_Scope(scope, "comprehension", scope.deferred), inside))
    return [first.iter]


def _plain_names(annotations: Iterable[ast.expr]) -> Iterator[str]:
    for annotation in annotations:
        yield from (node.id for node in ast.walk(annotation) if isinstance(node, ast.Name))


def _quoted_names(annotations: Iterable[ast.expr]) -> Iterator[str]:
    """Names inside annotations that are written as strings, as in `"Node | None"`."""
    for annotation in annotations:
        for node in ast.walk(annotation):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 500:
                try:
                    inside = parse(node.value.strip())
                except Unreadable:
                    continue
                yield from (part.id for part in ast.walk(inside) if isinstance(part, ast.Name))
