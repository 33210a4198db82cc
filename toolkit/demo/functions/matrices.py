"""Tables of numbers as lists of rows."""

from collections.abc import Iterator


def table_shape(rows: list[list[int]]) -> tuple[int, int]:
    """Give the number of rows and columns; raise ValueError where rows differ in length.

    >>> table_shape([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    if len(rows) == 0:
        return 0, 0
    width = len(rows[0])
    for row in rows:
        if len(row) != width:
            raise ValueError("the rows differ in length")
    return len(rows), width


def turned(rows: list[list[int]]) -> list[list[int]]:
    """Turn a table a quarter to the right.

    >>> turned([[1, 2], [3, 4]])
    [[3, 1], [4, 2]]
    """
    height, width = table_shape(rows)
    return [[rows[height - 1 - row][column] for row in range(height)] for column in range(width)]


def spiral(rows: list[list[int]]) -> list[int]:
    """Read a table from its outer corner inwards, clockwise.

    >>> spiral([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    [1, 2, 3, 6, 9, 8, 7, 4, 5]
    """
    order = []
    rest = [list(row) for row in rows]
    while len(rest) > 0:
        order.extend(rest[0])
        rest = rest[1:]
        if len(rest) > 0:
            width = len(rest[0])
            rest = [[row[width - 1 - column] for row in rest] for column in range(width)]
    return order


def saddle_points(rows: list[list[int]]) -> list[tuple[int, int]]:
    """Find the places that are largest in their row and smallest in their column.

    >>> saddle_points([[9, 8, 7], [5, 3, 2], [6, 6, 7]])
    [(1, 0)]
    """
    points = []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            column = [other[j] for other in rows]
            if value == max(row) and value == min(column):
                points.append((i, j))
    return points


def is_mirrored(rows: list[list[int]]) -> bool:
    """Say whether a square table equals itself when rows and columns change places.

    >>> is_mirrored([[1, 7], [7, 2]])
    True
    """
    for i in range(len(rows)):
        if len(rows[i]) != len(rows):
            return False
        for j in range(i):
            if rows[i][j] != rows[j][i]:
                return False
    return True


def neighbour_count(grid: list[str], row: int, column: int) -> int:
    """Count the '#' around a place of a grid, corners included.

    >>> neighbour_count(["#.#", "...", ".#."], 1, 1)
    3
    """
    if row < 0 or row >= len(grid):
        raise IndexError("no such row")
    count = 0
    for i in range(max(0, row - 1), min(len(grid), row + 2)):
        for j in range(max(0, column - 1), min(len(grid[i]), column + 2)):
            if (i != row or j != column) and grid[i][j] == "#":
                count += 1
    return count


def islands(grid: list[str]) -> int:
    """Count the groups of '#' that hang together by their sides.

    >>> islands(["##.", "..#", "#.#"])
    3
    """
    seen = set()
    count = 0
    for i in range(len(grid)):
        for j in range(len(grid[i])):
            if grid[i][j] != "#" or (i, j) in seen:
                continue
            count += 1
            waiting = [(i, j)]
            while len(waiting) > 0:
                r, c = waiting.pop()
                if r < 0 or r >= len(grid) or c < 0 or c >= len(grid[r]):
                    continue
                if grid[r][c] == "#" and (r, c) not in seen:
                    seen.add((r, c))
                    waiting.extend([(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)])
    return count


def column_totals(rows: list[list[int]]) -> list[int]:
    """Add up each column; short rows count as zero where they end.

    >>> column_totals([[1, 2], [3], [4, 5, 6]])
    [8, 7, 6]
    """
    totals: list[int] = []
    for row in rows:
        for index, value in enumerate(row):
            if index == len(totals):
                totals.append(0)
            totals[index] += value
    return totals


def diagonals_of(rows: list[list[int]]) -> Iterator[list[int]]:
    """Yield the falling diagonals of a table from its lower left corner upwards.

    >>> list(diagonals_of([[1, 2], [3, 4]]))
    [[3], [1, 4], [2]]
    """
    height, width = table_shape(rows)
    for offset in range(1 - height, width):
        diagonal = []
        for row in range(height):
            column = row + offset
            if 0 <= column < width:
                diagonal.append(rows[row][column])
        yield diagonal


def block_sum(rows: list[list[int]], top: int, left: int, height: int, width: int) -> int:
    """Add the numbers of a block; raise IndexError where it leaves the table.

    >>> block_sum([[1, 2, 3], [4, 5, 6]], 0, 1, 2, 2)
    16
    """
    if top < 0 or left < 0 or top + height > len(rows):
        raise IndexError("the block leaves the table")
    total = 0
    for row in rows[top : top + height]:
        if left + width > len(row):
            raise IndexError("the block leaves the table")
        total += sum(row[left : left + width])
    return total
