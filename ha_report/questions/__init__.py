"""What rules, the story and the report ask of an incident, and how they say what they found."""
