"""Graphs as dictionaries: a name and the names it leads to."""

from collections.abc import Iterator


def reachable(links: dict[str, list[str]], start: str) -> list[str]:
    """List in order of names what can be reached from a start, the start included.

    >>> reachable({"a": ["b"], "b": ["c"], "d": ["a"]}, "a")
    ['a', 'b', 'c']
    """
    seen = {start}
    waiting = [start]
    while len(waiting) > 0:
        here = waiting.pop()
        for there in links.get(here, []):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return sorted(seen)


def hop_counts(links: dict[str, list[str]], start: str) -> dict[str, int]:
    """Give for each name that can be reached the fewest links on the way.

    >>> hop_counts({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, "a")
    {'a': 0, 'b': 1, 'c': 1, 'd': 2}
    """
    hops = {start: 0}
    ring = [start]
    while len(ring) > 0:
        outer = []
        for here in ring:
            for there in links.get(here, []):
                if there not in hops:
                    hops[there] = hops[here] + 1
                    outer.append(there)
        ring = outer
    return hops


def build_order(needs: dict[str, list[str]]) -> list[str]:
    """Order tasks so that each follows what it needs, by name where there is a choice.

    >>> build_order({"app": ["lib", "log"], "lib": ["log"], "log": []})
    ['log', 'lib', 'app']
    """
    done = []
    open_tasks = sorted(needs)
    while len(open_tasks) > 0:
        ready = ""
        for task in open_tasks:
            if all(need in done for need in needs[task]):
                ready = task
                break
        if ready == "":
            raise ValueError("the tasks need each other")
        done.append(ready)
        open_tasks.remove(ready)
    return done


def links_back(links: dict[str, list[str]]) -> dict[str, list[str]]:
    """Turn every link round; names stay even where nothing leads from them.

    >>> links_back({"a": ["b", "c"], "b": ["c"]})
    {'a': [], 'b': ['a'], 'c': ['a', 'b']}
    """
    back: dict[str, list[str]] = {}
    for here in sorted(links):
        if here not in back:
            back[here] = []
        for there in links[here]:
            if there not in back:
                back[there] = []
            back[there].append(here)
    return back


def has_loop(follows: dict[int, int], start: int) -> int:
    """Follow one link after another and give the length of the loop that is met, or 0 at an end.

    >>> has_loop({1: 2, 2: 3, 3: 4, 4: 2}, 1)
    3
    """
    visited: dict[int, int] = {}
    here = start
    steps = 0
    while here in follows:
        if here in visited:
            return steps - visited[here]
        visited[here] = steps
        here = follows[here]
        steps += 1
    return 0


def cheapest_way(roads: dict[str, dict[str, int]], start: str, goal: str) -> int:
    """Give the least cost of a way through one-way roads, or -1 where there is none.

    >>> cheapest_way({"a": {"b": 4, "c": 1}, "c": {"b": 2}}, "a", "b")
    3
    """
    known = {start: 0}
    settled = set()
    while True:
        here = ""
        for place in sorted(known):
            if place not in settled and (here == "" or known[place] < known[here]):
                here = place
        if here == "":
            return -1
        if here == goal:
            return known[here]
        settled.add(here)
        for there, cost in roads.get(here, {}).items():
            total = known[here] + cost
            if there not in known or total < known[there]:
                known[there] = total


def group_numbers(pairs: list[tuple[int, int]], size: int) -> list[int]:
    """Join numbers by pairs and give for each the smallest number of its group.

    >>> group_numbers([(0, 1), (3, 4), (1, 2)], 5)
    [0, 0, 0, 3, 3]
    """
    group = list(range(size))
    for a, b in pairs:
        if a < 0 or b < 0 or a >= size or b >= size:
            raise IndexError("no such number")
        low = min(group[a], group[b])
        high = max(group[a], group[b])
        for index in range(size):
            if group[index] == high:
                group[index] = low
    return group


def tree_depth(parents: dict[str, str], name: str) -> int:
    """Count the steps from a name up to the root; raise KeyError for a name that is not in the tree.

    >>> tree_depth({"leaf": "twig", "twig": "trunk", "trunk": ""}, "leaf")
    2
    """
    if name not in parents:
        raise KeyError(name)
    depth = 0
    while parents[name] != "":
        name = parents[name]
        depth += 1
        if depth > len(parents):
            raise ValueError("the tree bites its own tail")
    return depth


def tree_lines(children: dict[str, list[str]], name: str, depth: int = 0) -> Iterator[str]:
    """Yield the lines of an indented listing of a tree.

    >>> list(tree_lines({"a": ["b", "d"], "b": ["c"]}, "a"))
    ['a', '  b', '    c', '  d']
    """
    waiting = [(name, depth)]
    while len(waiting) > 0:
        here, level = waiting.pop()
        yield "  " * level + here
        for child in reversed(children.get(here, [])):
            waiting.append((child, level + 1))


def two_camps(conflicts: dict[int, list[int]]) -> bool:
    """Say whether all can be parted into two camps without a conflict inside one.

    >>> two_camps({1: [2], 2: [1, 3], 3: [2]})
    True
    >>> two_camps({1: [2, 3], 2: [1, 3], 3: [1, 2]})
    False
    """
    camp = {}
    for first in sorted(conflicts):
        if first in camp:
            continue
        camp[first] = 0
        waiting = [first]
        while len(waiting) > 0:
            here = waiting.pop()
            for there in conflicts.get(here, []):
                if there not in camp:
                    camp[there] = 1 - camp[here]
                    waiting.append(there)
                elif camp[there] == camp[here]:
                    return False
    return True


def mutual_links(links: dict[str, list[str]]) -> list[tuple[str, str]]:
    """List the pairs of names that lead to each other.

    >>> mutual_links({"a": ["b", "c"], "b": ["a"], "c": []})
    [('a', 'b')]
    """
    pairs = []
    for here in sorted(links):
        for there in sorted(set(links[here])):
            if here < there and here in links.get(there, []):
                pairs.append((here, there))
    return pairs


def busiest_name(links: dict[str, list[str]]) -> str:
    """Give the name that most links lead to; the first by name where several do.

    >>> busiest_name({"a": ["c"], "b": ["c", "a"]})
    'c'
    """
    counts: dict[str, int] = {}
    for targets in links.values():
        for target in targets:
            counts[target] = counts.get(target, 0) + 1
    best = ""
    for name in sorted(counts):
        if best == "" or counts[name] > counts[best]:
            best = name
    if best == "":
        raise ValueError("nothing is linked")
    return best
