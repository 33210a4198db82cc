"""C++: programs run."""
