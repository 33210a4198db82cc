"""Python source as text: one form of line ends, no byte order mark, and the text of single statements.

Lines are counted as Python's own tokenizer counts them: a form feed or a Unicode line separator ends none.
"""

import ast
import warnings


class Unreadable(Exception):
    """Text that is not a module of this Python; `deep` where its nesting is beyond the parser."""

    def __init__(self, message: str, line: int = 0, deep: bool = False) -> None:
        super().__init__(message)
        self.line = line
        self.deep = deep


def normal(content: str) -> str:
    """The same program with plain line feeds and no byte order mark."""
    return content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str) -> ast.Module:
    """The syntax tree. Raises Unreadable. Says nothing about doubtful escapes, under any warning filter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(error.msg, error.lineno or 0) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested deeper than the parser can follow", deep=True) from None
    except ValueError as error:
        raise Unreadable(str(error)) from None


def check_compiles(text: str) -> None:
    """Raises Unreadable where the text parses but is no program: `return` outside a function. Runs nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<function>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Unreadable(error.msg, error.lineno or 0) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested deeper than the compiler can follow", deep=True) from None
    except ValueError as error:
        raise Unreadable(str(error)) from None


class SourceText:
    """The lines of one normal text, and which statements stand on them."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self._lines = text.split("\n")
        self._shared = _shared_lines(tree)

    def of(self, statement: ast.stmt) -> str:
        """The statement as it is written, decorators and the comment at its end included."""
        first, last = first_line(statement), statement.end_lineno or statement.lineno
        lines = self._lines[first - 1 : last]
        if last in self._shared or first in self._shared:
            end = lines[-1].encode()[: statement.end_col_offset].decode()
            lines = [*lines[:-1], end]
            lines[0] = lines[0].encode()[statement.col_offset :].decode()
        lines[0] = lines[0].lstrip("\f")
        return "\n".join(lines).rstrip()


def first_line(statement: ast.stmt) -> int:
    """Where a statement starts, decorators included, counted from 1."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(node.lineno for node in decorators)])


def _shared_lines(tree: ast.Module) -> frozenset[int]:
    """Lines on which one top-level statement ends and the next begins: `import a; import b`."""
    pairs = zip(tree.body, tree.body[1:], strict=False)
    return frozenset(after.lineno for before, after in pairs if first_line(after) == before.end_lineno)
