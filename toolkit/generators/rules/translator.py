"""The state of one translation, and the writing of lines. Every form of Python is written by a function of one of the
modules beside this one, found through the tables `EXPRESSIONS` and `STATEMENTS` of `forms`.

An expression may need statements before it (a comprehension is a loop): it writes them at once. Where they may not run
unconditionally (`or`, `if else`, lambda) the expression is written apart by `apart`, and wrapped in a function.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from toolkit.generators.rules.bounds import Bounds
from toolkit.generators.rules.changes import Program
from toolkit.generators.rules.code import ATOM, LITERAL, Code
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.infer import Inference
from toolkit.generators.rules.names import spelled
from toolkit.generators.rules.nones import Nones
from toolkit.generators.rules.scopes import Plan
from toolkit.generators.rules.types import UNKNOWN, ValueType, bare

_WORD = re.compile(r"[A-Za-z_]\w*")
Expression = Callable[["Translator", ast.expr], Code]
Statement = Callable[["Translator", ast.stmt], None]


@dataclass
class Frame:
    """One Python function being written."""

    node: ast.AST
    plan: Plan
    bounds: Bounds
    is_generator: bool = False
    loops: list["Loop"] = field(default_factory=list)
    protected: bool = False  # inside the closure of a `try`: return and break must be carried out
    asked: dict[str, set[frozenset[str]]] = field(default_factory=dict)  # what isinstance asked of a value


@dataclass
class Loop:
    """A loop being written."""

    flag: str = ""  # variable that a `break` sets, for `else`
    continued: bool = False
    protected: bool = False  # the loop is outside of the closure that is being written


@dataclass
class Translator:
    inference: Inference
    nones: Nones
    expressions: Mapping[type, Expression]
    statements_table: Mapping[type, Statement]
    ordered: bool  # dicts remember the order of their keys, because some loop depends on it
    taken: frozenset[str]  # helper names that user variables must not hide
    renamed: Mapping[str, str]  # helpers whose names the program's functions use
    main: str
    program: Program
    variables: frozenset[str]  # every name that the program binds
    used: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    depth: int = 0
    frames: list[Frame] = field(default_factory=list)
    facts: set[str] = field(default_factory=set)
    temporaries: set[str] = field(default_factory=set)
    needs_order: bool = False
    errors: list[str] = field(default_factory=list)  # the caught errors that a bare `raise` would raise again

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def emit(self, text: str) -> None:
        self.lines.append("  " * self.depth + text)

    @contextmanager
    def block(self, opening: str, closing: str = "end") -> Iterator[None]:
        self.emit(opening)
        self.depth += 1
        yield
        self.depth -= 1
        self.emit(closing)

    @contextmanager
    def indented(self) -> Iterator[None]:
        self.depth += 1
        yield
        self.depth -= 1

    @contextmanager
    def captured(self) -> Iterator[list[str]]:
        """Lines written inside go to the list that is given, not to the text."""
        outer, self.lines = self.lines, []
        try:
            yield self.lines
        finally:
            self.lines = outer

    def type(self, node: ast.AST) -> ValueType:
        return bare(self.inference.types.get(node, UNKNOWN))

    def full_type(self, node: ast.AST) -> ValueType:
        return self.inference.types.get(node, UNKNOWN)

    def certain_places(self, node: ast.AST) -> int:
        """How many places the tuple has that the program makes here; -1 where it may have come from outside."""
        kind = self.inference.certain.get(node, UNKNOWN)
        return len(kind.of) if kind.kind == "tuple" else -1

    def may_be_none(self, node: ast.expr) -> bool:
        """Whether its value is None, or is on one way."""
        return node in self.nones.maybe

    def held(self, nodes: Iterable[ast.expr], place: str) -> None:
        """These values enter a table, which can not hold None."""
        if any(map(self.may_be_none, nodes)):
            raise Declined(f"None in a {place}")

    def helper(self, name: str) -> str:
        """The name of a prelude helper, which the text will then carry."""
        self.used.add(name)
        return self.renamed.get(name, name)

    def call(self, name: str, *arguments: str) -> Code:
        """A call of a prelude helper."""
        return Code(f"{self.helper(name)}({', '.join(arguments)})")

    def name(self, name: str) -> str:
        return spelled(name, frozenset() if name == self.main else self.taken)

    def expression(self, node: ast.expr) -> Code:
        write = self.expressions.get(type(node))
        if write is None:
            raise Declined(f"expression: {type(node).__name__}")
        return write(self, node)

    def operands(self, nodes: list[ast.expr]) -> list[Code]:
        """Several expressions in Python's order: earlier ones go to locals where a later one needs statements."""
        codes: list[Code] = []
        for node in nodes:
            with self.captured() as lines:
                code = self.expression(node)
            if lines:
                codes = [each if _stable(each) else self.keep(each, "value") for each in codes]
                self.lines.extend(lines)
            codes.append(code)
        return codes

    def apart(self, node: ast.expr, write: Expression | None = None) -> Code:
        """An expression that runs only sometimes: what it needs before it goes into a function around it."""
        with self.captured() as lines, self.indented():
            code = write(self, node) if write else self.expression(node)
        if not lines:
            return code
        inside = "\n".join(lines)
        closing = "  " * self.depth
        return Code(f"(function()\n{inside}\n{closing}  return {code}\n{closing}end)()")

    def keep(self, code: Code, wish: str) -> Code:
        """The value in a new local variable."""
        name = self.temporary(wish)
        self.emit(f"local {name} = {code}")
        return Code(name)

    def simple(self, node: ast.expr, wish: str) -> Code:
        """An expression that may be written twice: a name, a literal, or a local that holds it."""
        code = self.expression(node)
        return code if _stable(code) else self.keep(code, wish)

    def temporary(self, wish: str) -> str:
        """A variable name that nothing else in the program has."""
        name, number = wish, 1
        while name in self.temporaries or name in self.taken or spelled(name, self.taken) != name:
            number += 1
            name = f"{wish}{number}"
        self.temporaries.add(name)
        return name

    def forget(self, names: set[str]) -> None:
        """What was known of these variables no longer holds."""
        self.facts = {fact for fact in self.facts if not names & set(_WORD.findall(fact))}

    def forget_changes(self, nodes: Iterable[ast.AST]) -> None:
        """What was known of the containers that these nodes change no longer holds."""
        changes = self.program.of(nodes)
        self.facts = {fact for fact in self.facts if fact and self.program.holds(fact, changes)}

    def block_of(self, statements: list[ast.stmt]) -> None:
        """Statements with their declarations. Facts learnt inside are forgotten after."""
        facts = set(self.facts)
        for statement in statements:
            before = self.frame.plan.before.get(statement, [])
            if before:
                self.emit(f"local {', '.join(map(self.name, before))}")
            write = self.statements_table.get(type(statement))
            if write is None:
                raise Declined(f"statement: {type(statement).__name__}")
            run = _run(statement)
            repeated = isinstance(statement, ast.For | ast.While | ast.Try)
            if repeated:
                self.forget(assigned_names(run))
            if repeated or any(map(self.program.reads_behind, run)):
                self.forget_changes(run)
            write(self, statement)
            if not isinstance(statement, ast.Assign | ast.If):
                self.forget(assigned_names(run))
            self.forget_changes(run)
            if isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue):
                break  # Lua allows nothing behind a return, and Python never runs it
        self.facts = facts


def _run(statement: ast.stmt) -> list[ast.AST]:
    """What runs where a statement stands, besides the branches of an `if`."""
    match statement:
        case ast.If(test=test):
            return [test]
        case ast.FunctionDef():
            return []
    return [statement]


def assigned_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Variables that these nodes assign."""
    every = (each for node in nodes for each in ast.walk(node))
    return {each.id for each in every if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store | ast.Del)}


def _stable(code: Code) -> bool:
    """A name or a literal."""
    text = str(code)
    return text.isidentifier() or (code.level == LITERAL and not text.startswith(("{", "function"))) or _number(text)


def _number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


__all__ = ["ATOM", "Frame", "Loop", "Translator"]
