"""What disturbs, and what to do about it, in one sentence each: short enough for a line of a screen."""

from collections.abc import Mapping
from types import MappingProxyType

from stetho.heart.assessment import Reason

ADVICE: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NO_CONTACT: "No contact: lay the chest piece flat on the skin.",
        Reason.POOR_CONTACT: "Poor contact: press the chest piece on evenly.",
        Reason.RUBBING: "The chest piece rubs: hold it still, take hair and cloth away.",
        Reason.SPEECH: "Voices are heard: ask for silence, calm the child.",
        Reason.AMBIENT_NOISE: "Noise, or no heart beat: find a quieter room or another spot.",
        Reason.CLIPPING: "Too loud, the sound is cut off: turn the gain down.",
        Reason.MAINS_HUM: "Mains hum: unplug chargers, move away from the wall.",
        Reason.TOO_NOISY: "No heart stands out yet: hold still and wait.",
        Reason.TOO_QUIET: "Hardly any sound at all: check the device.",
        Reason.LINK_LOSS: "Sound is lost on its way: bring the device nearer.",
    }
)
