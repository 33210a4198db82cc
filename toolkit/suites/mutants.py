"""Small changes of a function, as edits of its text: what a good suite must notice.

Operators after DeMillo, Lipton and Sayward (1978) and the sufficient set of Offutt et al. (1996), with Python's own
additions: comparison, arithmetic and boolean operators swapped, constants changed, conditions negated, statements
removed, other results returned, `break` and `continue` swapped, loops that end after their first element. A mutant is
an edit (start, end, text) in bytes of the normal form (`toolkit.suites.subject`), never two edits at once.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from toolkit.records import content_id
from toolkit.suites.subject import UNPARSABLE, Subject

_COMPARE = {"Lt": ("<=", ">", "!="), "LtE": ("<", ">", "=="), "Gt": (">=", "<", "!="), "GtE": (">", "<", "=="),
            "Eq": ("!=",), "NotEq": ("==",), "In": ("not in",), "NotIn": ("in",), "Is": ("is not",),
            "IsNot": ("is",)}  # fmt: skip
_ARITHMETIC = {"Add": "-", "Sub": "+", "Mult": "//", "Div": "*", "FloorDiv": "/", "Mod": "//", "Pow": "*",
               "LShift": ">>", "RShift": "<<", "BitAnd": "|", "BitOr": "&", "BitXor": "&"}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One edit of the normal form, and what it is in words."""

    start: int
    end: int
    text: str
    what: str

    def apply(self, code: bytes) -> bytes:
        """The mutated function."""
        return code[: self.start] + self.text.encode() + code[self.end :]


def of(it: Subject, limit: int) -> list[Mutant]:
    """At most so many mutants that compile and differ from the function, the same ones on every machine."""
    code = it.code.encode()
    starts = [0]
    for line in code.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    whole = ast.dump(it.node)
    found = sorted(_edits(it, starts), key=lambda mutant: content_id(it.id, str(mutant)))
    kept: list[Mutant] = []
    seen = {whole}
    for mutant in found:
        if len(kept) == limit:
            break
        try:
            tree = ast.parse(mutant.apply(code))
            compile(tree, "mutant", "exec", dont_inherit=True)
        except UNPARSABLE:
            continue
        form = ast.dump(tree.body[0])
        if form not in seen:
            seen.add(form)
            kept.append(mutant)
    return sorted(kept, key=lambda mutant: (mutant.start, mutant.end, mutant.text))


def _edits(it: Subject, starts: list[int]) -> Iterator[Mutant]:
    for statement in it.body:
        for node in _walk(statement):
            if isinstance(node, ast.If | ast.While | ast.IfExp):
                yield _edit(node.test, f"not {_text(node.test)}", "condition negated", starts)
            if isinstance(node, ast.For | ast.comprehension):
                yield _edit(node.iter, f"[*{_text(node.iter)}][:1]", "first element only", starts)
            if isinstance(node, ast.expr | ast.stmt):
                yield from (_edit(node, text, what, starts) for text, what in _texts(node))


def _edit(node: ast.expr | ast.stmt, text: str, what: str, starts: list[int]) -> Mutant:
    last, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    start, end = starts[node.lineno - 1] + node.col_offset, starts[last - 1] + column
    return Mutant(start, end, text + "\n" * (last - node.lineno), f"line {node.lineno}: {what}")


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes whose place in the text is known: those inside f-strings are not before Python 3.12."""
    if isinstance(node, ast.JoinedStr | ast.arguments | ast.pattern):
        return
    yield node
    if isinstance(node, ast.AnnAssign):  # an annotation does nothing
        if node.value is not None:
            yield from _walk(node.value)
        return
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def _texts(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Other texts for a node, with a word on each."""
    match node:
        case ast.Compare():
            yield from _comparison(node)
        case ast.BinOp() if type(node.op).__name__ in _ARITHMETIC:
            sign = _ARITHMETIC[type(node.op).__name__]
            yield f"({_text(node.left)} {sign} {_text(node.right)})", f"{sign} for {type(node.op).__name__}"
        case ast.BoolOp():
            word = " or " if isinstance(node.op, ast.And) else " and "
            yield f"({word.join(map(_text, node.values))})", f"{word.strip()} for {type(node.op).__name__}"
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield _text(node.operand), "operator removed"
        case ast.Constant():
            yield from _constant(node.value)
        case ast.Call(func=ast.Name(id="range"), args=[*before, stop]) if len(before) < 2 and not node.keywords:
            if not isinstance(stop, ast.Constant | ast.Starred):
                shorter = [*map(_text, before), f"{_text(stop)} - 1"]
                yield f"range({', '.join(shorter)})", "range one shorter"
        case ast.Slice(upper=ast.expr() as bound) if not isinstance(bound, ast.Constant):
            low, step = (_text(each) if each else "" for each in (node.lower, node.step))
            yield f"{low}:{_text(bound)} - 1" + (f":{step}" if step else ""), "slice one shorter"
        case ast.stmt():
            yield from _statement(node)


def _comparison(node: ast.Compare) -> Iterator[tuple[str, str]]:
    for place, operator in enumerate(node.ops):
        for sign in _COMPARE[type(operator).__name__]:
            signs = [_SIGNS[type(each).__name__] for each in node.ops]
            signs[place] = sign
            pairs = zip(signs, map(_text, node.comparators), strict=True)
            text = _text(node.left) + "".join(f" {each} {right}" for each, right in pairs)
            yield f"({text})", f"{sign} for {type(operator).__name__}"


_SIGNS = {"Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "In": "in", "NotIn": "not in",
          "Is": "is", "IsNot": "is not"}  # fmt: skip


def _constant(value: object) -> Iterator[tuple[str, str]]:
    match value:
        case bool():
            yield repr(not value), f"{not value} for {value}"
        case int() | float():
            yield f"({value + 1!r})", f"{value!r} + 1"
            yield f"({value - 1!r})", f"{value!r} - 1"
        case str() | bytes():
            other = value[:0] if value else (b"x" if isinstance(value, bytes) else "x")
            yield f"({other!r})", f"{other!r} for a text"


def _statement(node: ast.stmt) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Return(value=None) | ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Global() | ast.Nonlocal():
            return
        case ast.Return(value=ast.expr() as value):
            if not (isinstance(value, ast.Constant) and value.value is None):
                yield "return None", "returns None"
            if not isinstance(value, ast.Constant):
                yield f"return not ({_text(value)})", "returns the negation"
        case ast.Break():
            yield "continue", "continue for break"
        case ast.Continue():
            yield "break", "break for continue"
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Expr() | ast.Assign() | ast.AugAssign() | ast.Raise() | ast.Assert() | ast.Delete():
            yield "pass", "statement removed"
        case ast.For():
            yield "pass", "loop removed"


def _text(node: ast.expr) -> str:
    return f"({ast.unparse(node)})" if not isinstance(node, ast.Constant | ast.Name) else ast.unparse(node)
