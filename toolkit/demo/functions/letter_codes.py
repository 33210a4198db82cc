"""Small codes: letters to numbers and back."""

from collections.abc import Iterator

MORSE = {"a": ".-", "d": "-..", "e": ".", "i": "..", "n": "-.", "o": "---", "r": ".-.", "s": "...", "t": "-"}
KEYPAD = ["", "", "abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"]
HEX_DIGITS = "0123456789abcdef"


def shift_letters(text: str, places: int) -> str:
    """Move each small letter along the alphabet; other characters stay.

    >>> shift_letters("xyz!", 2)
    'zab!'
    """
    moved = ""
    for letter in text:
        if "a" <= letter <= "z":
            moved += chr((ord(letter) - ord("a") + places) % 26 + ord("a"))
        else:
            moved += letter
    return moved


def morse_code(word: str) -> str:
    """Write a word in Morse code; raise KeyError for a letter that is not in the table.

    >>> morse_code("Rose")
    '.-. --- ... .'
    """
    signs = []
    for letter in word.lower():
        if letter not in MORSE:
            raise KeyError(letter)
        signs.append(MORSE[letter])
    return " ".join(signs)


def keypad_presses(word: str) -> str:
    """Give the presses that spell a word on the keypad of an old telephone.

    >>> keypad_presses("cab")
    '222 2 22'
    """
    presses = []
    for letter in word:
        found = ""
        for digit, letters in enumerate(KEYPAD):
            at = letters.find(letter)
            if at >= 0:
                found = str(digit) * (at + 1)
        if found == "":
            raise ValueError("no key has this letter")
        presses.append(found)
    return " ".join(presses)


def hex_bytes(text: str) -> list[int]:
    """Read pairs of hexadecimal digits as numbers from 0 to 255.

    >>> hex_bytes("00ff10")
    [0, 255, 16]
    """
    if len(text) % 2 == 1:
        raise ValueError("digits come in pairs")
    values = []
    for index in range(0, len(text), 2):
        high = HEX_DIGITS.find(text[index].lower())
        low = HEX_DIGITS.find(text[index + 1].lower())
        if high < 0 or low < 0:
            raise ValueError("not a hexadecimal digit")
        values.append(high * 16 + low)
    return values


def percent_escaped(text: str) -> str:
    """Escape everything but letters, digits and '-._' as a percent sign and two digits.

    >>> percent_escaped("a b/c")
    'a%20b%2fc'
    """
    result = ""
    for letter in text:
        if letter.isalnum() or letter in "-._":
            result += letter
        else:
            code = ord(letter)
            result += "%" + HEX_DIGITS[code // 16] + HEX_DIGITS[code % 16]
    return result


def packed_runs(text: str) -> str:
    """Write runs of three or more letters as a count and the letter; digits can not be packed.

    >>> packed_runs("aaaabbc")
    '4abbc'
    """
    packed = ""
    index = 0
    while index < len(text):
        if text[index].isdigit():
            raise ValueError("a digit would be read as a count")
        end = index
        while end < len(text) and text[end] == text[index]:
            end += 1
        run = end - index
        packed += str(run) + text[index] if run > 2 else text[index] * run
        index = end
    return packed


def unpacked_runs(packed: str) -> str:
    """Undo the packing of runs: a count stands before the letter it repeats.

    >>> unpacked_runs("4abb12c")
    'aaaabbcccccccccccc'
    """
    text = ""
    count = 0
    for letter in packed:
        if letter.isdigit():
            count = count * 10 + int(letter)
        else:
            text += letter * max(count, 1)
            count = 0
    if count > 0:
        raise ValueError("a count without a letter")
    return text


def rail_rows(text: str, rails: int) -> str:
    """Write a text in a zigzag over so many rails and read it rail by rail.

    >>> rail_rows("WEAREFOUND", 3)
    'WENERFUDAO'
    """
    if rails < 2:
        return text
    rows = [""] * rails
    rail = 0
    step = 1
    for letter in text:
        rows[rail] += letter
        if rail + step < 0 or rail + step >= rails:
            step = -step
        rail += step
    return "".join(rows)


def weighted_check(code: str) -> bool:
    """Check a ten-digit book number: the weighted digits add up to a multiple of eleven; X is ten.

    >>> weighted_check("0-306-40615-2")
    True
    >>> weighted_check("080442957X")
    True
    """
    total = 0
    weight = 10
    for letter in code:
        if letter == "-":
            continue
        if letter == "X" and weight == 1:
            total += 10
        elif letter.isdigit() and weight > 0:
            total += weight * int(letter)
        else:
            return False
        weight -= 1
    return weight == 0 and total % 11 == 0


def letter_number(column: str) -> int:
    """Number the columns of a spreadsheet: A is 1, Z is 26, AA is 27.

    >>> letter_number("AB")
    28
    """
    if column == "":
        raise ValueError("a column has a name")
    number = 0
    for letter in column:
        if letter < "A" or letter > "Z":
            raise ValueError("columns are named by capitals")
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Name a column of a spreadsheet by its number.

    >>> column_letters(28)
    'AB'
    """
    if number < 1:
        raise ValueError("columns are numbered from one")
    name = ""
    while number > 0:
        number -= 1
        name = chr(ord("A") + number % 26) + name
        number //= 26
    return name


def differences_code(values: list[int]) -> Iterator[int]:
    """Yield the first value and then the difference of each value to the one before.

    >>> list(differences_code([5, 7, 4]))
    [5, 2, -3]
    """
    before = 0
    for value in values:
        yield value - before
        before = value


def xor_mask(values: list[int], key: list[int]) -> list[int]:
    """Mask bytes with a key that repeats; masking twice gives the bytes again.

    >>> xor_mask([1, 2, 3], [255, 0])
    [254, 2, 252]
    """
    if len(key) == 0:
        raise ValueError("an empty key masks nothing")
    masked = []
    for index, value in enumerate(values):
        if value < 0 or value > 255:
            raise ValueError("not a byte")
        masked.append(value ^ key[index % len(key)])
    return masked
