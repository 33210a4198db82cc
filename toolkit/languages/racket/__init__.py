"""Racket: programs run."""
