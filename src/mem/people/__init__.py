"""Who is asking, and may they? Persons, memberships, tokens, and the one permission decision."""
