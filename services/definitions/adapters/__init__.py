"""Where definitions come from and where they are kept: folders and PostgreSQL."""
