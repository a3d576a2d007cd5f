"""The parts of `assemble`: ranges, indices, the live and the archive output, concealment, resend requests."""
