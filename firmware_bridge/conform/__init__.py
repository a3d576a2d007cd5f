"""The protocol's conformance suite: each rule of docs/protocol.md that a device can be held to from outside."""
