"""The rewriter at the edges: what Lua does silently in another way than Python, it does as Python here."""

import pytest
from rules_edges import EDGES
from test_rules import pool as pool
from test_rules import verdict

from sandboxes import Pool
from toolkit.records import Status, Verdict


@pytest.mark.parametrize("title", EDGES)
def test_lua_does_as_python_does_at_the_edges(title: str, pool: Pool) -> None:
    assert verdict(*EDGES[title], pool) == Verdict(Status.PASSED, "")
