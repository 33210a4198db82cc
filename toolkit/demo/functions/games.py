"""Rules of games and puzzles."""

from collections.abc import Iterator

CARD_VALUES = {"J": 11, "Q": 12, "K": 13, "A": 14}
LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


def bowling_total(rolls: list[int]) -> int:
    """Score a finished game of ten frames of bowling.

    >>> bowling_total([10] * 12)
    300
    >>> bowling_total([3, 4] * 10)
    70
    """
    total = 0
    index = 0
    for _ in range(10):
        if index >= len(rolls):
            raise IndexError("the game is not finished")
        if rolls[index] == 10:
            total += 10 + rolls[index + 1] + rolls[index + 2]
            index += 1
        elif rolls[index] + rolls[index + 1] == 10:
            total += 10 + rolls[index + 2]
            index += 2
        else:
            total += rolls[index] + rolls[index + 1]
            index += 2
    return total


def noughts_winner(board: str) -> str:
    """Say who has three in a row on a board of nine letters, or '-'.

    >>> noughts_winner("XXXOO----")
    'X'
    """
    if len(board) != 9:
        raise ValueError("the board has nine places")
    for a, b, c in LINES:
        if board[a] != "-" and board[a] == board[b] and board[b] == board[c]:
            return board[a]
    return "-"


def tennis_call(server: int, receiver: int) -> str:
    """Call the score of a game of tennis from the points of both.

    >>> tennis_call(2, 1)
    'thirty-fifteen'
    >>> tennis_call(5, 4)
    'advantage server'
    """
    if server < 0 or receiver < 0:
        raise ValueError("points are not negative")
    names = ["love", "fifteen", "thirty", "forty"]
    if server < 4 and receiver < 4 and server + receiver < 6:
        return names[server] + "-" + (names[receiver] if server != receiver else "all")
    if server == receiver:
        return "deuce"
    leader = "server" if server > receiver else "receiver"
    return ("game " if abs(server - receiver) > 1 else "advantage ") + leader


def life_step(cells: list[str]) -> list[str]:
    """Give the next generation of Conway's cells; '#' lives and the world ends at its edges.

    >>> life_step([".#.", ".#.", ".#."])
    ['...', '###', '...']
    """
    after = []
    for i in range(len(cells)):
        line = ""
        for j in range(len(cells[i])):
            count = 0
            for k in range(max(0, i - 1), min(len(cells), i + 2)):
                for m in range(max(0, j - 1), min(len(cells[i]), j + 2)):
                    if (k != i or m != j) and cells[k][m] == "#":
                        count += 1
            alive = count == 3 or (count == 2 and cells[i][j] == "#")
            line += "#" if alive else "."
        after.append(line)
    return after


def knight_moves(square: str) -> list[str]:
    """List the squares that a knight reaches from a square of the chess board.

    >>> knight_moves("a1")
    ['b3', 'c2']
    """
    if len(square) != 2:
        raise ValueError("a square is a letter and a digit")
    column = "abcdefgh".find(square[0])
    row = "12345678".find(square[1])
    if column < 0 or row < 0:
        raise ValueError("the square is not on the board")
    squares = []
    for across in [-2, -1, 1, 2]:
        for along in [abs(across) - 3, 3 - abs(across)]:
            x = column + across
            y = row + along
            if 0 <= x < 8 and 0 <= y < 8:
                squares.append("abcdefgh"[x] + str(y + 1))
    return squares


def hand_kind(cards: list[str]) -> str:
    """Name a hand of cards by how many are of one value: pair, two pairs, three, full house, four or high.

    >>> hand_kind(["K", "2", "K", "2", "K"])
    'full house'
    """
    counts: dict[str, int] = {}
    for card in cards:
        counts[card] = counts.get(card, 0) + 1
    sizes = sorted(counts.values(), reverse=True)
    if len(sizes) == 0:
        raise ValueError("the hand is empty")
    if sizes[0] >= 4:
        return "four"
    if sizes[0] == 3:
        return "full house" if len(sizes) > 1 and sizes[1] == 2 else "three"
    if sizes[0] == 2:
        return "two pairs" if len(sizes) > 1 and sizes[1] == 2 else "pair"
    return "high"


def straight_top(cards: list[str]) -> int:
    """Give the top value of five cards in a row, or 0; the ace is the highest.

    >>> straight_top(["9", "J", "10", "Q", "8"])
    12
    """
    values = []
    for card in cards:
        if card in CARD_VALUES:
            values.append(CARD_VALUES[card])
        else:
            values.append(int(card))
    values = sorted(values)
    if len(values) != 5:
        raise ValueError("a straight has five cards")
    for index in range(1, 5):
        if values[index] != values[index - 1] + 1:
            return 0
    return values[4]


def guess_marks(secret: str, guess: str) -> tuple[int, int]:
    """Count the letters of a guess in the right place, and those in a wrong one.

    >>> guess_marks("RGBY", "RBGG")
    (1, 2)
    """
    if len(secret) != len(guess):
        raise ValueError("secret and guess differ in length")
    right = 0
    shared = 0
    for index in range(len(secret)):
        if secret[index] == guess[index]:
            right += 1
    for letter in sorted(set(guess)):
        shared += min(secret.count(letter), guess.count(letter))
    return right, shared - right


def tower_moves(discs: int, source: str, target: str, spare: str) -> list[str]:
    """List the moves that bring a tower of discs from one peg to another.

    >>> tower_moves(2, "a", "c", "b")
    ['a>b', 'a>c', 'b>c']
    """
    if discs < 0:
        raise ValueError("no such tower")
    if discs == 0:
        return []
    before = tower_moves(discs - 1, source, spare, target)
    after = tower_moves(discs - 1, spare, target, source)
    before.append(source + ">" + target)
    return before + after


def safe_queens(columns: list[int]) -> bool:
    """Say whether queens, one a row in the given columns, leave each other alone.

    >>> safe_queens([1, 3, 0, 2])
    True
    """
    for row in range(len(columns)):
        for other in range(row):
            across = abs(columns[row] - columns[other])
            if across == 0 or across == row - other:
                return False
    return True


def dice_ways(dice: int, total: int) -> int:
    """Count the ways in which so many dice show a total.

    >>> dice_ways(2, 7)
    6
    """
    if dice < 1:
        raise ValueError("at least one dice is thrown")
    ways = {0: 1}
    for _ in range(dice):
        after: dict[int, int] = {}
        for reached, count in ways.items():
            for face in range(1, 7):
                after[reached + face] = after.get(reached + face, 0) + count
        ways = after
    return ways.get(total, 0)


def counting_out(names: list[str], step: int) -> Iterator[str]:
    """Yield the names in the order in which a counting rhyme sends them out of a circle.

    >>> list(counting_out(["a", "b", "c", "d"], 3))
    ['c', 'b', 'd', 'a']
    """
    if step < 1:
        raise ValueError("the rhyme has at least one word")
    circle = list(names)
    place = 0
    while len(circle) > 0:
        place = (place + step - 1) % len(circle)
        yield circle.pop(place)


def domino_chain(tiles: list[tuple[int, int]]) -> bool:
    """Say whether tiles in the given order can be laid as a chain, each turned as needed.

    >>> domino_chain([(1, 2), (3, 2), (3, 5)])
    True
    """
    if len(tiles) == 0:
        return True
    ends = {tiles[0][0], tiles[0][1]}
    for left, right in tiles[1:]:
        after = set()
        if left in ends:
            after.add(right)
        if right in ends:
            after.add(left)
        if len(after) == 0:
            return False
        ends = after
    return True
