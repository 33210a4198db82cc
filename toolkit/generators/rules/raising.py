"""raise and try: Lua errors are strings that begin with the Python exception's name."""

import ast
from collections.abc import Iterator

from toolkit.generators.rules import formats
from toolkit.generators.rules.code import CONCAT, LITERAL, Code, chain, quoted
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.translator import Translator

_NARROWER = {
    "LookupError": ("IndexError", "KeyError"),
    "ArithmeticError": ("ZeroDivisionError", "OverflowError", "FloatingPointError"),
    "RuntimeError": ("RecursionError", "NotImplementedError"),
}


def message(t: Translator, name: str, arguments: list[ast.expr]) -> Code:
    """The error's text: the exception's name, and what it says."""
    if not arguments:
        return quoted(name)
    text = formats.text_of(t, arguments[0])
    if text.level == LITERAL and text.startswith('"'):
        return Code(f'"{name}: {text[1:]}', LITERAL)
    if text.level == CONCAT and text.startswith('"'):
        return Code(f'"{name}: {text[1:]}', CONCAT)
    return chain("..", [quoted(f"{name}: "), text], CONCAT)


def raise_(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.Raise)
    match node.exc:
        case None:
            if not t.errors:
                raise Declined("raise outside of except")
            t.emit(f"error({t.errors[-1]}, 0)")
        case ast.Name(id=name) if t.type(node.exc).kind == "error":
            t.emit(f"error({t.name(name)}, 0)")
        case ast.Name(id=name) if name[:1].isupper() and name not in t.variables:
            t.emit(f'error("{name}", 0)')
        case ast.Call(func=ast.Name(id=name), args=args) if name[:1].isupper() and name not in t.variables:
            t.emit(f"error({message(t, name, args)}, 0)")
        case _:
            raise Declined("raise of an uncommon value")


def try_(t: Translator, node: ast.stmt) -> None:
    """pcall around the body. What leaves the body (return, break, continue) is carried out by a word."""
    assert isinstance(node, ast.Try)
    if t.frame.is_generator and any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node)):
        pass  # Lua 5.4 yields across pcall
    if node.finalbody:
        if any(
            isinstance(each, ast.Return | ast.Break | ast.Continue) for part in node.handlers for each in ast.walk(part)
        ):
            raise Declined("finally behind a handler that leaves")
        if not node.handlers:
            raise Declined("try with finally alone")
    if any(map(_catches_type_errors, node.handlers)) and _counts_texts(t, node.body):
        raise Declined("a TypeError of arithmetic that may be caught")
    leaves = sorted(set(_leaving(node.body)))
    if node.finalbody and (leaves or list(_leaving(node.orelse))):
        raise Declined("finally behind a body that leaves")
    ok, failure = t.temporary("ok"), t.temporary("result")
    extra = t.temporary("value") if "return" in leaves else ""
    outer, t.frame.protected = t.frame.protected, True
    loops, t.frame.loops = t.frame.loops, []
    facts = set(t.facts)
    with t.block(f"local {ok}, {failure}{', ' + extra if extra else ''} = pcall(function()", "end)"):
        t.block_of(node.body)
    t.frame.protected, t.frame.loops = outer, loops
    t.facts = facts
    if not node.orelse and len(node.handlers) == 1 and not leaves:
        if _is_pass(node.handlers[0].body) and _catches_all(node.handlers[0]):
            _drop_names(t, ok)
            t.block_of(node.finalbody)
            return
        with t.block(f"if not {ok} then"):
            _handlers(t, node.handlers, failure)
    else:
        _after(t, node, leaves, ok, failure, extra)
    t.block_of(node.finalbody)


def _catches_type_errors(handler: ast.ExceptHandler) -> bool:
    return _catches_all(handler) or any(
        isinstance(each, ast.Name) and each.id in ("TypeError", "Exception", "BaseException")
        for each in ast.walk(handler.type or handler)
    )


def _counts_texts(t: Translator, body: list[ast.stmt]) -> bool:
    """Whether there is arithmetic on what may be a text: Lua counts with "5", and Python refuses to."""
    for node in (each for statement in body for each in ast.walk(statement)):
        match node:
            case ast.BinOp(left=left, op=op, right=right) | ast.AugAssign(target=left, op=op, value=right):
                kinds = {t.type(left).kind, t.type(right).kind}
                helped = isinstance(op, ast.Add) or (isinstance(op, ast.Mult) and kinds <= {"any", "unknown"})
                if kinds & {"any", "unknown"} and not helped:
                    return True
            case ast.UnaryOp(op=ast.USub(), operand=operand) if t.type(operand).kind in ("any", "unknown"):
                return True
    return False


def _drop_names(t: Translator, ok: str) -> None:
    """A pcall whose outcome nobody asks for."""
    for place in range(len(t.lines) - 1, -1, -1):
        if t.lines[place].lstrip().startswith(f"local {ok},"):
            head, _, tail = t.lines[place].partition("local ")
            t.lines[place] = head + tail.partition(" = ")[2]
            return


def _is_pass(body: list[ast.stmt]) -> bool:
    return all(isinstance(each, ast.Pass) for each in body)


def _after(t: Translator, node: ast.Try, leaves: list[str], ok: str, failure: str, extra: str) -> None:
    with t.block(f"if {ok} then"):
        for word in leaves:
            _carry(t, word, failure, extra, ends=_always_returns(node.body))
        t.block_of(node.orelse)
        if node.handlers:
            t.lines.append("  " * (t.depth - 1) + "else")
            _handlers(t, node.handlers, failure)


def _always_returns(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return) and len(set(_leaving(body))) == 1


def _carry(t: Translator, word: str, failure: str, extra: str, ends: bool) -> None:
    if word == "return":
        inner = f'return "return", {extra}' if t.frame.protected else f"return {extra}"
        t.emit(inner if ends else f'if {failure} == "return" then {inner} end')
    elif word == "break":
        if t.frame.protected and not t.frame.loops:
            t.emit(f'if {failure} == "break" then return "break" end')
        else:
            flag = t.frame.loops[-1].flag
            t.emit(f'if {failure} == "break" then {flag + " = true " if flag else ""}break end')
    elif t.frame.protected and not t.frame.loops:
        t.emit(f'if {failure} == "continue" then return "continue" end')
    else:
        t.frame.loops[-1].continued = True
        t.emit(f'if {failure} == "continue" then goto continue end')


def _leaving(body: list[ast.stmt], in_loop: bool = False) -> Iterator[str]:
    """How control leaves these statements: "return", and "break" or "continue" of a loop around them."""
    for node in body:
        match node:
            case ast.Return():
                yield "return"
            case ast.Break() if not in_loop:
                yield "break"
            case ast.Continue() if not in_loop:
                yield "continue"
            case ast.For() | ast.While():
                yield from _leaving(node.body, True)
                yield from _leaving(node.orelse, in_loop)
            case ast.If():
                yield from _leaving(node.body + node.orelse, in_loop)
            case ast.Try():
                handlers = [each for handler in node.handlers for each in handler.body]
                yield from _leaving(node.body + handlers + node.orelse + node.finalbody, in_loop)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )


def _handlers(t: Translator, handlers: list[ast.ExceptHandler], failure: str) -> None:
    first, *rest = handlers
    if _catches_all(first):
        _handler(t, first, failure)
        return
    t.emit(f"if {_test(t, first, failure)} then")
    with t.indented():
        _handler(t, first, failure)
    for each in rest:
        if _catches_all(each):
            t.emit("else")
            with t.indented():
                _handler(t, each, failure)
            t.emit("end")
            return
        t.emit(f"elseif {_test(t, each, failure)} then")
        with t.indented():
            _handler(t, each, failure)
    t.emit("else")
    with t.indented():
        t.emit(f"error({failure}, 0)")
    t.emit("end")


def _handler(t: Translator, handler: ast.ExceptHandler, failure: str) -> None:
    t.errors.append(failure)
    if handler.name:
        t.emit(f"local {t.name(handler.name)} = {failure}")
    t.block_of(handler.body)
    t.errors.pop()


def _test(t: Translator, handler: ast.ExceptHandler, failure: str) -> str:
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names: list[str] = []
    for each in nodes:
        if not isinstance(each, ast.Name):
            raise Declined("except of an uncommon class")
        if each.id in ("Exception", "BaseException"):
            return "true"
        names.extend((each.id, *_NARROWER.get(each.id, ())))
    return t.call("raised", failure, *(f'"{name}"' for name in dict.fromkeys(names)))
