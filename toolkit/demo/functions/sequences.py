"""Lists taken apart and put together."""

from collections.abc import Iterator


def run_lengths(values: list[int]) -> list[tuple[int, int]]:
    """Give each run of equal neighbours as its value and its length.

    >>> run_lengths([5, 5, 2, 2, 2, 5])
    [(5, 2), (2, 3), (5, 1)]
    """
    runs: list[tuple[int, int]] = []
    for value in values:
        if len(runs) > 0 and runs[-1][0] == value:
            runs[-1] = (value, runs[-1][1] + 1)
        else:
            runs.append((value, 1))
    return runs


def longest_climb(values: list[int]) -> list[int]:
    """Give the longest stretch of neighbours that only rises; the first of several.

    >>> longest_climb([3, 1, 4, 6, 2, 9])
    [1, 4, 6]
    """
    best_start = 0
    best_length = 0
    start = 0
    for index in range(len(values)):
        if index > 0 and values[index] <= values[index - 1]:
            start = index
        if index - start + 1 > best_length:
            best_start = start
            best_length = index - start + 1
    return values[best_start : best_start + best_length]


def interleave(left: list[int], right: list[int]) -> list[int]:
    """Take values from two lists in turn; the rest of the longer one follows.

    >>> interleave([1, 3, 5, 7], [2, 4])
    [1, 2, 3, 4, 5, 7]
    """
    mixed = []
    for index in range(max(len(left), len(right))):
        if index < len(left):
            mixed.append(left[index])
        if index < len(right):
            mixed.append(right[index])
    return mixed


def balance_point(values: list[int]) -> int:
    """Give the first index whose left and right sums are equal, or -1.

    >>> balance_point([2, 3, 7, 1, 4])
    2
    """
    total = sum(values)
    left = 0
    for index, value in enumerate(values):
        if left == total - left - value:
            return index
        left += value
    return -1


def split_at_value(values: list[int], mark: int) -> list[list[int]]:
    """Cut a list at each mark; empty pieces are kept.

    >>> split_at_value([1, 0, 2, 3, 0], 0)
    [[1], [2, 3], []]
    """
    pieces: list[list[int]] = [[]]
    for value in values:
        if value == mark:
            pieces.append([])
        else:
            pieces[-1].append(value)
    return pieces


def sliding_sums(values: list[int], width: int) -> Iterator[int]:
    """Yield the sum of each window of neighbours.

    >>> list(sliding_sums([1, 2, 3, 4], 2))
    [3, 5, 7]
    """
    if width < 1:
        raise ValueError("a window holds at least one value")
    total = 0
    for index, value in enumerate(values):
        total += value
        if index >= width:
            total -= values[index - width]
        if index >= width - 1:
            yield total


def take_until_total(values: list[int], limit: int) -> list[int]:
    """Take values from the front while their sum stays within a limit.

    >>> take_until_total([4, 3, 5, 1], 8)
    [4, 3]
    """
    taken = []
    total = 0
    for value in values:
        if total + value > limit:
            break
        total += value
        taken.append(value)
    return taken


def fold_corners(values: list[int]) -> list[int]:
    """Add first and last, second and last but one, and so on; a middle value stays.

    >>> fold_corners([1, 2, 3, 4, 5])
    [6, 6, 3]
    """
    folded = []
    left = 0
    right = len(values) - 1
    while left < right:
        folded.append(values[left] + values[right])
        left += 1
        right -= 1
    if left == right:
        folded.append(values[left])
    return folded


def flat_with_depth(tree: list[object], depth: int = 0) -> list[tuple[int, int]]:
    """List the numbers of nested lists, each with how deep it lies.

    >>> flat_with_depth([1, [2, [3]]])
    [(1, 0), (2, 1), (3, 2)]
    """
    found = []
    for each in tree:
        if isinstance(each, list):
            found.extend(flat_with_depth(each, depth + 1))
        elif isinstance(each, int):
            found.append((each, depth))
        else:
            raise TypeError("only numbers and lists")
    return found


def positions_by_value(values: list[str]) -> dict[str, list[int]]:
    """Map each value to the list of places where it stands.

    >>> positions_by_value(["x", "y", "x"])
    {'x': [0, 2], 'y': [1]}
    """
    places: dict[str, list[int]] = {}
    for index, value in enumerate(values):
        if value not in places:
            places[value] = []
        places[value].append(index)
    return places


def peaks_of(heights: list[int]) -> list[int]:
    """Give the indices that are higher than each neighbour they have.

    >>> peaks_of([3, 1, 2, 5, 4, 6])
    [0, 3, 5]
    """
    peaks = []
    for index in range(len(heights)):
        above_left = index == 0 or heights[index] > heights[index - 1]
        above_right = index == len(heights) - 1 or heights[index] > heights[index + 1]
        if above_left and above_right:
            peaks.append(index)
    return peaks
