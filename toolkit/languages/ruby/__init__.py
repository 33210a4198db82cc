"""Ruby: programs run."""
