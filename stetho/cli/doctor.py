"""What works on this machine, and what to do about the rest.

For now: see below.
"""


def doctor() -> None:
    raise ValueError("x")
