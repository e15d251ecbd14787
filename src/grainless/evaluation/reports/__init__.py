"""Scores as tables and pages: Markdown, and one HTML page that stands alone."""
