"""R: programs run."""
