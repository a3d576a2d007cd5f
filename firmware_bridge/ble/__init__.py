"""Bluetooth LE: finding a device, connecting to it, and moving its frames. bleak is imported in `radio` and `why` alone."""
