"""The device's half in C (firmware_bridge/device), compiled on first use and run as a simulated device's firmware."""
