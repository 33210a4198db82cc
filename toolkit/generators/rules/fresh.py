"""Which expressions make the array that they give, so that `list(...)` of them need not copy it.

A call that is not known here may hand out an array that somebody else holds: `max(rows, key=len)`, `d.get(k)`,
a function of the program.
"""

import ast

from toolkit.generators.rules.translator import Translator

_BUILTINS = {"list", "tuple", "sorted", "reversed", "range", "enumerate", "zip", "divmod"}
_METHODS = {
    *("copy", "keys", "values", "items", "most_common"),
    *("split", "rsplit", "splitlines", "partition", "rpartition"),
}
_LIBRARY = {"collections.deque", "copy.copy", "copy.deepcopy", "heapq.nlargest", "heapq.nsmallest"}


def is_fresh(t: Translator, node: ast.expr) -> bool:
    """Whether nobody else holds the array that the expression gives."""
    match node:
        case ast.ListComp() | ast.GeneratorExp() | ast.List():
            return True
        case ast.Call(func=function):
            path = t.inference.path(function)
            if path:
                return path in _LIBRARY or path.startswith("itertools.")
            match function:
                case ast.Name(id=name):
                    return name in _BUILTINS and name not in t.variables
                case ast.Attribute(attr=name):
                    return name in _METHODS
    return False
