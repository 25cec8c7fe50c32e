"""What should a country do? Recommendations issued with a published report, each on its own road."""
