"""The messages of version 1, one noun a file. Types below 0x80 go from host to device, the others back."""
