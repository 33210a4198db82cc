"""What to try for each parameter of a function: types in the order of their likelihood, constants, doctest calls.

Types are nested tuples of plain words, as `toolkit/suites/probes/values.py` reads them: ("int",), ("list", ("str",)),
("dict", ("str",), ("int",)), ("optional", type), ("row", type) for a tuple of any length. A guess only orders what is
tried: the probe keeps the types that the function takes.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from toolkit.suites.annotations import (
    BARE,
    BOOL,
    BYTES,
    FLOAT,
    INT,
    SCALARS,
    STR,
    Type,
    aliases,
    annotated,
    documented,
    literal_type,
    resolved,
    value_type,
)
from toolkit.suites.evidence import Evidence
from toolkit.suites.examples import doctest_calls
from toolkit.suites.subject import Parameter, Subject
from toolkit.suites.usage import Functions, gather

GUESSES = 11  # types tried for one parameter
_FALLBACK: tuple[Type, ...] = (INT, STR, ("list", INT), FLOAT, ("list", STR), ("list", ("list", INT)),
                               ("dict", STR, INT), ("dict", INT, ("list", INT)), BYTES,
                               ("row", INT), ("set", INT))  # fmt: skip
_NAMES: tuple[tuple[str, Type], ...] = (
    (r"(is|has|use|do|with|allow|include|should|as)_.*|flag|reverse|strict|verbose|inplace|ascending|descending", BOOL),
    (r"s\d?|st|str\d?|strs?_?\d?|string\d?|.*_?string|text\d?|.*_?text|word\d?|.*_?word|name|.*_name|sentence|line|phrase|"
     r"pattern|.*prefix|.*suffix|char|ch|letter|message|msg|password|key|url|path|filename|sep|separator|delimiter|"
     r"title|label|substring|haystack|needle|token|alphabet|dna|binary|hex.*|roman|email|ip|date.*|expr.*|plaintext|"
     r"ciphertext|cipher", STR),
    (r"n|m|k|i|j|num|num_?\d|number|number_?\d|count|.*_count|size|.*_size|length|limit|index|idx|start|end|stop|step|"
     r"low|high|left|right|lo|hi|depth|level|max_.*|min_.*|n_.*|num_.*|target|value|val|x|y|a|b|p|q|r|c|d|e|year|month|"
     r"day|hour|minute|base|width|height|position|capacity|rows?|col(umn)?s?|integer|amount|digit|bit.*|upper|lower",
     INT),
    (r"matrix.*|.*_?matrix|grid|board|maze|image|mat\d?|table|edges|intervals|points|pairs|matrix_[ab]",
     ("list", ("list", INT))),
    (r"words|strings|names|lines|strs|tokens|texts|sentences|args|parts|keys", ("list", STR)),
    (r"nums\d?|num(ber)?s|arr(ay)?\d?|.*_arr(ay)?|lst\d?|list\d?|l\d|.*_list|seq(uence)?\d?|iterable|items|values|data|"
     r"collection|coll|elements|integers|weights|prices|coins|vector.*|scores|heights|coeffs?|poly.*|digits|bits",
     ("list", INT)),
    (r"graph|adj.*|g", ("dict", INT, ("list", INT))),
    (r"d|dct|dict\d?|.*_dict|mapping|obj|object|params|options|config|kwargs", ("dict", STR, INT)),
    (r".*(rate|prob.*|ratio|tol.*|eps.*|mass|radius|area|volume|temperature|pressure|speed|velocity|angle|energy|"
     r"distance|frequency|voltage|current|resistance|force|density|theta|alpha|beta|gamma|lambda_?|sigma|mu|interest.*|"
     r"principal|factor|weight|time|charge|concentration|capacitance|inductance|power|acceleration)", FLOAT),
)  # fmt: skip
_NAME_RULES = tuple((re.compile(f"(?:{pattern})", re.I), kind) for pattern, kind in _NAMES)


def request(it: Subject, docstring: str, computed: Sequence[str] = ()) -> dict[str, Any]:
    """The part of a probe's request that says what to try. Raises what `ast` raises.

    `computed`: arguments of calls in the examples that are no literals as they are written.
    """
    helpers = _helpers(it.context)
    evidence = gather(it.node, {**helpers, it.name: it.node} if it.name in helpers else helpers)
    calls = [*doctest_calls(docstring, it), *(_tuple(text) for text in computed)]
    seen = _doctest_types(calls, it)
    told = documented(docstring)
    names = aliases(it.context)
    return {
        "parameters": [_parameter(each, evidence, seen, told, names) for each in it.parameters],
        "doctests": [ast.unparse(call) for call in calls],
        "pools": _constants(it),
        "lines": sorted(_lines(it)),
        "branches": sorted(_branches(it)),
        "seed": int(it.id, 16),
    }


def _tuple(text: str) -> ast.Tuple:
    """A tuple that a probe has written."""
    return ast.parse(text, mode="eval").body  # type: ignore[return-value]


def _helpers(context: str) -> Functions:
    if not context:
        return {}
    return {each.name: each for each in ast.parse(context).body if isinstance(each, ast.FunctionDef)}


def _parameter(
    each: Parameter,
    evidence: dict[str, Evidence],
    seen: dict[str, list[Type]],
    told: dict[str, Type],
    names: dict[str, ast.expr],
) -> dict[str, Any]:
    found = evidence[each.name].part("element") if each.kind == "variadic" else evidence[each.name]
    said = [] if each.node.annotation is None else list(annotated(resolved(each.node.annotation, names)))
    guesses = list(_guesses(each, found, [*seen.get(each.name, []), *said], told))
    return {
        "kind": each.kind,
        "default": None if each.default is None else ast.unparse(each.default),
        "guesses": list(dict.fromkeys(guesses))[:GUESSES],
    }


def _guesses(each: Parameter, found: Evidence, said: list[Type], told: dict[str, Type]) -> Iterator[Type]:
    """Best first: doctests and annotation (`said`), default, docstring, usage, name; then what is common."""
    used = list(_used(found, 0))
    yield from _finer(said, used)
    kind = literal_type(each.default) if each.default is not None else None
    if kind and kind != ("none",):
        yield kind
    if each.name in told:
        yield from _finer([told[each.name]], used)
    named = [kind for rule, kind in _NAME_RULES if rule.fullmatch(each.name)]
    fits = [kind for kind in named if any(kind[0] == guess[0] for guess in used)]
    yield from used[:1] if used and not fits else fits + used[:1]
    yield from named
    yield from used[1:]
    yield from _FALLBACK


def _finer(said: list[Type], used: list[Type]) -> Iterator[Type]:
    """A container that is named without its elements (`graph: dict`) first holds what the usage speaks for."""
    for kind in said:
        if kind in BARE:
            yield from (guess for guess in used if guess[0] == kind[0])
            yield from BARE[kind]
        else:
            yield kind


def _used(found: Evidence, depth: int) -> Iterator[Type]:
    """Types that the usage speaks for, the strongest first."""
    scores = Counter({kind: score for kind, score in found.kinds.items() if kind not in ("many", "optional", "none")})
    element = next(_used(found.held["element"], depth + 1), None) if "element" in found.held and depth < 3 else None
    if many := found.kinds["many"]:
        best = next((kind for kind in ("str", "dict", "set", "tuple") if scores[kind]), None)
        scores[best if best and scores[best] >= 2 else "list"] += many
        if not best and element in (None, STR):
            scores["str"] += many // 2 if element is None else many
    for kind, _ in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])):
        yield _of_kind(kind, found, element, depth)


def _of_kind(kind: str, found: Evidence, element: Type | None, depth: int) -> Type:
    if kind in SCALARS:
        return SCALARS[kind]
    if kind.startswith("tuple") and kind != "tuple":
        places = range(int(kind[5:]))
        return ("tuple", *(_first(found, str(place), depth) or INT for place in places))
    if kind == "tuple":
        return ("row", element or INT)
    if kind == "dict":
        key = _first(found, "key", depth) or STR
        return ("dict", key, _first(found, "value", depth) or element or INT)
    return (kind, element or INT)


def _first(found: Evidence, part: str, depth: int) -> Type | None:
    return next(_used(found.held[part], depth + 1), None) if part in found.held and depth < 3 else None


def _doctest_types(calls: list[ast.Tuple], it: Subject) -> dict[str, list[Type]]:
    seen: dict[str, list[Type]] = {}
    if any(each.kind == "variadic" for each in it.parameters):
        given = dict.fromkeys(literal_type(value) for call in calls for value in call.elts)
        return {each.name: [kind for kind in given if kind][:3] for each in it.parameters}
    for place, parameter in enumerate(it.parameters):
        values = [ast.literal_eval(call.elts[place]) for call in calls if place < len(call.elts)]
        counts = Counter(kind for value in values if (kind := value_type(value)) != ("none",))
        empty = {
            kind
            for kind in counts
            if len(counts) > 1 and not any(value for value in values if value_type(value) == kind)
        }
        kinds = [kind for kind, _ in counts.most_common() if kind not in empty]
        if None in values:
            kinds = [("optional", kind) for kind in kinds[:1]] + kinds[1:]
        seen[parameter.name] = kinds[:4]
    return seen


def _constants(it: Subject) -> dict[str, list[Any]]:
    """Numbers and strings of the code, its own before its context's: what it compares with is worth trying."""
    pools: dict[str, list[Any]] = {"int": [], "float": [], "str": []}
    for statement in [*it.body, *(ast.parse(it.context).body if it.context else [])]:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
                continue
            match node.value:
                case int() as value if abs(value) <= 1 << 40:
                    pools["int"].append(value)
                case float() as value if abs(value) <= 1e12:
                    pools["float"].append(value)
                case str() as text if len(text) <= 60 and text.isprintable():
                    pools["str"].append(text)
    pools["float"] += [float(each) for each in pools["int"]]
    return {name: list(dict.fromkeys(values))[:40] for name, values in pools.items()}


def _lines(it: Subject) -> Iterator[int]:
    """First lines of the statements of the body, nested functions included."""
    for statement in it.body:
        for node in ast.walk(statement):
            silent = isinstance(node, ast.Global | ast.Nonlocal)
            silent = silent or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            if isinstance(node, ast.stmt) and not silent:
                yield node.lineno


def _branches(it: Subject) -> Iterator[tuple[int, int]]:
    """(line of the test, first line of its body) of each statement that goes two ways."""
    for statement in it.body:
        for node in ast.walk(statement):
            endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
            if isinstance(node, ast.If | ast.While | ast.For) and not endless:
                yield (node.lineno, node.body[0].lineno)
