"""PHP: programs run."""
