"""What is asked? Questions about the units of a plan, their types and their conditions."""
