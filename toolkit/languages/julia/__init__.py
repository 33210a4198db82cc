"""Julia: programs run."""
