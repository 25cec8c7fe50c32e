"""Which acts wait for a second person?"""
