"""Where a simulated device can be reached."""
