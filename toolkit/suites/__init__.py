"""Test suites for source functions: what to try, how it is run in a sandbox, which faults it must notice."""
