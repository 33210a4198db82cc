"""`python -m toolkit` is `langlift`."""

from toolkit.cli import script

if __name__ == "__main__":
    script()
