"""Which calls may give None, and which parameters may be it: the half of the analysis that knows functions."""

import ast

from toolkit.generators.rules import results
from toolkit.generators.rules.infer import Inference
from toolkit.generators.rules.types import NONE, UNKNOWN

Names = set[str]
_NOTHING = {name for name, rule in results.METHODS.items() if rule(UNKNOWN, []) == NONE} - {"get"}
_NOTHING_PATHS = {"heapq.heappush", "heapq.heapify", "random.shuffle", "random.seed"}


class Calls:
    """What is known of functions: it only grows while the program is followed again."""

    maybe: set[ast.AST]

    def __init__(self, module: ast.Module, inference: Inference, main: str, variables: frozenset[str]) -> None:
        self.inference = inference
        self.main = main
        self.variables = variables
        self.returns: Names = set()  # functions that may give None
        self.parameters: set[tuple[str, str]] = set()
        self.loose = False  # None is handed to a function that is not known by its name
        walked = list(ast.walk(module))
        called = {each.func for each in walked if isinstance(each, ast.Call)}
        names = {each.id for each in walked if isinstance(each, ast.Name) and each not in called}
        self.values = names & set(inference.signatures)  # functions that are handed around
        self.lambdas = [each for each in walked if isinstance(each, ast.Lambda)]
        self.shared = {name for each in walked if isinstance(each, ast.Nonlocal | ast.Global) for name in each.names}
        for name, kind in inference.signatures[main].tested.items():
            if kind.kind in ("none", "optional"):
                self.parameters.add((main, name))

    def expression(self, node: ast.expr, env: Names) -> bool:
        raise NotImplementedError

    def children(self, node: ast.AST, env: Names) -> None:
        raise NotImplementedError

    def defaults(self, name: str, arguments: ast.arguments, env: Names) -> None:
        """Parameters that are None where no call gives them. The tests of the main function give what they tested."""
        named = [*arguments.posonlyargs, *arguments.args]
        pairs = [*zip(reversed(named), reversed(arguments.defaults), strict=False)]
        keyed = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        pairs += [(each, value) for each, value in keyed if value]
        tested = self.inference.signatures[name].tested if name == self.main else {}
        for argument, value in pairs:
            if self.expression(value, env) and argument.arg not in tested:
                self.parameters.add((name, argument.arg))

    def call(self, node: ast.Call, env: Names) -> bool:
        if not isinstance(node.func, ast.Name):
            self.expression(node.func, env)
        given = [self.expression(each, env) for each in node.args]
        named = {each.arg or "": self.expression(each.value, env) for each in node.keywords}
        path = self.inference.path(node.func)
        match node.func:
            case ast.Name(id=name) if name in self.inference.signatures:
                self._pass(name, given, named)
                return name in self.returns and not self.inference.signatures[name].is_generator
            case ast.Name(id=name) if name in self.variables:
                return self._unknown(given, named)
            case _ if path:
                return path in _NOTHING_PATHS or (path == "functools.reduce" and self._reduced(node, given))
            case ast.Name(id=name):
                if name == "len" and isinstance(node.args[0], ast.Name):
                    env.discard(node.args[0].id)
                return _builtin(name, given, named)
            case ast.Attribute(attr=name):
                return _method(name, given, named)
        return self._unknown(given, named)

    def _pass(self, name: str, given: list[bool], named: dict[str, bool]) -> None:
        arguments = self.inference.signatures[name].node.args
        for argument, maybe in zip([*arguments.posonlyargs, *arguments.args], given, strict=False):
            if maybe:
                self.parameters.add((name, argument.arg))
        self.parameters |= {(name, key) for key, maybe in named.items() if maybe}

    def _unknown(self, given: list[bool], named: dict[str, bool]) -> bool:
        """A call of a function that is a value: any that is handed around."""
        if any([*given, *named.values()]):
            self.loose = True
            for name in self.values:
                arguments = self.inference.signatures[name].node.args
                self.parameters |= {(name, each.arg) for each in (*arguments.posonlyargs, *arguments.args)}
        return bool(self.values & self.returns) or any(each.body in self.maybe for each in self.lambdas)

    def _reduced(self, node: ast.Call, given: list[bool]) -> bool:
        return self.gives_none(node.args[0]) or any(given[2:])

    def gives_none(self, function: ast.expr) -> bool:
        """Whether a function that is handed over may give None."""
        match function:
            case ast.Lambda(body=body):
                return body in self.maybe
            case ast.Name(id=name) if name in self.inference.signatures:
                return name in self.returns
            case ast.Name(id=name) if name in self.variables:
                return self._unknown([], {})
        return False


def _builtin(name: str, given: list[bool], named: dict[str, bool]) -> bool:
    match name:
        case "next":
            return any(given[1:])
        case "max" | "min":
            return named.get("default", False)
    return name in ("print", "setattr", "delattr")


def _method(name: str, given: list[bool], named: dict[str, bool]) -> bool:
    match name:
        case "get":
            return len(given) + len(named) == 1 or any(given[1:]) or any(named.values())
        case "pop" | "setdefault":
            return any(given[1:]) or (name == "setdefault" and len(given) == 1)
    return name in _NOTHING
