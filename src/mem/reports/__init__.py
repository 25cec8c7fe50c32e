"""What does the report say, on what grounds, and what did the country reply?"""
