"""What was done, by whom, when: one hash chain per country evaluation, per round, and one for administration."""
