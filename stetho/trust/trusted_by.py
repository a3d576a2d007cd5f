"""On whose word a model is used."""

from enum import StrEnum


class TrustedBy(StrEnum):
    """Ours, whose hashes are pinned in the code; the site's, who signed for it; or nobody's."""

    STETHO = "pinned"
    SITE = "site"
    NOBODY = "nobody"

    @property
    def codes(self) -> tuple[str, ...]:
        """What every result of such a model carries (`applicability`)."""
        match self:
            case TrustedBy.STETHO:
                return ()
            case TrustedBy.SITE:
                return ("model_site_approved",)
            case TrustedBy.NOBODY:
                return ("model_not_trusted",)
