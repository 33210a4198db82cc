"""Sets and dictionaries of names."""

from collections.abc import Iterator


def shared_by_all(groups: list[list[str]]) -> list[str]:
    """List in order the names that are in every group.

    >>> shared_by_all([["a", "b", "c"], ["c", "b"], ["b", "d", "c"]])
    ['b', 'c']
    """
    if len(groups) == 0:
        return []
    shared = set(groups[0])
    for group in groups[1:]:
        shared = shared & set(group)
    return sorted(shared)


def changes_between(old: dict[str, int], new: dict[str, int]) -> list[str]:
    """List what was added (+), removed (-) or changed (~), by name.

    >>> changes_between({"a": 1, "b": 2}, {"b": 3, "c": 4})
    ['-a', '~b', '+c']
    """
    changes = []
    for name in sorted(set(old) | set(new)):
        if name not in new:
            changes.append("-" + name)
        elif name not in old:
            changes.append("+" + name)
        elif old[name] != new[name]:
            changes.append("~" + name)
    return changes


def swapped_round(table: dict[str, str]) -> dict[str, str]:
    """Swap names and values; raise ValueError where two names have one value.

    >>> swapped_round({"one": "uno", "two": "due"})
    {'uno': 'one', 'due': 'two'}
    """
    result = {}
    for name, value in table.items():
        if value in result:
            raise ValueError("two names have the same value")
        result[value] = name
    return result


def likeness(left: set[str], right: set[str]) -> float:
    """Give the share of all names that both sets have; two empty sets are alike.

    >>> likeness({"a", "b"}, {"b", "c", "a", "d"})
    0.5
    """
    every = left | right
    if len(every) == 0:
        return 1.0
    return len(left & right) / len(every)


def stock_after(stock: dict[str, int], orders: list[tuple[str, int]]) -> dict[str, int]:
    """Take orders from a stock; raise KeyError for unknown wares, ValueError for too many.

    >>> stock_after({"nail": 10, "nut": 5}, [("nail", 4), ("nut", 5)])
    {'nail': 6}
    """
    left = dict(stock)
    for name, count in orders:
        if name not in left:
            raise KeyError(name)
        if left[name] < count:
            raise ValueError("not enough in stock")
        left[name] -= count
        if left[name] == 0:
            del left[name]
    return left


def first_letters_index(names: list[str]) -> dict[str, list[str]]:
    """Sort names under their first letter, as an address book does.

    >>> first_letters_index(["bob", "ann", "Ben"])
    {'A': ['ann'], 'B': ['Ben', 'bob']}
    """
    index: dict[str, list[str]] = {}
    for name in sorted(names):
        if name == "":
            continue
        letter = name[0].upper()
        if letter not in index:
            index[letter] = []
        index[letter].append(name)
    ordered = {}
    for letter in sorted(index):
        ordered[letter] = index[letter]
    return ordered


def secret_friends(names: list[str], step: int) -> dict[str, str]:
    """Let each name give a present to the one so many places further; nobody gives to himself.

    >>> secret_friends(["ann", "bob", "cid"], 2)
    {'ann': 'cid', 'bob': 'ann', 'cid': 'bob'}
    """
    if len(set(names)) < len(names):
        raise ValueError("a name stands there twice")
    if len(names) > 0 and step % len(names) == 0:
        raise ValueError("everybody would give to himself")
    friends = {}
    for index, name in enumerate(names):
        friends[name] = names[(index + step) % len(names)]
    return friends


def totals_by_name(entries: list[tuple[str, int]], least: int) -> dict[str, int]:
    """Add up the entries of each name and keep the totals that reach a minimum.

    >>> totals_by_name([("a", 2), ("b", 1), ("a", 5)], 3)
    {'a': 7}
    """
    totals: dict[str, int] = {}
    for name, amount in entries:
        totals[name] = totals.get(name, 0) + amount
    return {name: total for name, total in totals.items() if total >= least}


def only_once(names: list[str]) -> list[str]:
    """List the names that stand in a list exactly once, in their order.

    >>> only_once(["x", "y", "x", "z"])
    ['y', 'z']
    """
    once: set[str] = set()
    more = set()
    for name in names:
        if name in once:
            once.remove(name)
            more.add(name)
        elif name not in more:
            once.add(name)
    return [name for name in names if name in once]


def fresh_name(name: str, taken: set[str]) -> str:
    """Give a name that is not taken, with the smallest number behind it that helps.

    >>> fresh_name("file", {"file", "file2"})
    'file3'
    """
    if name not in taken:
        return name
    number = 2
    while name + str(number) in taken:
        number += 1
    return name + str(number)


def subsets_of(names: list[str]) -> Iterator[list[str]]:
    """Yield every choice of names, from none to all, in the order of counting in base two.

    >>> list(subsets_of(["a", "b"]))
    [[], ['a'], ['b'], ['a', 'b']]
    """
    for number in range(2 ** len(names)):
        chosen = []
        rest = number
        for name in names:
            if rest % 2 == 1:
                chosen.append(name)
            rest //= 2
        yield chosen


def alias_target(aliases: dict[str, str], name: str) -> str:
    """Follow aliases to the name that is none; raise ValueError where they run in a circle.

    >>> alias_target({"ll": "list", "list": "ls"}, "ll")
    'ls'
    >>> alias_target({"a": "b", "b": "a"}, "a")
    Traceback (most recent call last):
        ...
    ValueError: the aliases run in a circle
    """
    seen = set()
    while name in aliases:
        if name in seen:
            raise ValueError("the aliases run in a circle")
        seen.add(name)
        name = aliases[name]
    return name


def vote_winner(ballots: list[list[str]]) -> str:
    """Drop the weakest candidate round by round until one has more than half of the first choices.

    >>> vote_winner([["a", "b"], ["b", "a"], ["c", "b"], ["b", "c"], ["c", "b"]])
    'b'
    """
    standing = sorted({name for ballot in ballots for name in ballot})
    while len(standing) > 1:
        firsts = dict.fromkeys(standing, 0)
        for ballot in ballots:
            choices = [name for name in ballot if name in firsts]
            if len(choices) > 0:
                firsts[choices[0]] += 1
        for name in standing:
            if firsts[name] * 2 > len(ballots):
                return name
        weakest = min(firsts.values())
        losers = [name for name in standing if firsts[name] == weakest]
        standing.remove(losers[0])
    if len(standing) == 0:
        raise ValueError("nobody was voted for")
    return standing[0]
