"""What do experts of other states find? Findings each on their own, then conclusions together."""
