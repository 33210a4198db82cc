"""Bits, flags and fields of numbers."""

from collections.abc import Iterator

PERMISSIONS = [(4, "r"), (2, "w"), (1, "x")]


def bits_set(value: int) -> list[int]:
    """List the places of the ones of a number in base two, lowest first.

    >>> bits_set(22)
    [1, 2, 4]
    """
    if value < 0:
        raise ValueError("only for numbers from zero")
    places = []
    place = 0
    while value > 0:
        if value & 1 == 1:
            places.append(place)
        value >>= 1
        place += 1
    return places


def bit_field(value: int, start: int, width: int) -> int:
    """Read so many bits of a number from a place on.

    >>> bit_field(182, 2, 4)
    13
    """
    if start < 0 or width < 1 or start + width > 32:
        raise ValueError("the field lies outside the number")
    mask = (1 << width) - 1
    return (value >> start) & mask


def with_field(value: int, start: int, width: int, content: int) -> int:
    """Write so many bits of a number from a place on; raise ValueError where they do not fit.

    >>> with_field(0, 4, 4, 9)
    144
    """
    mask = (1 << width) - 1
    if content < 0 or content > mask:
        raise ValueError("the content does not fit")
    return value - (value & (mask << start)) + (content << start)


def gray_code(bits: int) -> Iterator[int]:
    """Yield all numbers of so many bits so that neighbours differ in one bit.

    >>> list(gray_code(2))
    [0, 1, 3, 2]
    """
    if bits < 0:
        raise ValueError("no such number of bits")
    for index in range(1 << bits):
        yield index ^ (index >> 1)


def mode_text(mode: int) -> str:
    """Write the permissions of a file as nine letters.

    >>> mode_text(493)
    'rwxr-xr-x'
    """
    if mode < 0 or mode > 511:
        raise ValueError("nine bits at most")
    text = ""
    for shift in [6, 3, 0]:
        group = (mode >> shift) & 7
        for bit, letter in PERMISSIONS:
            text += letter if group & bit != 0 else "-"
    return text


def reversed_bits(value: int, width: int) -> int:
    """Mirror the lowest bits of a number.

    >>> reversed_bits(6, 4)
    6
    >>> reversed_bits(1, 4)
    8
    """
    if width < 1 or value < 0 or value >= 1 << width:
        raise ValueError("the number does not fit")
    mirrored = 0
    for _ in range(width):
        mirrored = mirrored * 2 + value % 2
        value //= 2
    return mirrored


def parity_ok(words: list[int]) -> list[bool]:
    """Say for each word whether its number of ones is even.

    >>> parity_ok([3, 7, 0])
    [True, False, True]
    """
    verdicts = []
    for word in words:
        ones = 0
        while word > 0:
            word &= word - 1
            ones += 1
        verdicts.append(ones % 2 == 0)
    return verdicts


def address_number(text: str) -> int:
    """Read four numbers with dots as one number of 32 bits.

    >>> address_number("10.0.0.255")
    167772415
    >>> address_number("1.2.3.400")
    Traceback (most recent call last):
        ...
    ValueError: a part lies outside 0 to 255
    """
    parts = text.split(".")
    if len(parts) != 4:
        raise ValueError("an address has four parts")
    number = 0
    for part in parts:
        value = int(part)
        if value < 0 or value > 255:
            raise ValueError("a part lies outside 0 to 255")
        number = (number << 8) | value
    return number


def shift_register(state: int, taps: int, steps: int) -> list[int]:
    """Run a shift register of eight bits and give the bits that drop out.

    >>> shift_register(9, 9, 6)
    [1, 0, 0, 1, 0, 0]
    """
    if state <= 0 or state > 255:
        raise ValueError("the state is a byte and not zero")
    dropped = []
    for _ in range(steps):
        dropped.append(state & 1)
        parity = 0
        fed = state & taps
        while fed > 0:
            parity ^= fed & 1
            fed >>= 1
        state = (state >> 1) | (parity << 7)
    return dropped


def binary_grouped(value: int, size: int) -> str:
    """Write a number in base two with a blank between groups of digits.

    >>> binary_grouped(37, 4)
    '10 0101'
    """
    if value < 0 or size < 1:
        raise ValueError("can not be written")
    text = ""
    count = 0
    while value > 0 or count == 0:
        if count > 0 and count % size == 0:
            text = " " + text
        text = str(value % 2) + text
        value //= 2
        count += 1
    return text
