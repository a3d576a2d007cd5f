"""Auscultation sites."""

from enum import StrEnum


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
