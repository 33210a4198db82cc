"""What functions capture: Python binds defaults once and shares the variable of a loop; Lua does neither.

A default is evaluated at every call here, and a loop's variable is a new one in each turn. Where the difference could
be seen, the program is declined.
"""

import ast
from collections import Counter

from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.scopes import free_names, occurring, parameter_names, target_names

_CHANGING = {
    *("append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop", "popleft", "popitem"),
    *("remove", "discard", "clear", "sort", "reverse"),
}
_LAZY = {"zip", "enumerate", "reversed"}
_KEEPING = {"append", "appendleft", "insert", "setdefault"}
_Function = ast.FunctionDef | ast.Lambda


def check(module: ast.Module) -> None:
    """Raises Declined where Lua's functions would see other values than Python's."""
    _Captures().visit(module)


class _Captures(ast.NodeVisitor):
    def __init__(self) -> None:
        self.inside = False  # of a function
        self.turning: set[str] = set()  # names that a loop around binds anew in each turn
        self.sharing: set[str] = set()  # functions that take such names from outside

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if free_names(node) & self.turning:
            self.sharing.add(node.name)
        _check_lazy(node)
        self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node)

    def _function(self, node: _Function) -> None:
        for default in filter(None, (*node.args.defaults, *node.args.kw_defaults)):
            if self.inside and any(occurring(default)):
                raise Declined("a default that is a variable")
        _check_changed(node)
        inside, turning = self.inside, self.turning
        self.inside, self.turning = True, set()
        self.generic_visit(node)
        self.inside, self.turning = inside, turning

    def visit_For(self, node: ast.For) -> None:
        self._loop(node, target_names(node.target))

    def visit_While(self, node: ast.While) -> None:
        self._loop(node, set())

    def _loop(self, node: ast.For | ast.While, names: set[str]) -> None:
        stored = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        turning = self.turning
        self.turning = turning | names | stored
        self.generic_visit(node)
        self.turning = turning

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, [node.key, node.value])

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, parts: list[ast.expr]
    ) -> None:
        turning = self.turning
        self.turning = turning.union(*(target_names(each.target) for each in node.generators))
        self._keep(parts)
        self.generic_visit(node)
        self.turning = turning

    def visit_List(self, node: ast.List) -> None:
        self._keep(node.elts)
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._keep(node.elts)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        self._keep(node.values)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(each, ast.Subscript) for each in node.targets):
            self._keep([node.value])
        self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> None:
        self._keep([node.value] if node.value else [])
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in _KEEPING:
            self._keep(node.args)
        self.generic_visit(node)

    def _keep(self, nodes: list[ast.expr]) -> None:
        """Values that outlive a turn of the loop around."""
        for each in nodes:
            match each:
                case ast.Lambda(args=arguments, body=body):
                    shared = bool((set(occurring(body)) - parameter_names(arguments)) & self.turning)
                case ast.Name(id=name):
                    shared = name in self.sharing
                case _:
                    shared = False
            if shared:
                raise Declined("a function that shares the variable of a loop")


def _check_lazy(node: ast.FunctionDef) -> None:
    """What gives its elements once in Python is a list here, which would give them again."""
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    read = Counter(each.id for each in names if isinstance(each.ctx, ast.Load))
    for each in ast.walk(node):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=function))):
                if function in _LAZY and read[name] > 1:
                    raise Declined("an iterator that is read twice")


def _check_changed(node: _Function) -> None:
    """A list, dict or set that is a default is one and the same in all calls."""
    named = [*node.args.posonlyargs, *node.args.args]
    pairs = [*zip(reversed(named), reversed(node.args.defaults), strict=False)]
    pairs += [(each, value) for each, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value]
    names = {each.arg for each, value in pairs if isinstance(value, ast.List | ast.Dict | ast.Set | ast.Call)}
    for each in ast.walk(node) if names else ():
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGING:
                changed = name in names
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                changed = name in names
            case ast.AugAssign(target=ast.Name(id=name)):
                changed = name in names
            case _:
                changed = False
        if changed:
            raise Declined("a default that is changed")
