"""Java: programs run."""
