"""What can be concluded from an incident, one topic a file, each ending in RULES = (...)."""
