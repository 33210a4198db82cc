"""What the rewriter raises where it can not express a piece of Python."""


class Declined(Exception):
    """The reason, in words a person can count: the construct first, the name after a colon."""
