"""Streaming signal processing: filters, the one decimator to 2 kHz, the log-mel front end, envelopes."""
