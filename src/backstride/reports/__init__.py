"""Reports only tell an assessment; they decide nothing."""
