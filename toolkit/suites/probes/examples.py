"""Runs a docstring's examples and says what they call the function with.

Runs INSIDE a sandbox; never imported by langlift. An argument that is no literal (`len(row)`, `5 * [False]`, a name
that an earlier example binds) becomes one by being computed.
"""

from __future__ import annotations

import inspect

import box  # type: ignore[import-not-found]
import literals  # type: ignore[import-not-found]

TYPE_CHECKING = False  # `typing` is not worth its import time here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Recorder:
    """Stands in the function's place: notes the arguments, then calls it."""

    def __init__(self, function: Callable[..., Any], most: int) -> None:
        self.function, self.most = function, most
        self.signature = inspect.signature(function)
        self.texts: list[str] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if len(self.texts) < self.most:
            self._note(arguments, keywords)
        return self.function(*arguments, **keywords)

    def _note(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        """The arguments in the order of the signature; trailing defaults that are no literals are left to it."""
        try:
            bound = self.signature.bind(*arguments, **keywords)
            given = set(bound.arguments)
            bound.apply_defaults()
            row = list(bound.arguments.items())
            while row and row[-1][0] not in given and not _written(row[-1][1]):
                row.pop()
            kinds = {name: each.kind for name, each in self.signature.parameters.items()}
            values: list[Any] = []
            for name, value in row:
                if kinds[name] is inspect.Parameter.VAR_KEYWORD:
                    if value:
                        return
                elif kinds[name] is inspect.Parameter.VAR_POSITIONAL:
                    values.extend(value)
                else:
                    values.append(value)
            self.texts.append(literals.literal(tuple(values)))
        except (TypeError, literals.Unwritable, literals.TooLarge):
            return  # no call, or no literal


def _written(value: object) -> bool:
    try:
        literals.literal(value)
    except (literals.Unwritable, literals.TooLarge):
        return False
    return True


def main() -> None:
    channel = box.Channel()
    request = channel.request
    subject = box.Subject(channel, request["call"], request["context"], request["code"])
    subject.load_context()
    recorder = Recorder(subject.load(), request["most"])
    fuel, space = request["total_fuel"], dict(subject.space)
    for source in request["sources"]:
        space[subject.name] = recorder  # an example may import the real one
        try:
            code = compile(source, "context.py", "exec", subject.flags, dont_inherit=True)
            subject.run(lambda code=code: exec(code, space), fuel)
        except BaseException:
            pass  # an example of an error, or one that needs what is not here
        fuel = subject.fuel
        if fuel <= 0 or subject.slow:
            break
    channel.answer({"calls": recorder.texts})


main()
