"""What the cluster daemons write, one topic a file, each ending in PATTERNS = (...)."""
