"""One Driver a file."""
