"""Auscultation sites."""

from enum import StrEnum

from stetho.errors import ConfigError


class Site(StrEnum):
    """Where the chest piece lies: aortic, pulmonary, tricuspid, mitral valve area; Erb's point; anywhere else."""

    AV = "AV"
    PV = "PV"
    TV = "TV"
    MV = "MV"
    ERB = "Erb"
    OTHER = "Phc"


STANDARD_SITES = (Site.AV, Site.PV, Site.TV, Site.MV)
"""The four of a complete examination."""


def site_named(word: str) -> Site:
    """Raises ConfigError for a word that is no site."""
    for site in Site:
        if word.upper() in {site.name, site.upper()}:
            return site
    raise ConfigError(f"There is no site {word!r}; choose one of {', '.join(Site)}.")
