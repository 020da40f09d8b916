"""The pace of the day: paused, step by step, or so many times as fast as life; buttons of the page set it."""

from math import isfinite
from threading import Event, Lock

_SLICE = 0.2
MOST_SPEED = 10_000.0


class Playback:
    """The pace at which `make run` plays. The page's threads press; the thread that plays asks, and waits."""

    def __init__(self, speed: float) -> None:
        self._turn = Lock()
        self._speed = speed
        self._paused = self._stepping = False
        self._presses = 0

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def stands(self) -> bool:
        """True while the day is paused and no step is on its way."""
        return self._paused and not self._stepping

    def press(self, button: str, speed: str = "") -> bool:
        """Presses pause, play, step or speed. False where there is no such button or speed."""
        wanted = _number(speed)
        if button not in ("pause", "play", "step", "speed") or (button == "speed" and wanted is None):
            return False
        with self._turn:
            self._speed = wanted if button == "speed" and wanted else self._speed
            self._paused = button != "play" if button != "speed" else self._paused
            self._stepping = button == "step" or (button == "speed" and self._stepping)
            self._presses += 1
        return True

    def stepped(self) -> None:
        """Ends a step: something has happened."""
        with self._turn:
            self._stepping = False

    def wait(self, seconds: float, stop: Event) -> None:
        """Waits so long; less where a button is pressed, or `stop` is set."""
        before, left = self._presses, seconds
        while left > 0 and before == self._presses and not stop.wait(min(left, _SLICE)):
            left -= _SLICE


def _number(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return min(number, MOST_SPEED) if isfinite(number) and number > 0 else None
