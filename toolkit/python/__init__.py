"""Python source read as text and syntax, never run: names, slices of a module, side effects, types."""
