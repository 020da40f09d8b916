"""`make run`: the desk at work on this machine, through one day at an invented shop."""

import argparse
import contextlib
import os
import sys
import time
import webbrowser
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from infra.local.desk import Audit, LocalDesk, Message, VirtualClock
from infra.local.page import LocalPage
from infra.local.story import load_story
from infra.settings_file import SettingsFileInvalid, load_settings

# The alerts of the last posts are still to come when the story ends.
_AFTERWARDS = timedelta(minutes=90)
_SNAPSHOT_SECONDS = 0.7


def main() -> int:
    """Runs the day, then keeps the page up until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--speed", type=float, default=220.0, help="how many times faster than real time (default 220)")
    parser.add_argument("--port", type=int, default=8642, help="port of the local page (default 8642)")
    parser.add_argument("--settings", type=Path, default=Path("infra/settings.example.yaml"), help="settings file")
    parser.add_argument("--once", action="store_true", help="end after the day instead of keeping the page up")
    options = parser.parse_args()
    console = Console(highlight=False)
    if options.speed <= 0:
        parser.error("--speed must be more than 0")
    try:
        settings = load_settings(options.settings)
    except SettingsFileInvalid as invalid:
        console.print(str(invalid), style="red", markup=False)
        return 2
    story = load_story()
    clock = VirtualClock(story.begins)
    with LocalPage(options.port) as page, LocalDesk(story.on(clock.now), clock, settings) as desk:
        _greet(console, page, desk)
        with contextlib.suppress(KeyboardInterrupt):
            _play(console, desk, page, options.speed, until=story.ends + _AFTERWARDS)
        audit = desk.audit()
        _report(console, audit)
        page.show({**desk.snapshot(), "over": True})
        with contextlib.suppress(KeyboardInterrupt):
            if not options.once:
                console.print("The page stays up. Ctrl-C ends everything.")
                while True:
                    time.sleep(3600)
    return 0 if audit.agrees else 1


def _greet(console: Console, page: LocalPage, desk: LocalDesk) -> None:
    console.print(f"[bold]Mentiondesk[/bold] looks after {desk.settings.brand.name} for a day. Watch it at {page.url}")
    console.print(f"The cloud is moto at {desk.cloud.url} (table {desk.table}), X is a stand-in at {desk.x.url}.")
    if sys.stdout.isatty() and (os.environ.get("DISPLAY") or sys.platform == "darwin"):
        webbrowser.open(page.url)


def _play(console: Console, desk: LocalDesk, page: LocalPage, speed: float, until: object) -> None:
    """Minute by minute at `speed`; a machine that cannot keep up takes longer."""
    started, shown = time.monotonic(), 0.0
    first = desk.clock.now()
    while desk.clock.now() < until:  # type: ignore[operator]
        notices = len(desk.alarms.notices)
        minute = desk.clock.now()
        for message in desk.minute():
            console.print(_line(f"{minute:%H:%M}", message))
        for notice in desk.alarms.notices[notices:]:
            console.print(Text(f"{minute:%H:%M} operator: {notice.name}", style="red"))
        if time.monotonic() - shown > _SNAPSHOT_SECONDS:
            page.show({**desk.snapshot(), "speed": speed})
            shown = time.monotonic()
        ahead = (desk.clock.now() - first).total_seconds() / speed - (time.monotonic() - started)
        if ahead > 0:
            time.sleep(ahead)


def _line(at: str, message: Message) -> Text:
    what = message.subject if message.channel == "email" else message.body
    style = "yellow" if message.channel == "text" else ""
    return Text(f"{at} {message.channel:5} to {message.to}: {what}", style=style, overflow="ellipsis", no_wrap=True)


def _report(console: Console, audit: Audit) -> None:
    console.print(
        f"X gave out {audit.delivered} posts: {audit.delivered - len(audit.lost)} are stored, "
        f"{len(audit.untagged)} wait to be tagged, {len(audit.in_no_case)} customers' posts are in no case. "
        f"{audit.sent} messages went to staff; {audit.unrecorded} of them differ from the ledger."
    )
    console.print("Table, ledger and X agree." if audit.agrees else f"[red]They do not agree: {audit}[/red]")


if __name__ == "__main__":
    sys.exit(main())
