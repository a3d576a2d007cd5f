"""Makes stored results again and says of each whether it held: identical, within the contract's rule, or not."""
