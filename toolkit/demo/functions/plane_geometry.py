"""Points, lines and shapes in the plane; whole numbers where that is exact."""

from collections.abc import Iterator


def twice_area(corners: list[tuple[int, int]]) -> int:
    """Give twice the area of a polygon, positive where its corners run counter-clockwise.

    >>> twice_area([(0, 0), (4, 0), (4, 3)])
    12
    """
    if len(corners) < 3:
        raise ValueError("a polygon has three corners or more")
    total = 0
    for index in range(len(corners)):
        x, y = corners[index]
        next_x, next_y = corners[(index + 1) % len(corners)]
        total += x * next_y - next_x * y
    return total


def turn_of(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> str:
    """Say which way a walk from a over b to c turns.

    >>> turn_of((0, 0), (1, 0), (1, 1))
    'left'
    """
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    if cross > 0:
        return "left"
    if cross < 0:
        return "right"
    return "straight"


def hull_of(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the corners of the convex hull, counter-clockwise from the leftmost point.

    >>> hull_of([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)])
    [(0, 0), (2, 0), (2, 2), (0, 2)]
    """
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    halves = []
    for walk in [ordered, ordered[::-1]]:
        chain: list[tuple[int, int]] = []
        for point in walk:
            while len(chain) > 1 and turn_of(chain[-2], chain[-1], point) != "left":
                chain.pop()
            chain.append(point)
        halves.append(chain[:-1])
    return halves[0] + halves[1]


def box_around(points: list[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Give left, bottom, right and top of the smallest upright box around points.

    >>> box_around([(3, 1), (-2, 5), (0, 0)])
    (-2, 0, 3, 5)
    """
    if len(points) == 0:
        raise ValueError("no points, no box")
    left, bottom = points[0]
    right, top = points[0]
    for x, y in points[1:]:
        left = min(left, x)
        right = max(right, x)
        bottom = min(bottom, y)
        top = max(top, y)
    return left, bottom, right, top


def inside_polygon(x: int, y: int, corners: list[tuple[int, int]]) -> bool:
    """Say whether a point lies inside a polygon, by counting the sides that a ray to the right crosses.

    >>> inside_polygon(1, 1, [(0, 0), (3, 0), (3, 3), (0, 3)])
    True
    >>> inside_polygon(4, 1, [(0, 0), (3, 0), (3, 3), (0, 3)])
    False
    """
    inside = False
    for index in range(len(corners)):
        x1, y1 = corners[index]
        x2, y2 = corners[index - 1]
        if (y1 > y) != (y2 > y):
            crossing = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
            if x < crossing:
                inside = not inside
    return inside


def walk_end(steps: str) -> tuple[int, int, str]:
    """Follow a walk of F (forward), L and R (turns) from the origin, facing north.

    >>> walk_end("FFRFFL")
    (2, 2, 'N')
    """
    headings = "NESW"
    moves = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    x = 0
    y = 0
    facing = 0
    for step in steps:
        if step == "F":
            x += moves[facing][0]
            y += moves[facing][1]
        elif step == "L":
            facing = (facing - 1) % 4
        elif step == "R":
            facing = (facing + 1) % 4
        else:
            raise ValueError("steps are F, L and R")
    return x, y, headings[facing]


def grid_line(x1: int, y1: int, x2: int, y2: int) -> Iterator[tuple[int, int]]:
    """Yield the points of a line on a grid, by Bresenham's method.

    >>> list(grid_line(0, 0, 3, 1))
    [(0, 0), (1, 0), (2, 1), (3, 1)]
    """
    wide = abs(x2 - x1)
    high = -abs(y2 - y1)
    step_x = 1 if x1 < x2 else -1
    step_y = 1 if y1 < y2 else -1
    error = wide + high
    while True:
        yield (x1, y1)
        if x1 == x2 and y1 == y2:
            return
        doubled = 2 * error
        if doubled >= high:
            error += high
            x1 += step_x
        if doubled <= wide:
            error += wide
            y1 += step_y


def triangle_kind(a: int, b: int, c: int) -> str:
    """Name a triangle by its widest angle; raise ValueError where the sides do not close.

    >>> triangle_kind(5, 3, 4)
    'right'
    >>> triangle_kind(2, 2, 3)
    'obtuse'
    """
    short, middle, long = sorted([a, b, c])
    if short <= 0 or short + middle <= long:
        raise ValueError("no such triangle")
    difference = short * short + middle * middle - long * long
    if difference == 0:
        return "right"
    return "acute" if difference > 0 else "obtuse"


def border_points(left: int, bottom: int, right: int, top: int) -> int:
    """Count the grid points on the border of an upright box.

    >>> border_points(0, 0, 2, 3)
    10
    """
    if right < left or top < bottom:
        raise ValueError("the box is inside out")
    wide = right - left
    high = top - bottom
    if wide == 0 or high == 0:
        return wide + high + 1
    return 2 * (wide + high)


def nearest_point(points: list[tuple[int, int]], x: int, y: int) -> int:
    """Give the index of the nearest point; the earlier one where two are as near.

    >>> nearest_point([(0, 0), (5, 5), (2, 1)], 3, 3)
    2
    """
    best = -1
    best_distance = 0
    for index, point in enumerate(points):
        distance = (point[0] - x) ** 2 + (point[1] - y) ** 2
        if best < 0 or distance < best_distance:
            best = index
            best_distance = distance
    if best < 0:
        raise ValueError("no points to choose from")
    return best


def path_corners(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out the points of a path that lie straight between their neighbours.

    >>> path_corners([(0, 0), (1, 1), (2, 2), (3, 2)])
    [(0, 0), (2, 2), (3, 2)]
    """
    if len(points) < 3:
        return list(points)
    kept = [points[0]]
    for index in range(1, len(points) - 1):
        if turn_of(kept[-1], points[index], points[index + 1]) != "straight":
            kept.append(points[index])
    kept.append(points[-1])
    return kept
