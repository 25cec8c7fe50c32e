"""What does a country say? Answers, in versions that never change."""
