"""How does everything that was recorded come back after the worst? A folder that says of itself what is in it."""
