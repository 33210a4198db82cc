"""Small languages read by hand."""

from collections.abc import Iterator

OPERATORS = {"+": 1, "-": 1, "*": 2, "/": 2}
SIZE_UNITS = {"": 1, "k": 1000, "m": 1000000, "g": 1000000000}


def tokens_of(text: str) -> list[str]:
    """Cut a sum into numbers, names and single signs.

    >>> tokens_of("12 + x1*(3-y)")
    ['12', '+', 'x1', '*', '(', '3', '-', 'y', ')']
    """
    tokens = []
    index = 0
    while index < len(text):
        letter = text[index]
        if letter == " ":
            index += 1
            continue
        end = index + 1
        if letter.isalnum():
            while end < len(text) and text[end].isalnum():
                end += 1
        tokens.append(text[index:end])
        index = end
    return tokens


def postfix_value(words: list[str]) -> int:
    """Work out a sum whose operators follow their numbers.

    >>> postfix_value(["3", "4", "+", "2", "*"])
    14
    >>> postfix_value(["5", "2", "-", "1"])
    Traceback (most recent call last):
        ...
    ValueError: numbers are left over
    """
    stack = []
    for word in words:
        if word not in OPERATORS:
            stack.append(int(word))
            continue
        if len(stack) < 2:
            raise ValueError("an operator lacks a number")
        right = stack.pop()
        left = stack.pop()
        if word == "+":
            stack.append(left + right)
        elif word == "-":
            stack.append(left - right)
        elif word == "*":
            stack.append(left * right)
        else:
            stack.append(left // right)
    if len(stack) != 1:
        raise ValueError("numbers are left over")
    return stack[0]


def to_postfix(tokens: list[str]) -> list[str]:
    """Put the operators of a sum behind their numbers, as a railway yard sorts wagons.

    >>> to_postfix(["1", "+", "2", "*", "3"])
    ['1', '2', '3', '*', '+']
    """
    output = []
    waiting: list[str] = []
    for token in tokens:
        if token in OPERATORS:
            while len(waiting) > 0 and waiting[-1] != "(" and OPERATORS[waiting[-1]] >= OPERATORS[token]:
                output.append(waiting.pop())
            waiting.append(token)
        elif token == "(":
            waiting.append(token)
        elif token == ")":
            while len(waiting) > 0 and waiting[-1] != "(":
                output.append(waiting.pop())
            if len(waiting) == 0:
                raise ValueError("a bracket was never opened")
            waiting.pop()
        else:
            output.append(token)
    if "(" in waiting:
        raise ValueError("a bracket was never closed")
    return output + waiting[::-1]


def settings_of(lines: list[str]) -> dict[str, str]:
    """Read lines of 'key = value'; empty lines and lines that begin with ';' are skipped.

    >>> settings_of(["; colours", "ink = red", "paper=white"])
    {'ink': 'red', 'paper': 'white'}
    >>> settings_of(["a=1", "a=2"])
    Traceback (most recent call last):
        ...
    KeyError: 'a'
    """
    settings = {}
    for line in lines:
        line = line.strip()
        if line == "" or line.startswith(";"):
            continue
        at = line.find("=")
        if at < 1:
            raise ValueError("a line is no setting")
        key = line[:at].strip()
        if key in settings:
            raise KeyError(key)
        settings[key] = line[at + 1 :].strip()
    return settings


def quoted_fields(line: str) -> list[str]:
    """Cut a line at commas, except inside double quotes, which are taken off.

    >>> quoted_fields('a,"b,c",d')
    ['a', 'b,c', 'd']
    """
    fields = []
    field = ""
    quoted = False
    for letter in line:
        if letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            fields.append(field)
            field = ""
        else:
            field += letter
    if quoted:
        raise ValueError("a quote was never closed")
    fields.append(field)
    return fields


def size_in_bytes(text: str) -> int:
    """Read a size such as 20k or 3M.

    >>> size_in_bytes("20k")
    20000
    """
    digits = ""
    unit = ""
    for letter in text.strip().lower():
        if letter.isdigit() and unit == "":
            digits += letter
        else:
            unit += letter
    if digits == "":
        raise ValueError("a size begins with digits")
    if unit not in SIZE_UNITS:
        raise KeyError(unit)
    return int(digits) * SIZE_UNITS[unit]


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Cut the query of an address into names and values; a name alone has an empty value.

    >>> query_pairs("a=1&b&c=x=y")
    [('a', '1'), ('b', ''), ('c', 'x=y')]
    """
    pairs = []
    for part in query.split("&"):
        if part == "":
            continue
        at = part.find("=")
        if at < 0:
            pairs.append((part, ""))
        else:
            pairs.append((part[:at], part[at + 1 :]))
    return pairs


def version_order(left: str, right: str) -> int:
    """Compare versions of numbers and dots: -1, 0 or 1; missing numbers count as zero.

    >>> version_order("1.10", "1.9.3")
    1
    >>> version_order("2.1", "2.1.0")
    0
    """
    a = [int(part) for part in left.split(".")]
    b = [int(part) for part in right.split(".")]
    for index in range(max(len(a), len(b))):
        x = a[index] if index < len(a) else 0
        y = b[index] if index < len(b) else 0
        if x != y:
            return 1 if x > y else -1
    return 0


def filled_template(template: str, values: dict[str, str]) -> str:
    """Fill names in angle brackets from a dictionary; raise KeyError for an unknown name.

    >>> filled_template("dear <who>, <what>", {"who": "ann", "what": "hello"})
    'dear ann, hello'
    """
    text = ""
    rest = template
    while True:
        start = rest.find("<")
        if start < 0:
            return text + rest
        end = rest.find(">", start)
        if end < 0:
            raise ValueError("a name was never closed")
        name = rest[start + 1 : end]
        if name not in values:
            raise KeyError(name)
        text += rest[:start] + values[name]
        rest = rest[end + 1 :]


def plain_path(path: str) -> str:
    """Take '.' and '..' out of an absolute path with slashes.

    >>> plain_path("/a/./b/../c//d")
    '/a/c/d'
    """
    if not path.startswith("/"):
        raise ValueError("the path is not absolute")
    parts: list[str] = []
    for part in path.split("/"):
        if part == "" or part == ".":
            continue
        if part == "..":
            if len(parts) > 0:
                parts.pop()
        else:
            parts.append(part)
    return "/" + "/".join(parts)


def snake_from_camel(name: str) -> str:
    """Write a name of joined words with underscores.

    >>> snake_from_camel("parseHTTPHeader")
    'parse_http_header'
    """
    result = ""
    for index, letter in enumerate(name):
        starts = letter.isupper() and index > 0
        after_small = starts and not name[index - 1].isupper()
        before_small = starts and index + 1 < len(name) and name[index + 1].islower()
        if after_small or before_small:
            result += "_"
        result += letter.lower()
    return result


def logic_value(text: str, facts: dict[str, bool]) -> bool:
    """Work out 'a and not b or c' from left to right, without brackets; 'and' binds more than 'or'.

    >>> logic_value("rain and not sun or snow", {"rain": True, "sun": True, "snow": False})
    False
    """
    for choice in text.split(" or "):
        holds = True
        for part in choice.split(" and "):
            word = part.strip()
            turned = word.startswith("not ")
            if turned:
                word = word[4:].strip()
            if word not in facts:
                raise KeyError(word)
            if facts[word] == turned:
                holds = False
        if holds:
            return True
    return False


def lines_with_numbers(text: str, first: int = 1) -> Iterator[str]:
    """Yield the lines of a text with their numbers, set right in three columns.

    >>> list(lines_with_numbers("one\\ntwo", 9))
    ['  9 one', ' 10 two']
    """
    number = first
    for line in text.split("\n"):
        label = str(number)
        while len(label) < 3:
            label = " " + label
        yield label + " " + line
        number += 1
