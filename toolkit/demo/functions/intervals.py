"""Stretches of a line: pairs of a low end and a high end, the high end outside."""

from collections.abc import Iterator


def overlap_length(a: tuple[int, int], b: tuple[int, int]) -> int:
    """Give how much two stretches have in common.

    >>> overlap_length((0, 5), (3, 9))
    2
    >>> overlap_length((0, 2), (2, 4))
    0
    """
    low = max(a[0], b[0])
    high = min(a[1], b[1])
    if high <= low:
        return 0
    return high - low


def join_stretches(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches that touch or overlap; give the rest in order.

    >>> join_stretches([(6, 8), (0, 3), (2, 5)])
    [(0, 5), (6, 8)]
    """
    joined: list[tuple[int, int]] = []
    for low, high in sorted(stretches):
        if high < low:
            raise ValueError("a stretch ends before it begins")
        if len(joined) > 0 and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def gaps_between(stretches: list[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    """Give the parts of a range that no stretch covers.

    >>> gaps_between([(2, 4), (6, 7)], 0, 10)
    [(0, 2), (4, 6), (7, 10)]
    """
    gaps = []
    reached = low
    for start, end in sorted(stretches):
        if start > reached:
            gaps.append((reached, min(start, high)))
        reached = max(reached, end)
        if reached >= high:
            break
    if reached < high:
        gaps.append((reached, high))
    return gaps


def most_at_once(stretches: list[tuple[int, int]]) -> int:
    """Give the largest number of stretches that share a point.

    >>> most_at_once([(0, 4), (1, 3), (2, 6), (4, 5)])
    3
    """
    events = []
    for low, high in stretches:
        events.append((low, 1))
        events.append((high, -1))
    most = 0
    now = 0
    for _, change in sorted(events):
        now += change
        most = max(most, now)
    return most


def cut_out(stretch: tuple[int, int], hole: tuple[int, int]) -> list[tuple[int, int]]:
    """Take a hole out of a stretch; none, one or two parts are left.

    >>> cut_out((0, 10), (3, 5))
    [(0, 3), (5, 10)]
    >>> cut_out((0, 4), (0, 9))
    []
    """
    low, high = stretch
    parts = []
    if hole[0] >= high or hole[1] <= low:
        return [stretch]
    if hole[0] > low:
        parts.append((low, hole[0]))
    if hole[1] < high:
        parts.append((hole[1], high))
    return parts


def place_of(value: int, edges: list[int]) -> int:
    """Give the number of the bin a value falls into; bins lie between rising edges.

    >>> place_of(7, [0, 5, 10, 20])
    1
    """
    if len(edges) < 2 or value < edges[0] or value >= edges[-1]:
        raise ValueError("the value lies in no bin")
    low = 0
    high = len(edges) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if edges[middle] <= value:
            low = middle
        else:
            high = middle
    return low


def even_cuts(low: int, high: int, parts: int) -> list[tuple[int, int]]:
    """Cut a range into parts whose lengths differ by at most one; longer ones come first.

    >>> even_cuts(0, 10, 3)
    [(0, 4), (4, 7), (7, 10)]
    """
    if parts < 1 or high < low:
        raise ValueError("no such cut")
    size, longer = divmod(high - low, parts)
    cuts = []
    start = low
    for index in range(parts):
        end = start + size + (1 if index < longer else 0)
        cuts.append((start, end))
        start = end
    return cuts


def describe_ranges(numbers: list[int]) -> str:
    """Write numbers as a text of ranges, as printers take them.

    >>> describe_ranges([1, 2, 3, 7, 9, 10])
    '1-3,7,9-10'
    """
    parts = []
    ordered = sorted(set(numbers))
    index = 0
    while index < len(ordered):
        end = index
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end > index:
            parts.append(str(ordered[index]) + "-" + str(ordered[end]))
        else:
            parts.append(str(ordered[index]))
        index = end + 1
    return ",".join(parts)


def read_ranges(text: str) -> list[int]:
    """Read a text of ranges as printers take them into the numbers it names.

    >>> read_ranges("1-3,7")
    [1, 2, 3, 7]
    >>> read_ranges("5-3")
    Traceback (most recent call last):
        ...
    ValueError: a range ends before it begins
    """
    numbers: list[int] = []
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2:
            raise ValueError("more than two ends")
        low = int(ends[0])
        high = int(ends[-1])
        if high < low:
            raise ValueError("a range ends before it begins")
        numbers.extend(range(low, high + 1))
    return numbers


def free_slot(busy: list[tuple[int, int]], length: int, day_end: int) -> int:
    """Give the earliest start of a free slot in a day that begins at zero, or -1.

    >>> free_slot([(0, 3), (4, 8)], 2, 12)
    8
    """
    start = 0
    for low, high in sorted(busy):
        if low - start >= length:
            return start
        if high > start:
            start = high
    if day_end - start >= length:
        return start
    return -1


def stepped(low: float, high: float, step: float) -> Iterator[float]:
    """Yield numbers from low up to but without high; the step may be negative.

    >>> list(stepped(1.0, 2.0, 0.5))
    [1.0, 1.5]
    """
    if step == 0:
        raise ValueError("a step must lead somewhere")
    count = 0
    value = low
    while (step > 0 and value < high) or (step < 0 and value > high):
        yield value
        count += 1
        value = low + count * step
