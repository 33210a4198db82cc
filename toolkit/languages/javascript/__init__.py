"""JavaScript: programs run by Node."""
