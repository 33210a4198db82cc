"""`rules`: a deterministic Python to Lua 5.4 rewriter over the syntax tree. No model, no network.

It rewrites a subset of Python: arithmetic, comparisons, strings and slices, lists, dicts, sets, tuples, unpacking,
comprehensions, generators, loops, nested functions, exceptions, the common builtins and methods, and pieces of math,
itertools, functools, collections, bisect and heapq. What it can not express it declines, with a reason.

Limits: integers wrap at 64 bits; strings are bytes; lists and tuples are one; what may be None is declined where it
would enter a list, set, dict or tuple; types are guessed from the values seen in the test cases, from annotations and
from use. What it emits is a proposal like any model's: the tests decide.
"""

from collections.abc import Iterable, Iterator

from toolkit.generators import Completion, Prompt
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.program import translate


class Rules:
    """The generator. The same prompt gives the same text, in every process."""

    name = "rules-1"
    languages = ("lua",)

    def complete(self, prompts: Iterable[Prompt]) -> Iterator[Completion]:
        for prompt in prompts:
            yield _complete(prompt)


def open() -> Rules:
    return Rules()


def _complete(prompt: Prompt) -> Completion:
    if prompt.language not in Rules.languages:
        return Completion(prompt.id, (), f"language: {prompt.language}")
    function = prompt.function
    try:
        code = translate(function.program, function.name, prompt.parameters, prompt.result)
    except Declined as declined:
        return Completion(prompt.id, (), str(declined))
    except RecursionError:
        return Completion(prompt.id, (), "nested too deeply")
    return Completion(prompt.id, (code,))
