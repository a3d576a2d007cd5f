"""What can go wrong between a heart and its host: each fault small, seeded, and composable with the others."""

from hw_sim.faults.bit_flips import BitFlips
from hw_sim.faults.clipping import Clipping
from hw_sim.faults.disconnect import Disconnect
from hw_sim.faults.duplication import Duplication
from hw_sim.faults.fault import NEVER_US, Fault, Frame, Handled, Innards, through
from hw_sim.faults.hum import Hum
from hw_sim.faults.jitter import Jitter
from hw_sim.faults.lift_off import LiftOff
from hw_sim.faults.loss import Loss
from hw_sim.faults.low_battery import LowBattery
from hw_sim.faults.move import Move
from hw_sim.faults.reboot import Reboot
from hw_sim.faults.reordering import Reordering
from hw_sim.faults.ring_overflow import RingOverflow
from hw_sim.faults.stall import Stall
from hw_sim.faults.within import Within

__all__ = [
    "NEVER_US",
    "BitFlips",
    "Clipping",
    "Disconnect",
    "Duplication",
    "Fault",
    "Frame",
    "Handled",
    "Hum",
    "Innards",
    "Jitter",
    "LiftOff",
    "Loss",
    "LowBattery",
    "Move",
    "Reboot",
    "Reordering",
    "RingOverflow",
    "Stall",
    "Within",
    "through",
]
