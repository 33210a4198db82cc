"""Functions, return, and loops with break, continue and else."""

import ast

from toolkit.generators.rules import calm, iteration, library, truth
from toolkit.generators.rules.bounds import Bounds
from toolkit.generators.rules.code import Code, negated
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.infer import is_generator
from toolkit.generators.rules.scopes import parameter_names, plan, target_names
from toolkit.generators.rules.translator import Frame, Loop, Translator, assigned_names
from toolkit.generators.rules.types import ARRAYS

_LAZY = {"zip", "enumerate", "reversed"}
_CACHES = {"lru_cache", "cache", "wraps"}


def function(t: Translator, node: ast.stmt) -> None:
    """def: global for the function that is translated, local for the others."""
    assert isinstance(node, ast.FunctionDef)
    is_main = node.name == t.main and len(t.frames) == 1
    _check(node, is_main)
    if len(t.frames) == 1 and t.lines:
        t.emit("")
    if is_main:
        comment(t, node)
        head = f"function {t.name(node.name)}"
    elif node.name in t.frame.plan.inline.get(node, set()) or not t.frame.plan.names:
        head = f"local function {t.name(node.name)}"
    else:
        declared = any(node.name in names for names in t.frame.plan.before.values())
        head = f"function {t.name(node.name)}" if declared else f"local function {t.name(node.name)}"
    arguments = node.args
    parameters = [t.name(each.arg) for each in (*arguments.posonlyargs, *arguments.args)]
    if arguments.vararg and is_main:
        parameters.append(t.name(arguments.vararg.arg))  # tests pass it as one list
    parameters += [t.name(each.arg) for each in arguments.kwonlyargs]
    if arguments.vararg and not is_main:
        parameters.append("...")
    facts, t.facts = t.facts, set()
    errors, t.errors = t.errors, []
    frame = Frame(node, plan(node.body, parameter_names(arguments)), Bounds(node), is_generator(node))
    t.frames.append(frame)
    with t.block(f"{head}({', '.join(parameters)})"):
        _defaults(t, arguments)
        if arguments.vararg and not is_main:
            t.emit(f"local {t.name(arguments.vararg.arg)} = {{...}}")
        if arguments.kwarg and arguments.kwarg.arg in set(occurring_in(node.body)):
            t.emit(f"local {t.name(arguments.kwarg.arg)} = {{}}")
        if frame.is_generator:
            with t.block("return coroutine.wrap(function()", "end)"):
                t.block_of(node.body)
        else:
            t.block_of(node.body)
    t.frames.pop()
    t.facts, t.errors = facts, errors


def occurring_in(body: list[ast.stmt]) -> set[str]:
    return {each.id for statement in body for each in ast.walk(statement) if isinstance(each, ast.Name)}


def _check(node: ast.FunctionDef, is_main: bool) -> None:
    if node.args.kwarg and not is_main:
        raise Declined("**keywords")
    for each in node.decorator_list:
        inner = each.func if isinstance(each, ast.Call) else each
        name = inner.id if isinstance(inner, ast.Name) else getattr(inner, "attr", "")
        if name not in _CACHES:
            raise Declined(f"decorator: {name}")


def comment(t: Translator, node: ast.FunctionDef) -> None:
    """The docstring as a comment."""
    docstring = ast.get_docstring(node)
    for line in (docstring or "").splitlines():
        t.emit(f"-- {line}".rstrip())


def _defaults(t: Translator, arguments: ast.arguments) -> None:
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(reversed(named), reversed(arguments.defaults), strict=False))[::-1]
    pairs += [(each, value) for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value]
    for argument, value in pairs:
        if isinstance(value, ast.Constant) and value.value is None:
            continue
        if t.inference.seen_none(t.frame.node, argument.arg):
            continue  # None is passed, and means None: every call of the tests gives all arguments
        name = t.name(argument.arg)
        code = t.expression(value)
        if t.type(value).kind == "bool" and code == "false":
            t.emit(f"{name} = {name} or false")
        elif t.type(value).kind in ("int", "float", "str") and t.full_type(argument).kind == t.type(value).kind:
            t.emit(f"{name} = {name} or {code.at(1)}")
        else:
            t.emit(f"if {name} == nil then {name} = {code} end")


def return_(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.Return)
    if t.frame.is_generator:
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            t.expression(node.value)  # the value of a generator's return is seen by nobody
        t.emit("do return end" if not t.frame.protected else 'do return "return" end')
        return
    if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
        _leave(t, 'return "return", nil' if t.frame.protected else "return nil")
        return
    if _quantified(t, node.value):
        return
    code = _result(t, node.value)
    _leave(t, f'return "return", {code}' if t.frame.protected else f"return {code}")


def _result(t: Translator, node: ast.expr) -> Code:
    """What the translated function gives: a Python iterator is an iterator function, not the list it is inside."""
    if isinstance(node, ast.Call) and t.frame.node is t.inference.signatures[t.main].node:
        builtin = isinstance(node.func, ast.Name) and node.func.id in _LAZY and node.func.id not in t.variables
        is_lazy = builtin or library.path(t, node).startswith("itertools.")
        if is_lazy and t.type(node).kind in ARRAYS:
            return t.call("iter", t.expression(node))
    return t.expression(node)


def _quantified(t: Translator, node: ast.expr) -> bool:
    """return any(...) and return all(...) as loops that return."""
    match node:
        case ast.Call(func=ast.Name(id="any" | "all" as name), args=[ast.GeneratorExp() as inner]) if (
            name not in t.variables
        ):
            pass
        case _:
            return False
    if t.frame.protected:
        return False
    from toolkit.generators.rules.comprehensions import nest

    def check() -> None:
        test = truth.condition(t, inner.elt)
        with t.block(f"if {test if name == 'any' else negated(test)} then"):
            t.emit(f"return {'true' if name == 'any' else 'false'}")

    nest(t, inner.generators, check, not calm.order_unseen(inner, t.variables, False))
    _leave(t, f"return {'false' if name == 'any' else 'true'}")
    return True


def _leave(t: Translator, text: str) -> None:
    """A return; `block_of` puts nothing behind it, but a loop's `::continue::` may follow."""
    t.emit(text)


def for_(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.For)
    local = t.frame.plan.loop_local.get(node, set()) & target_names(node.target)
    current = _enter(t, node)
    with iteration.loop(t, node.target, node.iter, local, _in_order(t, node)):
        t.forget(assigned_names(node.body) - target_names(node.target))
        t.forget_changes(node.body)
        _body(t, node.body, current)
    _leave_loop(t, node, current)


def _in_order(t: Translator, node: ast.For) -> bool:
    """Whether the order of a dict's or set's elements can matter to the body of a loop."""
    present = f"{ast.unparse(node.iter)}[{ast.unparse(node.target)}]"
    answers = {ast.unparse(each) for part in node.body for each in ast.walk(part) if isinstance(each, ast.Return)}
    return len(answers) > 1 or not all(_is_indifferent(t, each, present) for each in node.body)


def _is_indifferent(t: Translator, node: ast.stmt, present: str) -> bool:
    match node:
        case ast.Pass() | ast.Continue():
            return True
        case ast.If(test=test, body=body, orelse=orelse) if calm.never_raises(test, t.variables, present):
            return all(_is_indifferent(t, each, present) for each in [*body, *orelse])
        case ast.Return(value=ast.Constant()):
            return True
        case ast.AugAssign(op=ast.Add(), target=ast.Name(), value=ast.Constant(value=int())):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="add" | "discard", value=ast.Name()), args=arguments)):
            return all(calm.never_raises(each, t.variables, present) for each in arguments)
    return False


def while_(t: Translator, node: ast.stmt) -> None:
    assert isinstance(node, ast.While)
    current = _enter(t, node)
    facts = set(t.facts)
    with t.captured() as lines, t.indented():
        test = truth.condition(t, node.test)
    truth.learn(t, node.test, True)
    if lines:
        with t.block("while true do"):
            t.lines.extend(lines)
            t.emit(f"if {negated(test)} then break end")
            _body(t, node.body, current)
    else:
        with t.block(f"while {test} do"):
            _body(t, node.body, current)
    t.facts = facts
    _leave_loop(t, node, current)


def _enter(t: Translator, node: ast.For | ast.While) -> Loop:
    current = Loop()
    if node.orelse and _breaks(node.body):
        current.flag = t.temporary("broken")
        t.emit(f"local {current.flag} = false")
    return current


def _body(t: Translator, body: list[ast.stmt], current: Loop) -> None:
    t.frame.loops.append(current)
    with t.captured() as lines:
        t.block_of(body)
    t.frame.loops.pop()
    if current.continued:
        start = "  " * t.depth
        if lines and lines[-1].startswith(f"{start}return"):
            lines[-1] = f"{start}do {lines[-1].strip()} end"
        lines.append(f"{start}::continue::")
    t.lines.extend(lines)


def _leave_loop(t: Translator, node: ast.For | ast.While, current: Loop) -> None:
    if not node.orelse:
        return
    if current.flag:
        with t.block(f"if not {current.flag} then"):
            t.block_of(node.orelse)
    else:
        t.block_of(node.orelse)


def _breaks(body: list[ast.stmt]) -> bool:
    for node in body:
        match node:
            case ast.Break():
                return True
            case ast.If() if _breaks(node.body) or _breaks(node.orelse):
                return True
            case ast.Try():
                inner = [each for handler in node.handlers for each in handler.body]
                if _breaks(node.body + inner + node.orelse + node.finalbody):
                    return True
            case ast.For() | ast.While() if _breaks(node.orelse):
                return True
    return False


def break_(t: Translator, node: ast.stmt) -> None:
    if not t.frame.loops:
        t.emit('do return "break" end')
        return
    if t.frame.loops[-1].flag:
        t.emit(f"{t.frame.loops[-1].flag} = true")
    t.emit("break")


def continue_(t: Translator, node: ast.stmt) -> None:
    if not t.frame.loops:
        t.emit('do return "continue" end')
        return
    t.frame.loops[-1].continued = True
    t.emit("goto continue")
