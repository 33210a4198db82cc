"""`rules`: a deterministic Python to Lua 5.4 rewriter over the syntax tree. No model, no network.

It rewrites a subset of Python: arithmetic, comparisons, strings and slices, lists, dicts, sets, tuples, unpacking,
comprehensions, generators, loops, nested functions, exceptions, the common builtins and methods, and pieces of math,
itertools, functools, collections, bisect and heapq. What it can not express it declines, with a reason.

What it emits is a proposal like any model's: the tests decide, for the inputs that they hold. Where they do not look,
it does otherwise than Python here:

- sums, differences, products and negations of integers wrap at 64 bits (powers, factorials, shifts and texts beyond
  them are errors);
- strings are bytes: lengths, places and cases of letters beyond ASCII are others;
- lists and tuples are one, an empty list is an empty dict, and a set is a dict whose values are true;
- None is nil: declined where it would enter a list, set, dict or tuple; one handed to a default is that default;
- the order of keys is kept for the dicts that the program makes; keys of others, and members of sets, come sorted
  (`toolkit.stages.validate` keeps no function to which the order of the keys of an argument matters);
- `x ** 2` is written `x * x`, which of a large integer wraps, and of a float beyond 1e154 is infinity and no
  OverflowError; so is `math.pow(x, 2)`;
  a root of a negative number is NaN and not complex;
- True and 1 are told apart where Python takes them for equal: as keys, as members, and inside lists.

Types are guessed from the values seen in the test cases, from annotations and from use: a function that is given others
than those may run Lua's operators on them, which count with the text "5".
"""

from collections.abc import Iterable, Iterator

from toolkit.generators import Completion, Prompt
from toolkit.generators.rules.declined import Declined
from toolkit.generators.rules.program import translate
from toolkit.suites.subject import UNPARSABLE


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
    except UNPARSABLE as error:  # of a text inside the text, too
        return Completion(prompt.id, (), f"can not be read: {type(error).__name__}")
    return Completion(prompt.id, (code,))
