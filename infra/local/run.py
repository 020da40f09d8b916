"""`make run`: the desk at work on this machine, through one day at an invented shop."""

import argparse
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from infra.local.closing import closing
from infra.local.desk import Audit, LocalDesk, Message, VirtualClock
from infra.local.interruptions import interruptions
from infra.local.newcomer import Newcomer, sign_in, with_newcomer
from infra.local.page import LocalPage
from infra.local.playback import Playback
from infra.local.recast import changes, recast
from infra.local.story import load_story
from infra.settings_file import SettingsFileInvalid, load_settings

# The alerts of the last posts are still to come when the story ends.
_AFTERWARDS = timedelta(minutes=90)
_SNAPSHOT_SECONDS = 0.7
_PAUSED_SECONDS = 1.0
_EXAMPLE = Path("infra/settings.example.yaml")


def main() -> int:
    """Runs the day, then keeps the page up until Ctrl-C.

    Returns 1 when the audit finds something, 2 when the settings cannot be used.
    """
    options = _options()
    console = Console(highlight=False)
    try:
        settings = load_settings(options.settings)
    except SettingsFileInvalid as invalid:
        _print(console, Text(str(invalid), style="red"))
        return 2
    example = load_settings(_EXAMPLE)
    story = recast(load_story(), settings)
    clock = VirtualClock(story.begins)
    x = story.on(clock.now) if options.no_act else story.empty(clock.now)
    changed = changes(settings, example)
    people = [person.id for person in settings.staff if person.email]
    # Without acts the messages are counted: another person would change them.
    settings = settings if options.no_act else with_newcomer(settings)
    happens = [] if options.no_act else story.happens(x, people)
    playback = Playback(options.speed)
    with (
        _stopped_by_signals() as stop,
        LocalPage(options.port) as page,
        LocalDesk(x, clock, settings, happens) as desk,
    ):
        if not options.no_act:
            page.newcomer = Newcomer(desk.api.url, partial(desk.let_in, sign_in), frozenset(people))
            desk.played = page.newcomer.played
        page.playback = playback
        _greet(console, page, desk, options.speed, changed)
        _play(console, desk, page, playback, until=story.ends + _AFTERWARDS, stop=stop, told={"changes": changed})
        audit, over = _end(console, desk, acted=not options.no_act)
        over["changes"] = changed
        page.playback = None
        page.show({**desk.snapshot(), **over})
        if not (options.once or stop.is_set()):
            _print(console, Text(f"The desk goes on at life's pace at {page.url} until you press Ctrl-C."))
            _go_on(console, desk, page, stop, over)
    return 0 if audit.agrees else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--speed", type=float, default=220.0, help="how many times faster than real time (default 220)")
    parser.add_argument("--port", type=int, default=8642, help="port of the local page (default 8642)")
    parser.add_argument("--settings", type=Path, default=_EXAMPLE, help="settings file")
    parser.add_argument("--once", action="store_true", help="end after the day instead of keeping the page up")
    parser.add_argument("--no-act", action="store_true", help="nobody acts on the alerts, which are counted at the end")
    options = parser.parse_args()
    if options.speed <= 0:
        parser.error("--speed must be more than 0")
    return options


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


def _greet(console: Console, page: LocalPage, desk: LocalDesk, speed: float, changed: Sequence[str]) -> None:
    console.print(
        f"[bold]Mentiondesk[/bold] looks after {desk.settings.brand.name} for a day, {speed:g} times as fast as life."
    )
    console.print(f"  the day    [bold]{page.url}[/bold]")
    if page.entrance:
        console.print(f"  the desk   {page.entrance}  (signs you in, once)", soft_wrap=True)
    console.print(f"  the cloud  moto at {desk.cloud.url}", soft_wrap=True)
    console.print(f"  status     {desk.site.url}", soft_wrap=True)
    console.print(f"  X          a stand-in at {desk.x.url}", soft_wrap=True)
    for sentence in changed:
        console.print(f"  yours      {sentence}", soft_wrap=True, markup=False)
    clock = f"Below is every message to staff, by the clock of {desk.settings.zone}."
    console.print(f"{clock} Ctrl-C ends the day early.\n", style="dim")
    if sys.stdout.isatty() and (os.environ.get("DISPLAY") or sys.platform == "darwin"):
        webbrowser.open(page.url)


def _play(
    console: Console,
    desk: LocalDesk,
    page: LocalPage,
    playback: Playback,
    until: datetime,
    stop: Event,
    told: dict[str, Any],
) -> None:
    """Minute by minute at the pace of `playback`; a machine that cannot keep up takes longer. Ends between minutes."""
    shown = 0.0
    while desk.clock.now() < until and not stop.is_set():
        begun = time.monotonic()
        if playback.stands:
            brought, seconds = desk.stands(timedelta(seconds=_PAUSED_SECONDS)), _PAUSED_SECONDS
        else:
            brought, seconds = _minute(console, desk), 60 / playback.speed
        for message in brought:
            _print(console, _line(message, desk))
        if brought:
            playback.stepped()
        if playback.stands or begun - shown > _SNAPSHOT_SECONDS:
            page.show({**desk.snapshot(), **told})
            shown = begun
        playback.wait(seconds - (time.monotonic() - begun), stop)


def _minute(console: Console, desk: LocalDesk) -> list[Message]:
    """Plays a minute, and prints what it told the operator; returns the messages it brought."""
    notices, minute = len(desk.alarms.notices), desk.clock.now()
    if minute.minute == 0:
        _print(console, _hour(minute, desk))
    brought = desk.minute()
    for notice in desk.alarms.notices[notices:]:
        _print(
            console, Text(f"{_at(minute, desk)}  operator: {notice.name}", style="red" if notice.alarming else "green")
        )
    return brought


def _end(console: Console, desk: LocalDesk, acted: bool) -> tuple[Audit, dict[str, Any]]:
    """Prints how the day went; returns the audit, and what the page shows of it."""
    audit = desk.audit()
    _report(console, audit, desk.acts)
    over: dict[str, Any] = {"over": True, "audit": {"compared": audit.compared, "problems": audit.problems}}
    if acted:
        closed = closing(desk.cases(), desk.records(), desk.clock.now())
        console.print(*("", *closed.sentences), sep="\n", soft_wrap=True)
        over["closing"] = closed.shown()
    else:
        counted = interruptions(desk)
        console.print(counted.table())
        console.print(counted.summary)
    return audit, over


def _go_on(console: Console, desk: LocalDesk, page: LocalPage, stop: Event, over: dict[str, Any]) -> None:
    """Second by second, so that what a visitor writes at the desk goes out, until `stop`."""
    while not stop.wait(1):
        for message in desk.lives():
            _print(console, _line(message, desk))
        page.show({**desk.snapshot(), **over})


def _hour(minute: datetime, desk: LocalDesk) -> Text:
    """The hourly line: customers who wait, and those past their deadline."""
    waiting = [case for case in desk.cases() if case.waiting]
    late = sum(case.timer is not None and case.timer.breached(minute) for case in waiting)
    return Text(f"{_at(minute, desk)}  customers who wait: {len(waiting)}, past their deadline: {late}", style="dim")


def _at(moment: datetime, desk: LocalDesk) -> str:
    """The time of day on the desk's own clock."""
    return f"{moment.astimezone(ZoneInfo(desk.settings.zone)):%H:%M}"


def _line(message: Message, desk: LocalDesk) -> Text:
    what, name = (message.subject or message.body).split("\n", 1)[0], desk.name_of(message.to)
    return Text(f"{_at(message.at, desk)}  {message.way} {name:14} {what}", style="" if message.subject else "yellow")


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
