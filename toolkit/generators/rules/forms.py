"""Which function writes which form of Python."""

import ast

from toolkit.generators.rules import (
    assignments,
    calls,
    comparisons,
    comprehensions,
    formats,
    functions,
    operators,
    raising,
    statements,
    truth,
    values,
)
from toolkit.generators.rules.translator import Expression, Statement

EXPRESSIONS: dict[type, Expression] = {
    ast.Constant: values.constant,
    ast.Name: values.name,
    ast.Attribute: values.attribute,
    ast.List: values.sequence,
    ast.Tuple: values.sequence,
    ast.Set: values.set_display,
    ast.Dict: values.dict_display,
    ast.Subscript: values.subscript,
    ast.NamedExpr: values.named,
    ast.BinOp: operators.operation,
    ast.Compare: comparisons.comparison,
    ast.BoolOp: truth.boolean_value,
    ast.IfExp: truth.conditional,
    ast.UnaryOp: truth.unary,
    ast.JoinedStr: formats.joined,
    ast.Lambda: comprehensions.lambda_,
    ast.ListComp: comprehensions.listed,
    ast.SetComp: comprehensions.set_of,
    ast.DictComp: comprehensions.dict_of,
    ast.GeneratorExp: comprehensions.generator,
    ast.Call: calls.call,
}
STATEMENTS: dict[type, Statement] = {
    ast.Expr: statements.expression,
    ast.Assign: assignments.assign,
    ast.AnnAssign: assignments.annotated,
    ast.AugAssign: assignments.augmented,
    ast.Delete: statements.delete,
    ast.If: statements.if_,
    ast.Assert: statements.assert_,
    ast.Pass: statements.nothing,
    ast.Import: statements.nothing,
    ast.ImportFrom: statements.nothing,
    ast.Global: statements.nothing,
    ast.Nonlocal: statements.nothing,
    ast.FunctionDef: functions.function,
    ast.Return: functions.return_,
    ast.For: functions.for_,
    ast.While: functions.while_,
    ast.Break: functions.break_,
    ast.Continue: functions.continue_,
    ast.Raise: raising.raise_,
    ast.Try: raising.try_,
}
