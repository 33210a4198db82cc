"""Perl: programs run."""
