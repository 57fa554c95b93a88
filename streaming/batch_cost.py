"""What one detection costs a detector that looks at several pictures in one run. Sans-IO.

A run of two pictures may take hardly longer than one of one. So neither its time, nor its time
divided by its pictures, tells what the detector could do: a detector that has little to do runs
with few pictures, and would look slow. One that is busy finds more that wait, and so its runs fill
up by themselves. What counts is the time of a run that is full, which is only seen where there was
need for one: the longer runs that were seen, and this one if its free places had been taken.

Driving contract: ``of_one`` after every run; a new object where the detector is another, or works
at another input size.
"""

from __future__ import annotations

SMOOTHING = 0.2
"""Weight of the newest run in the mean time of runs of its size."""


class BatchCost:
    """Remembers how long runs of each size take."""

    def __init__(self) -> None:
        self._means: dict[int, float] = {}

    def of_one(self, seconds: float, room: int, lanes: int) -> float:
        """Seconds of the detector's time that one more picture takes, at what it can do best.

        Shorter runs than this one do not count: whoever is busy has no choice but long ones.

        Args:
            seconds: that the run took.
            room: pictures that such a run holds; some places may have been empty.
            lanes: sessions with frames. There is never more than one of each in a run.
        """
        mean = self._means.get(room, seconds)
        self._means[room] = mean + SMOOTHING * (seconds - mean)
        larger = {size: mean for size, mean in self._means.items() if size > room}
        # One that was seen long ago, in easier times, takes no less than this one does.
        times = {size: max(mean, seconds) for size, mean in larger.items()} | {room: seconds}
        return min(time / max(1, min(size, lanes)) for size, time in times.items())
