"""Whose word counts: a site's own keys, and what they signed. What is trusted stands in the settings, never in a file that came along."""
