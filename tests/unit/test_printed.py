"""Lines that one thread prints, kept apart from those of another."""

import logging
import sys
from threading import Event, Thread

import pytest

from infra.local.printed import printed_by_this_thread


def say(line: str) -> None:
    """Prints as functions do: to whatever standard output is at that moment."""
    sys.stdout.write(f"{line}\n")


def test_the_main_thread_s_lines_are_not_taken_by_a_function_in_another(capsys: pytest.CaptureFixture[str]) -> None:
    began, go_on, kept = Event(), Event(), list[str]()

    def function() -> None:
        with printed_by_this_thread() as printed:
            say("before")
            began.set()
            assert go_on.wait(10)
            say("after")
        kept.append(printed.getvalue())

    thread = Thread(target=function)
    thread.start()
    assert began.wait(10)
    say("12:00  mail to Ana")
    go_on.set()
    thread.join(10)
    assert kept == ["before\nafter\n"]
    assert capsys.readouterr().out == "12:00  mail to Ana\n"


def test_captures_that_overlap_in_two_threads_leave_the_output_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    before, began, go_on = sys.stdout, Event(), Event()

    def function() -> None:
        with printed_by_this_thread():
            began.set()
            assert go_on.wait(10)

    thread = Thread(target=function)
    thread.start()
    assert began.wait(10)
    with printed_by_this_thread() as printed:
        say("mine")
    go_on.set()
    thread.join(10)
    assert printed.getvalue() == "mine\n"
    assert sys.stdout is before
    assert capsys.readouterr().out == ""


def test_a_logger_keeps_its_stream_and_its_lines_still_reach_each_run() -> None:
    with printed_by_this_thread():
        handler = logging.StreamHandler(sys.stdout)
    record = logging.LogRecord("desk", logging.INFO, __file__, 1, "again", None, None)
    with printed_by_this_thread() as printed:
        handler.emit(record)
    assert printed.getvalue() == "again\n"


def test_captures_are_nested() -> None:
    with printed_by_this_thread() as outer:
        with printed_by_this_thread() as inner:
            say("inner")
        say("outer")
    assert (outer.getvalue(), inner.getvalue()) == ("outer\n", "inner\n")
