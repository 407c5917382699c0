"""What agents say when they fail, one agent a file, each ending in SYMPTOMS = (...)."""
