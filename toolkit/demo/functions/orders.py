"""Sorting by hand, and questions about order."""

from collections.abc import Iterator


def insertion_trace(values: list[int]) -> list[list[int]]:
    """Sort by insertion and give the list after each step.

    >>> insertion_trace([3, 1, 2])
    [[1, 3, 2], [1, 2, 3]]
    """
    work = list(values)
    trace = []
    for index in range(1, len(work)):
        place = index
        while place > 0 and work[place - 1] > work[place]:
            work[place - 1], work[place] = work[place], work[place - 1]
            place -= 1
        trace.append(list(work))
    return trace


def merged(left: list[int], right: list[int]) -> list[int]:
    """Merge two sorted lists; raise ValueError where one is not sorted.

    >>> merged([1, 4, 6], [2, 3, 9])
    [1, 2, 3, 4, 6, 9]
    """
    for part in [left, right]:
        for index in range(1, len(part)):
            if part[index - 1] > part[index]:
                raise ValueError("a list is not sorted")
    result = []
    i = 0
    j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            result.append(left[i])
            i += 1
        else:
            result.append(right[j])
            j += 1
    return result + left[i:] + right[j:]


def counted_sort(values: list[int], limit: int) -> list[int]:
    """Sort numbers from zero up to a limit by counting them.

    >>> counted_sort([3, 0, 3, 1], 4)
    [0, 1, 3, 3]
    """
    counts = [0] * limit
    for value in values:
        if value < 0 or value >= limit:
            raise IndexError("a value is out of range")
        counts[value] += 1
    result = []
    for value, count in enumerate(counts):
        result.extend([value] * count)
    return result


def swaps_needed(order: list[int]) -> int:
    """Count the fewest swaps that put the numbers from 0 up in order, by following cycles.

    >>> swaps_needed([2, 0, 1, 3])
    2
    """
    if sorted(order) != list(range(len(order))):
        raise ValueError("each number from zero must stand there once")
    seen = [False] * len(order)
    swaps = 0
    for start in range(len(order)):
        place = start
        length = 0
        while not seen[place]:
            seen[place] = True
            place = order[place]
            length += 1
        if length > 1:
            swaps += length - 1
    return swaps


def out_of_order_pairs(values: list[int]) -> int:
    """Count the pairs in which the earlier value is the larger one.

    >>> out_of_order_pairs([2, 4, 1, 3])
    3
    """
    count = 0
    for later in range(1, len(values)):
        for earlier in range(later):
            if values[earlier] > values[later]:
                count += 1
    return count


def insert_place(values: list[int], value: int) -> int:
    """Give the place after all equal values at which a value keeps a sorted list sorted.

    >>> insert_place([1, 3, 3, 5], 3)
    3
    """
    low = 0
    high = len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] > value:
            high = middle
        else:
            low = middle + 1
    return low


def podium(scores: dict[str, int]) -> list[tuple[int, str]]:
    """Rank names by score; equal scores share a rank and the next rank is left out.

    >>> podium({"ann": 7, "bob": 9, "cid": 7, "dan": 5})
    [(1, 'bob'), (2, 'ann'), (2, 'cid'), (4, 'dan')]
    """
    ordered = sorted([(-score, name) for name, score in scores.items()])
    ranks = []
    rank = 0
    for index, pair in enumerate(ordered):
        if index == 0 or pair[0] != ordered[index - 1][0]:
            rank = index + 1
        ranks.append((rank, pair[1]))
    return ranks


def next_arrangement(values: list[int]) -> list[int]:
    """Give the next larger arrangement of numbers, the smallest after the largest.

    >>> next_arrangement([1, 3, 2])
    [2, 1, 3]
    """
    work = list(values)
    pivot = len(work) - 2
    while pivot >= 0 and work[pivot] >= work[pivot + 1]:
        pivot -= 1
    if pivot < 0:
        return work[::-1]
    other = len(work) - 1
    while work[other] <= work[pivot]:
        other -= 1
    work[pivot], work[other] = work[other], work[pivot]
    return work[: pivot + 1] + work[pivot + 1 :][::-1]


def group_extremes(pairs: list[tuple[str, int]]) -> dict[str, tuple[int, int]]:
    """Give the smallest and the largest number of each name.

    >>> group_extremes([("a", 3), ("b", 1), ("a", -2)])
    {'a': (-2, 3), 'b': (1, 1)}
    """
    extremes: dict[str, tuple[int, int]] = {}
    for name, value in pairs:
        if name in extremes:
            low, high = extremes[name]
            extremes[name] = (min(low, value), max(high, value))
        else:
            extremes[name] = (value, value)
    return extremes


def order_kind(values: list[int]) -> str:
    """Say how a list is ordered: rising, falling, level, or mixed.

    >>> order_kind([1, 2, 2, 5])
    'rising'
    """
    ups = 0
    downs = 0
    for index in range(1, len(values)):
        if values[index] > values[index - 1]:
            ups += 1
        elif values[index] < values[index - 1]:
            downs += 1
    if ups > 0 and downs > 0:
        return "mixed"
    if ups > 0:
        return "rising"
    return "falling" if downs > 0 else "level"


def bubble_passes(values: list[int]) -> Iterator[int]:
    """Yield how many neighbours were swapped in each pass of a bubble sort, up to the pass without any.

    >>> list(bubble_passes([3, 2, 1]))
    [2, 1, 0]
    """
    work = list(values)
    swapped = -1
    while swapped != 0:
        swapped = 0
        for index in range(1, len(work)):
            if work[index - 1] > work[index]:
                work[index - 1], work[index] = work[index], work[index - 1]
                swapped += 1
        yield swapped


def outranked(limits: list[int], value: int) -> list[int]:
    """List the limits that a value passes, nearest first.

    >>> outranked([10, 50, 20], 30)
    [20, 10]
    """
    passed = []
    for limit in sorted(limits, reverse=True):
        if limit < value:
            passed.append(limit)
    return passed
