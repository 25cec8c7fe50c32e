"""What time is it, where time is played?"""
