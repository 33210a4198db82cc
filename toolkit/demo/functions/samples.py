"""Numbers about numbers: means, spreads and counts."""

from collections.abc import Iterator


def trimmed_mean(values: list[float], cut: int) -> float:
    """Give the mean without so many of the smallest and of the largest values.

    >>> trimmed_mean([1.0, 2.0, 3.0, 100.0], 1)
    2.5
    """
    if cut < 0 or len(values) <= 2 * cut:
        raise ValueError("nothing would be left")
    kept = sorted(values)[cut : len(values) - cut]
    return sum(kept) / len(kept)


def middle_value(values: list[float]) -> float:
    """Give the middle of the sorted values, or the mean of the middle two.

    >>> middle_value([4.0, 1.0, 3.0, 2.0])
    2.5
    """
    if len(values) == 0:
        raise ValueError("no values, no middle")
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def most_common(values: list[str]) -> list[str]:
    """List the values that occur most often, in order.

    >>> most_common(["b", "a", "b", "a", "c"])
    ['a', 'b']
    """
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    most = 0
    for count in counts.values():
        most = max(most, count)
    return sorted([value for value, count in counts.items() if count == most])


def bar_chart(values: list[int], height: int) -> list[str]:
    """Draw bars of '#' from above, the largest as high as the chart.

    >>> bar_chart([1, 2, 4], 2)
    ['  #', ' ##']
    """
    if height < 1 or len(values) == 0 or max(values) < 1:
        raise ValueError("nothing to draw")
    largest = max(values)
    lines = []
    for level in range(height, 0, -1):
        line = ""
        for value in values:
            line += "#" if value * height >= level * largest else " "
        lines.append(line)
    return lines


def spread_squared(values: list[float]) -> float:
    """Give the mean squared distance of values from their mean.

    >>> spread_squared([2.0, 4.0, 6.0, 8.0])
    5.0
    """
    if len(values) == 0:
        raise ValueError("no values, no spread")
    mean = sum(values) / len(values)
    total = 0.0
    for value in values:
        total += (value - mean) * (value - mean)
    return total / len(values)


def running_extremes(values: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the smallest and the largest value so far, after each value.

    >>> list(running_extremes([3, 5, 1]))
    [(3, 3), (3, 5), (1, 5)]
    """
    first = True
    low = 0
    high = 0
    for value in values:
        if first or value < low:
            low = value
        if first or value > high:
            high = value
        first = False
        yield low, high


def bin_counts(values: list[int], width: int) -> dict[int, int]:
    """Count values by bins of a width; a bin is named by its low end.

    >>> bin_counts([1, 4, 5, 12, -1], 5)
    {-5: 1, 0: 2, 5: 1, 10: 1}
    """
    if width < 1:
        raise ValueError("a bin has a width")
    counts: dict[int, int] = {}
    for value in sorted(values):
        low = value // width * width
        counts[low] = counts.get(low, 0) + 1
    return counts


def smoothed(values: list[float], weight: float) -> list[float]:
    """Smooth values: each result takes its weight from the value, the rest from the result before.

    >>> smoothed([4.0, 8.0, 8.0], 0.5)
    [4.0, 6.0, 7.0]
    """
    if weight <= 0 or weight > 1:
        raise ValueError("the weight lies above zero and at most at one")
    results = []
    for index, value in enumerate(values):
        if index == 0:
            results.append(value)
        else:
            results.append(weight * value + (1 - weight) * results[-1])
    return results


def grade_letter(points: int, total: int) -> str:
    """Give a grade from A to F by the share of points in whole percent.

    >>> grade_letter(43, 50)
    'B'
    """
    if total <= 0 or points < 0 or points > total:
        raise ValueError("no such result")
    percent = points * 100 // total
    for letter, least in [("A", 90), ("B", 80), ("C", 70), ("D", 60)]:
        if percent >= least:
            return letter
    return "F"


def pair_counts(words: list[str]) -> dict[str, int]:
    """Count how often each word follows another, as 'first second'.

    >>> pair_counts(["to", "be", "or", "to", "be"])
    {'to be': 2, 'be or': 1, 'or to': 1}
    """
    counts: dict[str, int] = {}
    for index in range(1, len(words)):
        pair = words[index - 1] + " " + words[index]
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def weighted_total(values: list[float], weights: list[float]) -> float:
    """Give the mean of values by weights; raise ValueError where they do not fit.

    >>> weighted_total([1.0, 4.0], [3.0, 1.0])
    1.75
    """
    if len(values) != len(weights):
        raise ValueError("each value needs a weight")
    total = 0.0
    weight = 0.0
    for index in range(len(values)):
        if weights[index] < 0:
            raise ValueError("a weight is negative")
        total += values[index] * weights[index]
        weight += weights[index]
    if weight == 0:
        raise ValueError("nothing has any weight")
    return total / weight


def streak_of(results: str, wanted: str) -> int:
    """Give the longest streak of one letter in a string of results.

    >>> streak_of("WWLWWWL", "W")
    3
    """
    best = 0
    now = 0
    for result in results:
        if result == wanted:
            now += 1
            best = max(best, now)
        else:
            now = 0
    return best
