import asyncio
import time

from hw_sim.virtual_time import VirtualClock, virtual_loop


def run(main):
    clock = VirtualClock()
    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        return runner.run(main(clock)), clock


def test_an_hour_passes_at_once_and_in_order():
    async def main(clock):
        said = []

        async def say(after_s: float) -> None:
            await asyncio.sleep(after_s)
            said.append((after_s, clock.monotonic_ns() / 1e9))

        await asyncio.gather(*map(say, (3600.0, 0.02, 1.5)))
        return said

    begun = time.monotonic()
    said, clock = run(main)
    assert time.monotonic() - begun < 5
    assert [after for after, _ in said] == [0.02, 1.5, 3600.0]
    assert all(at - after < 1e-3 for after, at in said)
    assert clock.now_utc().hour == 1


def test_a_time_out_is_one_in_virtual_time():
    async def main(clock):
        try:
            async with asyncio.timeout(20.0):
                await asyncio.Event().wait()
        except TimeoutError:
            return clock.monotonic_ns()

    assert 20e9 <= run(main)[0] < 20.01e9


def test_a_thread_is_waited_for_in_real_time():
    async def main(clock):
        await asyncio.to_thread(time.sleep, 0.05)
        return clock.monotonic_ns()

    assert run(main)[0] == 0
