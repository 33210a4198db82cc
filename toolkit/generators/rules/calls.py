"""Calls: of the program's own functions, builtins, methods and library functions."""

import ast

from toolkit.generators.rules import builtins, library, methods
from toolkit.generators.rules.code import ATOM, LITERAL, Code
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator

_NIL = Code("nil", LITERAL)


def call(t: Translator, node: ast.expr) -> Code:
    assert isinstance(node, ast.Call)
    path = t.inference.path(node.func)
    match node.func:
        case ast.Name(id=name) if name in t.inference.signatures:
            return _own(t, node, name)
        case ast.Name(id=name) if name in t.variables:
            return _value(t, node)
        case _ if path:
            return library.call(t, node, path)
        case ast.Name(id=name) if name in builtins.BUILTINS:
            return _builtin(t, node, name)
        case ast.Name(id=name):
            raise Declined(f"call: {name}")
        case ast.Attribute():
            return methods.method(t, node)
    return _value(t, node)


_KEYWORDS = {
    "max": {"key", "default"},
    "min": {"key", "default"},
    "sorted": {"key", "reverse"},
    "sum": {"start"},
    "enumerate": {"start"},
    "zip": {"strict"},
    "int": {"base"},
    "round": {"ndigits"},
}


def _builtin(t: Translator, node: ast.Call, name: str) -> Code:
    odd = [keyword.arg for keyword in node.keywords if keyword.arg not in _KEYWORDS.get(name, ())]
    if odd:
        raise Declined(f"keyword {odd[0]} of {name}")
    if any(isinstance(each, ast.Starred) for each in node.args) and name != "zip":
        match node.args:
            case [ast.Starred(value=inner)] if name in ("max", "min"):
                return builtins.BUILTINS[name](t, ast.Call(node.func, [inner], node.keywords))
        raise Declined(f"call with *arguments: {name}")
    return builtins.BUILTINS[name](t, node)


def _value(t: Translator, node: ast.Call) -> Code:
    node = _without_empty(t, node)
    if node.keywords:
        raise Declined("keywords in a call of an unknown function")
    _check_unknown(t, node)
    function, *codes = t.operands([node.func, *_spread(node)])
    return Code(f"{function.atom}({', '.join(_unpacked(t, node, codes))})")


def _check_unknown(t: Translator, node: ast.Call) -> None:
    """None for a parameter with a default would be the default in Lua, and among `*rest` it would be lost."""
    every = [each.node.args for each in t.inference.signatures.values()] + [each.args for each in t.nones.lambdas]
    for each in every:
        defaults = [value for value in (*each.defaults, *each.kw_defaults) if value is not None]
        if each.vararg or not all(map(t.may_be_none, defaults)):
            t.held(node.args, "call of an unknown function")


def _check_defaults(t: Translator, node: ast.Call, arguments: ast.arguments) -> None:
    """None that is handed to a parameter is not the same as nothing."""
    places = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed(places), reversed(arguments.defaults), strict=False))
    defaults |= {
        each: value
        for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if value is not None
    }
    given = dict(zip([each.arg for each in places], node.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    solid = [
        each.arg for each, value in defaults.items() if not (isinstance(value, ast.Constant) and value.value is None)
    ]
    t.held([given[name] for name in solid if name in given], "parameter with a default")


def _spread(node: ast.Call) -> list[ast.expr]:
    return [each.value if isinstance(each, ast.Starred) else each for each in node.args]


def _unpacked(t: Translator, node: ast.Call, codes: list[Code]) -> list[str]:
    starred = [isinstance(each, ast.Starred) for each in node.args]
    if any(starred[:-1]):
        raise Declined("*arguments before others")
    result: list[str] = list(codes)
    if starred and starred[-1]:
        result[-1] = f"table.unpack({codes[-1]})"
    return result


def _without_empty(t: Translator, node: ast.Call) -> ast.Call:
    """The call without the `**options` of the translated function itself: tests never pass any."""
    main = t.inference.signatures[t.main].node.args.kwarg
    kept = [
        keyword
        for keyword in node.keywords
        if keyword.arg is not None
        or not (main and isinstance(keyword.value, ast.Name) and keyword.value.id == main.arg)
    ]
    return ast.Call(node.func, node.args, kept)


def _own(t: Translator, node: ast.Call, name: str) -> Code:
    """A call of a function of the program: keywords go to their places."""
    arguments = t.inference.signatures[name].node.args
    if name == t.main and arguments.vararg:
        raise Declined("a call of itself with *arguments")
    node = _without_empty(t, node)
    if name == t.main and arguments.kwarg and all(keyword.arg for keyword in node.keywords):
        arguments = ast.arguments(arguments.posonlyargs, arguments.args, None, arguments.kwonlyargs, [], None, [])
    if arguments.kwarg or any(keyword.arg is None for keyword in node.keywords):
        raise Declined("**keywords")
    places = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    _check_defaults(t, node, arguments)
    if arguments.vararg:
        if node.keywords or arguments.kwonlyargs:
            raise Declined("keywords beside *arguments")
        t.held(node.args[len(places) :], "list")
        codes = t.operands(_spread(node))
        return Code(f"{t.name(name)}({', '.join(_unpacked(t, node, codes))})")
    places += [each.arg for each in arguments.kwonlyargs]
    codes = t.operands([*_spread(node), *(keyword.value for keyword in node.keywords)])
    positional = _unpacked(t, node, codes[: len(node.args)])
    if not node.keywords:
        return Code(f"{t.name(name)}({', '.join(positional)})")
    slots: list[str] = positional + ["nil"] * (len(places) - len(positional))
    for keyword, code in zip(node.keywords, codes[len(node.args) :], strict=True):
        if keyword.arg not in places:
            raise Declined("keyword that the function lacks")
        slots[places.index(keyword.arg)] = code
    while slots and slots[-1] == "nil":
        slots.pop()
    return Code(f"{t.name(name)}({', '.join(slots)})", ATOM)
