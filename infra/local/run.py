"""`make run`: the desk at work on this machine, through one day at an invented shop."""

import argparse
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from rich.console import Console
from rich.text import Text

from infra.local.desk import Audit, LocalDesk, Message, VirtualClock
from infra.local.interruptions import interruptions
from infra.local.newcomer import Newcomer, sign_in, with_newcomer
from infra.local.page import LocalPage
from infra.local.story import load_story
from infra.settings_file import SettingsFileInvalid, load_settings

# The alerts of the last posts are still to come when the story ends.
_AFTERWARDS = timedelta(minutes=90)
_SNAPSHOT_SECONDS = 0.7


def main() -> int:
    """Runs the day, then keeps the page up until Ctrl-C.

    Returns 1 when the audit finds something, 2 when the settings cannot be used.
    """
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--speed", type=float, default=220.0, help="how many times faster than real time (default 220)")
    parser.add_argument("--port", type=int, default=8642, help="port of the local page (default 8642)")
    parser.add_argument("--settings", type=Path, default=Path("infra/settings.example.yaml"), help="settings file")
    parser.add_argument("--once", action="store_true", help="end after the day instead of keeping the page up")
    parser.add_argument("--no-act", action="store_true", help="nobody acts on the alerts, which are counted at the end")
    options = parser.parse_args()
    console = Console(highlight=False)
    if options.speed <= 0:
        parser.error("--speed must be more than 0")
    try:
        settings = load_settings(options.settings)
    except SettingsFileInvalid as invalid:
        _print(console, Text(str(invalid), style="red"))
        return 2
    story = load_story()
    clock = VirtualClock(story.begins)
    x = story.on(clock.now) if options.no_act else story.empty(clock.now)
    # Without acts the messages are counted: another person would change them.
    settings = settings if options.no_act else with_newcomer(settings)
    happens = [] if options.no_act else story.happens(x, [person.id for person in settings.staff])
    with (
        _stopped_by_signals() as stop,
        LocalPage(options.port) as page,
        LocalDesk(x, clock, settings, happens) as desk,
    ):
        if not options.no_act:
            page.newcomer = Newcomer(desk.api.url, lambda: desk.let_in(sign_in))
        _greet(console, page, desk, options.speed)
        _play(console, desk, page, options.speed, until=story.ends + _AFTERWARDS, stop=stop)
        audit = desk.audit()
        _report(console, audit, desk.acts)
        if options.no_act:
            counted = interruptions(desk)
            console.print(counted.table())
            console.print(counted.summary)
        over = {"over": True, "audit": {"compared": audit.compared, "agrees": audit.agrees}}
        page.show({**desk.snapshot(), **over})
        if not (options.once or stop.is_set()):
            _print(console, Text(f"The desk goes on at life's pace at {page.url} until you press Ctrl-C."))
            _go_on(console, desk, page, stop, over)
    return 0 if audit.agrees else 1


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """An event that Ctrl-C or a request to end sets; a second one ends the process at once."""
    stop = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, end)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print(console: Console, text: Text) -> None:
    """Prints one line, cut to the width of a terminal; whole where the output is none."""
    if console.is_terminal:
        console.print(text, no_wrap=True, overflow="ellipsis")
    else:
        console.print(text, soft_wrap=True)


def _greet(console: Console, page: LocalPage, desk: LocalDesk, speed: float) -> None:
    console.print(
        f"[bold]Mentiondesk[/bold] looks after {desk.settings.brand.name} for a day, {speed:g} times as fast as life."
    )
    console.print(f"  the day    [bold]{page.url}[/bold]")
    if page.entrance:
        console.print(f"  the desk   {page.entrance}  (signs you in, once)", soft_wrap=True)
    console.print(f"  the cloud  moto at {desk.cloud.url}", soft_wrap=True)
    console.print(f"  status     {desk.site.url}", soft_wrap=True)
    console.print(f"  X          a stand-in at {desk.x.url}", soft_wrap=True)
    console.print("Below is every message to staff. Ctrl-C ends the day early.\n", style="dim")
    if sys.stdout.isatty() and (os.environ.get("DISPLAY") or sys.platform == "darwin"):
        webbrowser.open(page.url)


def _play(console: Console, desk: LocalDesk, page: LocalPage, speed: float, until: datetime, stop: Event) -> None:
    """Minute by minute at `speed`; a machine that cannot keep up takes longer. Ends between two minutes."""
    started, shown = time.monotonic(), 0.0
    first = desk.clock.now()
    while desk.clock.now() < until and not stop.is_set():
        notices = len(desk.alarms.notices)
        minute = desk.clock.now()
        if minute.minute == 0:
            _print(console, _hour(minute, desk))
        for message in desk.minute():
            _print(console, _line(message, desk.name_of(message.to)))
        for notice in desk.alarms.notices[notices:]:
            _print(
                console, Text(f"{minute:%H:%M}  operator: {notice.name}", style="red" if notice.alarming else "green")
            )
        if time.monotonic() - shown > _SNAPSHOT_SECONDS:
            page.show({**desk.snapshot(), "speed": speed})
            shown = time.monotonic()
        ahead = (desk.clock.now() - first).total_seconds() / speed - (time.monotonic() - started)
        if ahead > 0:
            stop.wait(ahead)


def _go_on(console: Console, desk: LocalDesk, page: LocalPage, stop: Event, over: dict[str, Any]) -> None:
    """Second by second, so that what a visitor writes at the desk goes out, until `stop`."""
    before = time.monotonic()
    while not stop.wait(1):
        now = time.monotonic()
        for message in desk.goes_on(timedelta(seconds=now - before)):
            _print(console, _line(message, desk.name_of(message.to)))
        before = now
        page.show({**desk.snapshot(), **over})


def _hour(minute: datetime, desk: LocalDesk) -> Text:
    """The hourly line: customers who wait, and those past their deadline."""
    waiting = [case for case in desk.cases() if case.waiting]
    late = sum(case.timer is not None and case.timer.breached(minute) for case in waiting)
    return Text(f"{minute:%H:%M}  customers who wait: {len(waiting)}, past their deadline: {late}", style="dim")


def _line(message: Message, name: str) -> Text:
    what = message.subject if message.channel == "email" else message.body
    channel = "mail" if message.channel == "email" else "text"
    return Text(f"{message.at:%H:%M}  {channel} {name:14} {what}", style="yellow" if channel == "text" else "")


def _report(console: Console, audit: Audit, acts: str) -> None:
    console.print(f"\n{audit.replies.summary}", soft_wrap=True)
    console.print(acts, soft_wrap=True)
    console.print(audit.compared, soft_wrap=True)
    if audit.agrees:
        console.print("Nothing is lost: the table, the ledger and X agree.", style="green")
        return
    console.print("They do not agree:", style="red")
    for problem in audit.problems:
        console.print(f"  {problem}", style="red", soft_wrap=True, markup=False)


if __name__ == "__main__":
    sys.exit(main())
