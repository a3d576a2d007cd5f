"""The link and the device on the live screen: in plain words what touches the sound, and the figures for who asks."""

from rich.text import Text

from stetho.cli.live_state import LiveState
from stetho.link_statistics import LinkStatistics

MOST_CONCEALED_UNSAID = 0.01
"""Fewer samples than this share filled in touch no verdict: a window may have more."""


def link_line(state: LiveState, now_ns: int) -> Text:
    """Whether sound comes, and what was lost of it; with the details, how old it is and the exact shares."""
    link, age_s = state.link, state.age_s(now_ns)
    age = "" if age_s is None or state.ended or not state.details else f" · {age_s * 1000:.0f} ms old"
    if link is None:
        return Text("connected" + age)
    if state.lost(now_ns) and not state.ended:
        word = "lost"
    elif state.ended or state.details:
        word = link.state.value
    else:
        word = "connected"
    reason = f" ({link.reason})" if link.reason else ""
    counts = link.statistics
    if state.details:
        shares = f" · samples lost {100 * counts.lost_share:.2f} % · concealed {100 * counts.concealed_share:.2f} %"
        return Text(f"{word}{reason}{age}{shares}")
    losses = _losses(counts)
    return Text.assemble(f"{word}{reason}", (losses, "bold yellow" if losses else ""))


def _losses(counts: LinkStatistics) -> str:
    """What went wrong with the sound on its way; empty where nothing did that matters to who listens."""
    parts = []
    if counts.samples_lost:
        parts.append(f"sound lost {100 * counts.lost_share:.2f} %")
    if counts.concealed_share >= MOST_CONCEALED_UNSAID:
        parts.append(f"filled in {100 * counts.concealed_share:.1f} %")
    if counts.samples_overflowed:
        parts.append("link too slow")
    return "".join(f" · {part}" for part in parts)


def engineer_line(state: LiveState) -> Text:
    """The link's truth in a line for those who build it: what is usual first, what went wrong only where it did."""
    if state.link is None:
        return Text()
    counts, clock = state.link.statistics, state.link.statistics.clock
    parts = [f"resent {counts.samples_resent}"]
    if clock is not None and clock.drift_ppm is not None and clock.drift_uncertainty_ppm is not None:
        parts.append(f"clock {clock.drift_ppm:+.1f} ± {clock.drift_uncertainty_ppm:.1f} ppm")
    waiting = sum(queue.waiting for queue in state.link.queues.values())
    dropped = sum(queue.dropped for queue in state.link.queues.values()) + counts.items_missed
    parts.append(f"{waiting} waiting")
    rare = {
        "dropped": dropped,
        "damaged": counts.frames_damaged,
        "too late": counts.samples_stale,
        "overflowed": counts.samples_overflowed,
        "reconnects": counts.reconnects,
    }
    parts += [f"{words} {count}" for words, count in rare.items() if count]
    return Text(" · ".join(parts), style="dim")


def device_line(state: LiveState) -> Text:
    """Which device it is and whether its battery lasts; with the details, how it codes the sound."""
    device = state.device
    battery = state.link.battery_percent if state.link is not None else device.battery_percent
    parts = [device.product, device.serial_number]
    if battery is not None:
        parts.append(f"battery {battery} %")
    parts.append("not calibrated" if device.calibration_id is None else f"calibration {device.calibration_id}")
    if state.details:
        parts += [f"{device.rate_hz} Hz", device.codec]
    return Text(" · ".join(parts))
