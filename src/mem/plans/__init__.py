"""What is evaluated? A plan of action: a tree of units whose levels are named in data."""
