"""Makes plain data of an incident, then HTML, Markdown, JSON, CSV and text of that."""
