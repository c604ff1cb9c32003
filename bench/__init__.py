"""Our figures as ratios to a hand-coded app that does the same job, measured in one run."""
