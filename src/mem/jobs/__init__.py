"""What is done because its time has come, and by whom?"""
