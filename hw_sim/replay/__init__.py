"""A captured link, played again from the device's side, so that a bug in the field becomes a test."""
