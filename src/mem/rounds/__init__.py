"""Which round, which cycle, which states, which experts, by when?"""
