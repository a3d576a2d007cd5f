"""What the heart does: beats, rate, and whether the signal is good enough to say."""
