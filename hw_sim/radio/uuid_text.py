"""How bleak writes a UUID."""

from bleak.uuids import normalize_uuid_str
from bumble.core import UUID


def uuid_text(uuid: UUID) -> str:
    """128 bits with hyphens, in lower case."""
    return normalize_uuid_str(uuid.to_hex_str("-").lower())
