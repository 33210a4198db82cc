"""langlift: proven training data for low-resource programming languages."""

__version__ = "0.1.0"
