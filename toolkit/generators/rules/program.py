"""A whole program: context and function as one Lua text.

It is written up to four times, until two things that are known only at the end are settled: which prelude helpers it
uses (variables must not hide them), and whether dicts must remember the order of their keys.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from toolkit.generators.rules import captures
from toolkit.generators.rules.bounds import Bounds
from toolkit.generators.rules.certain import certain
from toolkit.generators.rules.changes import Program
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.desugar import desugar
from toolkit.generators.rules.forms import EXPRESSIONS, STATEMENTS
from toolkit.generators.rules.infer import Inference
from toolkit.generators.rules.nones import Nones
from toolkit.generators.rules.prelude import Prelude
from toolkit.generators.rules.scopes import plan
from toolkit.generators.rules.translator import Frame, Translator
from toolkit.generators.rules.types import ValueType

_TYPING = ("typing", "typing_extensions", "collections.abc", "__future__", "abc", "numbers", "types", "doctest", "sys")


def translate(source: str, name: str, parameters: tuple[ValueType, ...], result: ValueType) -> str:
    """The Lua program for a Python program that defines the function `name`. Raises Declined."""
    odd = [each.kind for each in _parts((*parameters, result)) if each.kind in ("bytes", "complex")]
    if odd:
        raise Declined(odd[0])
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Declined(f"not Python: {type(error).__name__}") from error
    module.body = [each for each in module.body if not _is_noise(each, name)]
    user = _bound_names(module)
    module = desugar(module, user)
    captures.check(module)
    user = _bound_names(module)
    prelude = packaged_prelude()
    inference = Inference(module, imports(module))
    if name not in inference.signatures:
        raise Declined("no such function")
    inference.run(name, list(parameters), result)
    inference.certain = certain(module, imports(module), name, list(parameters)).types
    nones = Nones(module, inference, name, frozenset(user))
    ordered, taken = False, frozenset[str]()
    for _ in range(4):
        writer = _write(module, name, inference, nones, prelude, taken, ordered)
        used = prelude.closure(writer.used)
        settled = (frozenset(used) & user <= taken, ordered or not writer.needs_order)
        if all(settled):
            break
        taken, ordered = taken | (frozenset(used) & user), ordered or writer.needs_order
    body = "\n".join(writer.lines)
    head = prelude.text(writer.used, writer.renamed)
    return f"{head}\n\n{body}\n" if head else f"{body}\n"


@cache
def packaged_prelude() -> Prelude:
    """The prelude that the package carries."""
    return Prelude((files(__package__) / "prelude.lua").read_text(encoding="utf-8"))


def _write(
    module: ast.Module,
    name: str,
    inference: Inference,
    nones: Nones,
    prelude: Prelude,
    taken: frozenset[str],
    ordered: bool,
) -> Translator:
    program = Program(module, inference.types)
    hidden = [each for each in sorted(prelude.names) if each == name]
    renamed = {each: f"{each}_helper" for each in hidden}
    t = Translator(inference, nones, EXPRESSIONS, STATEMENTS, ordered, taken, renamed, name, program, nones.variables)
    t.temporaries = set(nones.variables)
    body = module.body
    placed = plan(body, {name})
    t.frames.append(Frame(module, placed, Bounds(module)))
    t.block_of(body)
    return t


def _parts(kinds: tuple[ValueType, ...]) -> Iterator[ValueType]:
    for each in kinds:
        yield each
        yield from _parts(each.of)


def _is_noise(node: ast.stmt, name: str) -> bool:
    """What a program says about itself: docstrings, type variables, __all__."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar") | ast.Attribute(attr="TypeVar"))):
            return True
        case ast.Assign(value=ast.Subscript(value=ast.Name(id="Union" | "Optional" | "Callable" | "Literal"))):
            return True
        case ast.Assign(targets=[ast.Name(id=target)]):
            return target.startswith("__") and target.endswith("__") and target != name
    return False


def imports(module: ast.Module) -> dict[str, str]:
    """What each imported name stands for, as a dotted path."""
    result: dict[str, str] = {}
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names):
                for each in names:
                    result[each.asname or each.name.partition(".")[0]] = (
                        each.name if each.asname else each.name.partition(".")[0]
                    )
            case ast.ImportFrom(module=str(path), names=names):
                for each in names:
                    if path not in _TYPING or path == "sys":
                        result[each.asname or each.name] = f"{path}.{each.name}"
    return result


def _bound_names(module: ast.Module) -> set[str]:
    result: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                result.add(name)
            case ast.ExceptHandler(name=str(name)):
                result.add(name)
            case ast.ClassDef(name=name):
                raise Declined("class")
            case ast.AsyncFunctionDef():
                raise Declined("async")
    return result
