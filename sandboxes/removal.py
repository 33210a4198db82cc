"""Removes what a program left behind, however it left it."""

import itertools
import os


def remove(folder: str) -> None:
    """Also where the program took away its own rights. What can not be removed is an OSError.

    A tree is taken apart from the top, its folders moved up one by one: however deep a program dug,
    no path grows long and nothing recurses.
    """
    numbers = itertools.count()
    waiting = os.listdir(folder)
    while waiting:
        path = os.path.join(folder, waiting.pop())
        if not _is_folder(path):
            os.unlink(path)
            continue
        os.chmod(path, 0o700)
        for name in os.listdir(path):
            child = os.path.join(path, name)
            if not _is_folder(child):
                os.unlink(child)
                continue
            os.chmod(child, 0o700)  # a folder that is moved has its ".." written
            free = next(up for up in map(str, numbers) if not os.path.lexists(os.path.join(folder, up)))
            os.rename(child, os.path.join(folder, free))
            waiting.append(free)
        os.rmdir(path)
    os.rmdir(folder)


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)
