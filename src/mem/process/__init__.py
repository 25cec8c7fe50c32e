"""Where definitions meet data: facts are gathered, guards decide, one door moves, effects follow."""
