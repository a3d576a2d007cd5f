"""One file a chapter of docs/protocol.md; each has CHECKS, in the order of the rules."""
