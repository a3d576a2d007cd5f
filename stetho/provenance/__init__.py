"""What a result was made of and where, so that it can be made again and held against (docs/adr/0012)."""
