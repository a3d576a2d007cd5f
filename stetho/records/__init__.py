"""Recordings that are kept."""
