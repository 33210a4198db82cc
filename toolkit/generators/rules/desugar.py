"""Python written with fewer forms, before types are guessed: map and filter become generator expressions, functions
given by name to `key=` become lambdas, `list(generator)` a list comprehension, type aliases and docstrings vanish."""

import ast


class Desugar(ast.NodeTransformer):
    """`user` are the names that the program defines itself: they hide builtins."""

    def __init__(self, user: set[str], taken: set[str]) -> None:
        self.user = user
        self.optional: set[str] = set()  # parameters that are None by default
        self.taken = taken

    def fresh(self, *wishes: str) -> str:
        """A variable name that occurs nowhere in the program, or only as such a name."""
        return next((name for name in wishes if name not in self.taken), f"{wishes[0]}_value")

    def is_builtin(self, node: ast.expr, *names: str) -> bool:
        return isinstance(node, ast.Name) and node.id in names and node.id not in self.user

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        named = reversed([*node.args.posonlyargs, *node.args.args])
        for argument, default in zip(named, reversed(node.args.defaults), strict=False):
            if isinstance(default, ast.Constant) and default.value is None:
                self.optional.add(argument.arg)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if self.is_builtin(node.func, "map") and len(node.args) >= 2 and not node.keywords:
            return self._map(node)
        if self.is_builtin(node.func, "filter") and len(node.args) == 2:
            return self._filter(node)
        for keyword in node.keywords:
            if keyword.arg == "key":
                keyword.value = self._lambda(keyword.value, 1)
        if isinstance(node.func, ast.Name | ast.Attribute) and _last(node.func) == "reduce" and node.args:
            node.args[0] = self._lambda(node.args[0], 2)
        if self.is_builtin(node.func, "list", "set") and len(node.args) == 1:
            inner = node.args[0]
            if isinstance(inner, ast.GeneratorExp):
                kind = ast.ListComp if _last(node.func) == "list" else ast.SetComp
                return kind(inner.elt, inner.generators)
        if self.is_builtin(node.func, "sorted", "tuple", "max", "min") and len(node.args) == 1:
            inner = node.args[0]
            if isinstance(inner, ast.GeneratorExp):
                node.args[0] = ast.ListComp(inner.elt, inner.generators)
        return self._dict(node)

    def _dict(self, node: ast.Call) -> ast.AST:
        if not self.is_builtin(node.func, "dict"):
            return node
        match node.args, node.keywords:
            case [ast.GeneratorExp(elt=ast.Tuple(elts=[key, value]), generators=generators)], []:
                return ast.DictComp(key, value, generators)
            case [], keywords if keywords and all(each.arg for each in keywords):
                return ast.Dict([ast.Constant(each.arg) for each in keywords], [each.value for each in keywords])
        return node

    def _map(self, node: ast.Call) -> ast.AST:
        function, *iterables = node.args
        match function:
            case ast.Lambda(args=ast.arguments(args=parameters, posonlyargs=[], defaults=[]), body=body) if len(
                parameters
            ) == len(iterables):
                names = [each.arg for each in parameters]
                value = body
            case _:
                wishes = [("x", "item"), ("y", "other"), ("z", "third")]
                names = [self.fresh(*wish) for wish in wishes[: len(iterables)]]
                value = ast.Call(function, [ast.Name(name, ast.Load()) for name in names], [])
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
        if len(iterables) == 1:
            generator = ast.comprehension(targets[0], iterables[0], [], 0)
        else:
            zipped = ast.Call(ast.Name("zip", ast.Load()), iterables, [])
            generator = ast.comprehension(ast.Tuple(targets, ast.Store()), zipped, [], 0)
        return ast.GeneratorExp(value, [generator])

    def _filter(self, node: ast.Call) -> ast.AST:
        function, iterable = node.args
        name = self.fresh("x", "item")
        condition: ast.expr
        match function:
            case ast.Lambda(args=ast.arguments(args=[parameter]), body=body):
                name, condition = parameter.arg, body
            case ast.Constant(value=None):
                condition = ast.Name(name, ast.Load())
            case ast.Name(id=parameter) if parameter in self.optional:
                missing = ast.Compare(ast.Name(parameter, ast.Load()), [ast.Is()], [ast.Constant(None)])
                called = ast.Call(function, [ast.Name(name, ast.Load())], [])
                condition = ast.IfExp(missing, ast.Name(name, ast.Load()), called)
            case _:
                condition = ast.Call(function, [ast.Name(name, ast.Load())], [])
        generator = ast.comprehension(ast.Name(name, ast.Store()), iterable, [condition], 0)
        return ast.GeneratorExp(ast.Name(name, ast.Load()), [generator])

    def _lambda(self, function: ast.expr, count: int) -> ast.expr:
        """A builtin, unbound method or module function as a lambda; anything else as it is."""
        name = self.fresh("x", "item")
        if isinstance(function, ast.Call) and _last(function.func) == "itemgetter" and len(function.args) == 1:
            arguments = ast.arguments([], [ast.arg(name)], None, [], [], None, [])
            return ast.Lambda(arguments, ast.Subscript(ast.Name(name, ast.Load()), function.args[0], ast.Load()))
        if isinstance(function, ast.Constant):
            return function
        plain = isinstance(function, ast.Name) and function.id not in self.user
        if not plain and not isinstance(function, ast.Attribute):
            return function
        names = [self.fresh("x", "item"), self.fresh("y", "other")][:count]
        arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
        return ast.Lambda(arguments, ast.Call(function, [ast.Name(name, ast.Load()) for name in names], []))


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def desugar(module: ast.Module, user: set[str]) -> ast.Module:
    """The program with fewer forms. `user`: names it defines itself."""
    taken = {each.id for each in ast.walk(module) if isinstance(each, ast.Name)}
    taken |= {each.arg for each in ast.walk(module) if isinstance(each, ast.arg)}
    result: ast.Module = Desugar(user, taken).visit(module)
    return ast.fix_missing_locations(result)
