"""What may move, and how: definitions read from data. Knows no table, no HTTP, no feature."""
