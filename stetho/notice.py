"""The sentences that no result, screen or export may be without. Light to import: `--help` shows one of them."""

INVESTIGATIONAL = (
    "Investigational software. Not cleared or approved. Not for diagnosis; the clinician's examination decides."
)
NOT_RULED_OUT = "This does not rule out heart disease."


def notice_for(label: str) -> str:
    """What has to stand beside a murmur's label: present, absent or unknown."""
    return f"{NOT_RULED_OUT} {INVESTIGATIONAL}" if label == "absent" else INVESTIGATIONAL
