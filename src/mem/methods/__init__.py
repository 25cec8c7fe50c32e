"""By which method does a round run? Pinned definitions, and where each subject stands on its road."""
