"""Mains hum: found by itself, and taken away."""
