"""What knows nothing of the mechanism: errors, time, text, canonical bytes, YAML with lines, the database."""
