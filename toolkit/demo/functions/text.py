"""Words, lines and columns of plain text."""

from collections.abc import Iterator

VOWELS = "aeiou"
CLOSERS = {")": "(", "]": "[", "}": "{"}


def squeeze_spaces(line: str) -> str:
    """Replace every run of spaces by one space, keeping a leading one.

    >>> squeeze_spaces("a   b  c")
    'a b c'
    """
    result = ""
    before = ""
    for letter in line:
        if letter != " " or before != " ":
            result += letter
        before = letter
    return result


def indent_depth(line: str, tab_width: int = 4) -> int:
    """Count the columns of white space at the start of a line; a tab jumps to the next tab stop.

    >>> indent_depth("  x")
    2
    >>> indent_depth(" \\tx")
    4
    """
    if tab_width < 1:
        raise ValueError("tab width must be positive")
    column = 0
    for letter in line:
        if letter == " ":
            column += 1
        elif letter == "\t":
            column += tab_width - column % tab_width
        else:
            break
    return column


def wrap_words(text: str, width: int) -> list[str]:
    """Break text into lines of at most width letters; a longer word gets a line of its own.

    >>> wrap_words("the quick brown fox", 10)
    ['the quick', 'brown fox']
    """
    if width < 1:
        raise ValueError("width must be positive")
    lines = []
    line = ""
    for word in text.split():
        if line == "":
            line = word
        elif len(line) + 1 + len(word) <= width:
            line = line + " " + word
        else:
            lines.append(line)
            line = word
    if line != "":
        lines.append(line)
    return lines


def initials_of(name: str) -> str:
    """Give the initials of a name in capitals, a dot after each; small words are left out.

    >>> initials_of("Ludwig van Beethoven")
    'L.B.'
    """
    small = ["van", "von", "de", "of", "the"]
    letters = ""
    for word in name.split():
        if word.lower() in small:
            continue
        letters += word[0].upper() + "."
    return letters


def hide_middle(secret: str, shown: int) -> str:
    """Keep the first and last letters of a secret and write stars for the rest.

    >>> hide_middle("0123456789", 2)
    '01******89'
    >>> hide_middle("abc", 2)
    '***'
    """
    if shown < 0:
        raise ValueError("can not show fewer than no letters")
    if len(secret) <= 2 * shown:
        return "*" * len(secret)
    stars = "*" * (len(secret) - 2 * shown)
    return secret[:shown] + stars + secret[len(secret) - shown :]


def plural_of(noun: str) -> str:
    """Give the plural of a regular English noun by its ending.

    >>> plural_of("berry")
    'berries'
    >>> plural_of("bus")
    'buses'
    """
    if noun == "":
        raise ValueError("an empty noun has no plural")
    if noun.endswith("y") and len(noun) > 1 and noun[-2] not in VOWELS:
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun + "s"


def syllable_guess(word: str) -> int:
    """Guess the syllables of an English word by its groups of vowels; a silent final e does not count.

    >>> syllable_guess("banana")
    3
    >>> syllable_guess("stone")
    1
    """
    count = 0
    inside = False
    lowered = word.lower()
    for letter in lowered:
        vowel = letter in VOWELS or letter == "y"
        if vowel and not inside:
            count += 1
        inside = vowel
    if count > 1 and lowered.endswith("e"):
        count -= 1
    return count


def first_unclosed(text: str) -> int:
    """Give the index of the bracket where nesting first goes wrong, or -1 where it never does.

    >>> first_unclosed("a(b[c])")
    -1
    >>> first_unclosed("(]")
    1
    """
    waiting = []
    for index, letter in enumerate(text):
        if letter in "([{":
            waiting.append(index)
        elif letter in CLOSERS:
            if len(waiting) == 0 or text[waiting[-1]] != CLOSERS[letter]:
                return index
            waiting.pop()
    if len(waiting) > 0:
        return waiting[0]
    return -1


def title_words(text: str) -> str:
    """Write each word with a capital, except short joining words that are not the first.

    >>> title_words("the house of the seven gables")
    'The House of the Seven Gables'
    """
    joining = {"of", "the", "and", "in", "to", "a"}
    words = []
    for index, word in enumerate(text.lower().split()):
        if index > 0 and word in joining:
            words.append(word)
        else:
            words.append(word[0].upper() + word[1:])
    return " ".join(words)


def center_banner(title: str, width: int, mark: str = "=") -> str:
    """Set a title in the middle of a line of marks; the odd mark goes to the right.

    >>> center_banner("ok", 9)
    '== ok ==='
    """
    if len(mark) != 1:
        raise ValueError("the mark must be one letter")
    middle = " " + title + " "
    missing = width - len(middle)
    if missing <= 0:
        return title
    left = missing // 2
    return mark * left + middle + mark * (missing - left)


def comment_free(lines: list[str], mark: str) -> list[str]:
    """Cut what follows a comment mark from each line and leave out lines that become empty.

    >>> comment_free(["x = 1  # one", "# all", "y"], "#")
    ['x = 1', 'y']
    """
    kept = []
    for line in lines:
        at = line.find(mark)
        if at >= 0:
            line = line[:at]
        line = line.rstrip()
        if line != "":
            kept.append(line)
    return kept


def sentence_lengths(text: str) -> list[int]:
    """Count the words of each sentence; sentences end with '.', '!' or '?'.

    >>> sentence_lengths("Stop! I can not see. Can you?")
    [1, 4, 2]
    """
    lengths = []
    words = 0
    for word in text.split():
        words += 1
        if word[-1] in ".!?":
            lengths.append(words)
            words = 0
    if words > 0:
        lengths.append(words)
    return lengths


def chunks_of(text: str, size: int) -> Iterator[str]:
    """Yield pieces of a text, each of the given size but perhaps the last.

    >>> list(chunks_of("abcdefg", 3))
    ['abc', 'def', 'g']
    """
    if size < 1:
        raise ValueError("size must be positive")
    start = 0
    while start < len(text):
        yield text[start : start + size]
        start += size
