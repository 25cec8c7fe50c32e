"""What supports a claim? Links and small files, kept by their hash, tied to units of the plan."""
