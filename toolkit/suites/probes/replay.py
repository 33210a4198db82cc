"""Runs given cases in a fresh process and says what each does. Runs INSIDE a sandbox; never imported by langlift."""

import box  # type: ignore[import-not-found]


def main() -> None:
    channel = box.Channel()
    request = channel.request
    subject = box.Subject(channel, request["call"], request["context"], request["code"])
    subject.load_context()
    function = subject.load()
    answers = []
    for text in request["cases"]:
        answers.append(subject.call(function, eval(text, {}), request["call_fuel"]))
    channel.answer({"outcomes": answers})


main()
