"""Problem -> Attempt: a prompt out, answers in. The generator decides how far it reads ahead."""

from collections.abc import Iterator

from toolkit import languages
from toolkit.generators import Completion, Prompt, sources_digest
from toolkit.prompts import prompt_of
from toolkit.records import Attempt, Problem, content_id
from toolkit.stage import Drop, Result, Stage, Tools
from toolkit.stage import Settings as Base


class Settings(Base):
    """Nothing to set: the generator is named in the spec."""


def apply(rows: Iterator[Problem], settings: Settings, tools: Tools) -> Iterator[Result]:
    """One attempt a problem, with the distinct answers in their order."""
    language = languages.find(tools.language)
    waiting: dict[str, tuple[Problem, Prompt]] = {}

    def prompts() -> Iterator[Prompt]:
        for problem in rows:
            prompt = prompt_of(language, problem)
            waiting[prompt.id] = (problem, prompt)
            yield prompt

    for completion in tools.generator.complete(prompts()):
        problem, prompt = waiting.pop(completion.id)
        yield _result(problem, prompt, completion, tools.generator.name)


def _result(problem: Problem, prompt: Prompt, completion: Completion, generator: str) -> Result:
    codes = tuple(code for code in dict.fromkeys(completion.codes) if code.strip())
    if not codes:
        drop = Drop("declined", completion.declined) if completion.declined else Drop("no answer")
        return Result(problem.id, drop=drop)
    id = content_id(problem.id, prompt.language, generator, prompt.text, *codes)
    return Result(problem.id, (Attempt(id, problem, prompt.language, generator, prompt.text, codes),))


def facts(settings: Settings, language: str) -> dict[str, str]:
    """What the embedded generators are made of: their names alone do not tell one checkout from another."""
    return {"generator sources": sources_digest()}


STAGE = Stage(
    name="translate",
    version="1",
    reads=Problem,
    writes=Attempt,
    settings=Settings,
    apply=apply,
    facts=facts,
)
