"""Prompts: the docstring as comment lines, then the first line of the translation, in the target language.

This is what a model continues and what a row keeps as `prompt`; the Python source travels beside
it in `Prompt.function`. Types come from the cases, and are those that the suite will use.
"""

import inspect

from toolkit.generators import Prompt
from toolkit.languages.base import Language
from toolkit.languages.suite import signature_of
from toolkit.records import Problem, content_id
from toolkit.value_types import ValueType


def prompt_of(language: Language, problem: Problem) -> Prompt:
    """The prompt for one problem."""
    signature = signature_of(language, problem.function, problem.cases)
    docstring = inspect.cleandoc(problem.function.docstring)
    result = ValueType("list", (signature.result,)) if signature.yields else signature.result
    return Prompt(
        id=content_id(problem.id, language.name),
        language=language.name,
        text=f"{language.opening}{language.comment(docstring)}{language.header(signature)}\n",
        function=problem.function,
        parameters=signature.types,
        result=result,
    )
