"""Logs heart sounds, and counts what is missing."""
