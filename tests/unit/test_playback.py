"""The pace of the day, as its buttons set it."""

import threading

import pytest

from infra.local.playback import MOST_SPEED, Playback


def test_a_pause_holds_until_somebody_goes_on() -> None:
    playback = Playback(220)
    assert not playback.stands
    assert playback.press("pause")
    assert playback.stands
    assert playback.press("play")
    assert not playback.stands


def test_a_step_goes_on_until_something_has_happened_and_stands_again() -> None:
    playback = Playback(220)
    assert playback.press("step")
    assert not playback.stands
    playback.stepped()
    assert playback.stands


def test_a_speed_changes_neither_pause_nor_step() -> None:
    playback = Playback(220)
    for press in ("pause", "step"):
        playback.press(press)
        before = playback.stands
        assert playback.press("speed", "20")
        assert (playback.speed, playback.stands) == (20, before)
    playback.press("speed", "1e9")
    assert playback.speed == MOST_SPEED


@pytest.mark.parametrize("speed", ["", "0", "-3", "nan", "inf", "fast"])
def test_what_is_no_speed_changes_nothing(speed: str) -> None:
    playback = Playback(220)
    assert not playback.press("speed", speed)
    assert not playback.press("stop")
    assert (playback.speed, playback.stands) == (220, False)


def test_a_press_and_the_end_cut_a_wait_short() -> None:
    playback, stop = Playback(220), threading.Event()
    threading.Timer(0.01, playback.press, ["pause"]).start()
    playback.wait(3600, stop)
    stop.set()
    playback.wait(3600, stop)
