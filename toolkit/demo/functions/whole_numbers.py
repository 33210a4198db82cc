"""Whole numbers and simple arithmetic."""

from collections.abc import Iterator

TALLY_GROUP = 5
DIGIT_NAMES = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


def tally_marks(count: int) -> str:
    """Draw a count as tally marks: four strokes and a crossing one make a group.

    >>> tally_marks(7)
    '||||/ ||'
    """
    if count < 0:
        raise ValueError("nothing to count")
    groups, rest = divmod(count, TALLY_GROUP)
    parts = ["||||/"] * groups
    if rest > 0:
        parts.append("|" * rest)
    return " ".join(parts)


def balanced_ternary(value: int) -> str:
    """Write a number in base three with the digits minus, zero and plus.

    >>> balanced_ternary(5)
    '+--'
    """
    if value == 0:
        return "0"
    digits = ""
    while value != 0:
        rest = value % 3
        value = value // 3
        if rest == 2:
            rest = -1
            value += 1
        digits = ["0", "+", "-"][rest] + digits
    return digits


def shared_period(periods: list[int]) -> int:
    """Give the first time after the start at which all lamps blink together.

    >>> shared_period([4, 6, 10])
    60
    """
    together = 1
    for period in periods:
        if period < 1:
            raise ValueError("a period lasts at least one step")
        moment = together
        while moment % period != 0:
            moment += together
        together = moment
    return together


def spoken_digits(value: int) -> str:
    """Read a number aloud digit by digit, runs of the same digit as 'double' or 'triple'.

    >>> spoken_digits(4477710)
    'double four triple seven one zero'
    """
    digits = str(abs(value))
    words = ["minus"] if value < 0 else []
    index = 0
    while index < len(digits):
        run = 1
        while run < 3 and index + run < len(digits) and digits[index + run] == digits[index]:
            run += 1
        if run > 1:
            words.append("double" if run == 2 else "triple")
        words.append(DIGIT_NAMES.get(int(digits[index]), "zero"))
        index += run
    return " ".join(words)


def factor_tree(value: int) -> str:
    """Write a number as nested products of two factors that are as near as can be.

    >>> factor_tree(36)
    '((2*3)*(2*3))'
    """
    if value < 1:
        raise ValueError("only for positive numbers")
    best = 1
    candidate = 2
    while candidate * candidate <= value:
        if value % candidate == 0:
            best = candidate
        candidate += 1
    if best == 1:
        return str(value)
    return "(" + factor_tree(best) + "*" + factor_tree(value // best) + ")"


def fare_for(zones: int, age: int, peak: bool) -> int:
    """Give a train fare in cents: by zones, half for children, free for the smallest, dearer at peak.

    >>> fare_for(3, 30, True)
    520
    >>> fare_for(3, 10, False)
    200
    """
    if zones < 1 or age < 0:
        raise ValueError("no such journey")
    if age < 6:
        return 0
    fare = 160 + 120 * (zones - 1)
    if peak:
        fare = fare * 13 // 10
    if age < 16:
        fare //= 2
    return fare


def clamp_to_step(value: int, low: int, high: int, step: int) -> int:
    """Bring a number into a range and down to the nearest step above the low end.

    >>> clamp_to_step(17, 0, 15, 4)
    12
    """
    if step < 1 or low > high:
        raise ValueError("no such range")
    if value < low:
        return low
    if value > high:
        value = high
    return low + (value - low) // step * step


def halving_path(value: int) -> list[int]:
    """Halve even numbers and take one from odd ones until zero; give every number on the way.

    >>> halving_path(11)
    [11, 10, 5, 4, 2, 1, 0]
    """
    if value < 0:
        raise ValueError("the path would never end")
    path = [value]
    while value > 0:
        if value % 2 == 0:
            value //= 2
        else:
            value -= 1
        path.append(value)
    return path


def coin_counts(amount: int, coins: list[int]) -> dict[int, int]:
    """Pay an amount with the largest coins first; raise ValueError where something is left over.

    >>> coin_counts(87, [50, 20, 5, 2, 1])
    {50: 1, 20: 1, 5: 3, 2: 1}
    """
    counts = {}
    for coin in sorted(coins, reverse=True):
        if coin <= 0:
            raise ValueError("a coin must have a value")
        if amount >= coin:
            counts[coin] = amount // coin
            amount = amount % coin
    if amount != 0:
        raise ValueError("the coins do not make up the amount")
    return counts


def odometer(start: list[int], base: int) -> Iterator[list[int]]:
    """Yield the readings of a counter of digits from a start until it would roll over.

    >>> list(odometer([1, 2], 3))
    [[1, 2], [2, 0], [2, 1], [2, 2]]
    """
    digits = list(start)
    while True:
        yield list(digits)
        place = len(digits) - 1
        while place >= 0 and digits[place] == base - 1:
            digits[place] = 0
            place -= 1
        if place < 0:
            return
        digits[place] += 1


def ratio_text(part: int, whole: int) -> str:
    """Write a ratio in lowest terms, as a whole number where it is one.

    >>> ratio_text(6, 8)
    '3/4'
    >>> ratio_text(9, -3)
    '-3'
    """
    if whole == 0:
        raise ZeroDivisionError("a ratio to nothing")
    if whole < 0:
        part = -part
        whole = -whole
    shared = min(abs(part), whole) if part != 0 else whole
    while part % shared != 0 or whole % shared != 0:
        shared -= 1
    part //= shared
    whole //= shared
    if whole == 1:
        return str(part)
    return str(part) + "/" + str(whole)
