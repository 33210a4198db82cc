"""Python: the source language, and one whose programs run."""
