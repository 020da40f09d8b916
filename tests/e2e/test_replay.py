"""`make replay`: recorded posts in, the desk's alerts, cases, incidents and figures out."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.replay import cli
from mentiondesk.domain.alerts.budget import Budget
from mentiondesk.domain.alerts.roster import CHANNELS
from mentiondesk.domain.ids import id_at
from tests.support.builders import NOON, raw_settings
from tests.support.optional import RECORDINGS, needs

ROOT = Path(__file__).parents[2]
BRAND, ROSA, TOBY = "1999000001", "2001", "2002"
# The author that stands for the brand in every recorded file.
RECORDED_BRAND = "1000000001"
OUTPUTS = ("cases.jsonl", "alerts.jsonl", "incidents.jsonl", "report.html", "summary.json")
CASE_KEYS = [
    "case_id", "number", "customer_id", "kind", "urgency", "topics", "opened_at", "answer_by", "answered_at",
    "first_answered_at", "state", "breached", "post_ids",
]  # fmt: skip
ALERT_KEYS = ["at", "case_id", "staff", "channel", "stage", "due_at", "answer_by", "digest", "text"]
INCIDENT_KEYS = [
    "id", "detected_at", "title", "topic", "authors", "post_ids", "impact", "ended_at",
    "distinct_authors_at_detection",
]  # fmt: skip
SUMMARY_KEYS = [
    "lines", "posts", "own_posts", "own_posts_in_no_case", "duplicates", "edited", "reposts", "bad_lines", "cases",
    "cases_by_kind", "needed_an_answer", "answered_within", "ignored", "counted_apart", "breaches",
    "breaches_warned_before", "late_without_alerts", "incidents",
    *(traits.plural for traits in CHANNELS.values()), "seconds",
]  # fmt: skip

Raw = dict[str, Any]
Run = Callable[..., "Outcome"]

GATHERING = Budget().gather


@dataclass(frozen=True)
class Outcome:
    """The files and the output of one replay."""

    status: int
    said: str
    out: Path

    def rows(self, name: str) -> list[Raw]:
        with (self.out / f"{name}.jsonl").open(encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    @property
    def summary(self) -> Raw:
        found: Raw = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return found


def raw_post(minute: float, text: str = "@FennelAndFinch my kettle is broken", by: str = ROSA, **more: Any) -> Raw:
    """A post in X's JSON form, `minute` minutes after noon."""
    at = NOON + timedelta(minutes=minute)
    post_id = id_at(at)
    facts = {
        "id": post_id,
        "author_id": by,
        "text": text,
        "created_at": at.isoformat(),
        "conversation_id": post_id,
        "edit_history_tweet_ids": [post_id],
        "lang": "en",
    }
    return {**facts, **more}


def an_answer(minute: float, to: Raw, text: str = "So sorry! ^Ana") -> Raw:
    return raw_post(
        minute,
        text,
        by=BRAND,
        conversation_id=to["conversation_id"],
        in_reply_to_user_id=to["author_id"],
        referenced_tweets=[{"type": "replied_to", "id": to["id"]}],
    )


def a_repost(minute: float, of: Raw) -> Raw:
    return raw_post(minute, "RT", by=TOBY, referenced_tweets=[{"type": "retweeted", "id": of["id"]}])


def edited(post: Raw, minute: float, text: str) -> Raw:
    later = raw_post(minute, text)
    return {**post, **later, "edit_history_tweet_ids": [post["id"], later["id"]]}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(raw_settings()))
    return path


@pytest.fixture
def run(tmp_path: Path, settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process on these lines."""
    monkeypatch.chdir(ROOT)

    def go(lines: Sequence[Raw | bytes], *options: str, out: str = "out") -> Outcome:
        posts, folder = tmp_path / "posts.jsonl", tmp_path / out
        posts.write_bytes(
            b"".join(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in lines)
        )
        arguments = [str(posts), "--settings", str(settings), "--out", str(folder), *options]
        monkeypatch.setattr(sys, "argv", ["replay", *arguments])
        status = cli.main()
        captured = capsys.readouterr()
        return Outcome(status, _unwrapped(captured.err + captured.out), folder)

    return go


def command(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command as make runs it."""
    return subprocess.run(
        [sys.executable, "-m", "infra.replay.cli", *map(str, arguments)],
        cwd=ROOT,
        input=stdin,
        env={**os.environ, "PYTHONPATH": f"layers/core{os.pathsep}."},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _unwrapped(text: str) -> str:
    return " ".join(text.split())


def moment(written: str) -> datetime:
    found = datetime.fromisoformat(written)
    assert found.utcoffset() == timedelta(0), "times are written in UTC"
    return found


def check_promises(outcome: Outcome) -> None:
    """Asserts the invariants of every replay."""
    summary, cases, alerts = outcome.summary, outcome.rows("cases"), outcome.rows("alerts")
    assert list(summary) == SUMMARY_KEYS
    assert all(list(case) == CASE_KEYS for case in cases)
    assert all(list(alert) == ALERT_KEYS for alert in alerts)
    incidents = outcome.rows("incidents")
    assert all(list(incident) == INCIDENT_KEYS for incident in incidents)
    assert summary["incidents"] == len(incidents) == len({incident["id"] for incident in incidents})
    # An incident's alerts have its id in the place of a case's.
    alerts = [alert for alert in alerts if alert["case_id"] not in {incident["id"] for incident in incidents}]
    # Every line is accounted for, and so is every post.
    counted = ("posts", "duplicates", "edited", "reposts", "bad_lines")
    assert sum(summary[name] for name in counted) == summary["lines"]
    in_cases = [post_id for case in cases for post_id in case["post_ids"]]
    assert len(in_cases) == len(set(in_cases))
    assert len(in_cases) + summary["own_posts_in_no_case"] == summary["posts"]
    assert summary["cases"] == len(cases) == len({case["case_id"] for case in cases})
    assert sum(summary["cases_by_kind"].values()) == len(cases)
    assert summary["breaches_warned_before"] == summary["breaches"]
    shares = [share for share in summary["answered_within"].values() if share is not None]
    assert all(0 <= one <= other <= 1 for one, other in pairwise(shares))
    by_id = {case["case_id"]: case for case in cases}
    for alert in alerts:
        case = by_id[alert["case_id"]]
        # A warning may be brought forward, by no more than one gathering.
        early = moment(alert["due_at"]) - moment(alert["at"])
        assert early <= (GATHERING if alert["due_at"] < alert["answer_by"] else timedelta(0))
        if case["answered_at"] and alert["answer_by"] == case["answer_by"]:
            assert moment(alert["at"]) < moment(case["answered_at"]), case["case_id"]
    warned = {(alert["case_id"], alert["answer_by"]) for alert in alerts if alert["at"] <= alert["answer_by"]}
    for case in cases:
        unanswered = case["answer_by"] and (case["answered_at"] is None or case["answered_at"] > case["answer_by"])
        if unanswered and case["kind"] == "complaint":
            assert (case["case_id"], case["answer_by"]) in warned


# --- what it writes


def test_a_complaint_that_waits_is_told_of_in_time_and_one_that_is_answered_is_not(run: Run) -> None:
    ignored, answered = raw_post(0.5), raw_post(1.5, by=TOBY)
    outcome = run([ignored, answered, an_answer(20, to=answered)])
    check_promises(outcome)
    assert outcome.status == 0
    assert outcome.summary["cases_by_kind"] == {"complaint": 2}
    assert outcome.summary["answered_within"] == {"30m": 0.5, "1h": 0.5, "24h": 0.5}
    assert (outcome.summary["ignored"], outcome.summary["breaches"]) == (1, 1)
    alerts = outcome.rows("alerts")
    assert {alert["case_id"] for alert in alerts} == {f"{ignored['id']}#{ROSA}"}
    assert [(alert["at"], alert["stage"], alert["channel"]) for alert in alerts][:2] == [
        ("2026-06-17T12:31:00Z", "half_time", "email"),
        ("2026-06-17T12:46:00Z", "three_quarters", "text"),
    ]
    assert all("my kettle is broken" in alert["text"] for alert in alerts)
    case = next(case for case in outcome.rows("cases") if case["customer_id"] == TOBY)
    assert case["answered_at"] == case["first_answered_at"] == "2026-06-17T12:20:00Z"
    assert (case["state"], case["breached"], case["answer_by"]) == ("pending", False, "2026-06-17T13:01:30Z")


def test_edits_duplicates_reposts_and_own_posts_are_counted(run: Run) -> None:
    first = raw_post(0.5, "@FennelAndFinch nice kettle")
    broadcast = raw_post(3, "We open at nine.", by=BRAND)
    lines = [first, a_repost(1, first), edited(first, 2, "@FennelAndFinch nice kettle, broken"), broadcast]
    outcome = run([*lines, *lines])
    check_promises(outcome)
    told = {name: outcome.summary[name] for name in ("lines", "posts", "own_posts", "own_posts_in_no_case")}
    assert told == {"lines": 8, "posts": 2, "own_posts": 1, "own_posts_in_no_case": 1}
    assert {name: outcome.summary[name] for name in ("edited", "duplicates", "reposts")} == {
        "edited": 1,
        "duplicates": 3,
        "reposts": 2,
    }
    (case,) = outcome.rows("cases")
    assert (case["kind"], case["post_ids"]) == ("complaint", [first["id"]])


def test_two_replays_of_the_same_posts_are_equal_but_for_the_seconds(run: Run) -> None:
    posts = [
        raw_post(number / 3, f"@FennelAndFinch broken {number}", by=str(3000 + number % 7)) for number in range(40)
    ]
    one, other = run(posts, out="one"), run(posts, out="other")
    for name in ("cases", "alerts", "incidents"):
        assert one.rows(name) == other.rows(name)
    assert {**one.summary, "seconds": 0} == {**other.summary, "seconds": 0}


def test_many_customers_with_one_problem_are_one_incident_that_staff_hear_of_and_that_fades(run: Run) -> None:
    texts = [
        "@FennelAndFinch can't log in",
        "@FennelAndFinch I keep getting logged out of my account",
        "@FennelAndFinch your login page says wrong password, it is not",
        "@FennelAndFinch unable to sign in on my phone",
        "@FennelAndFinch locked out of my account, help",
        "@FennelAndFinch nobody here can log in",
    ]
    posts = [raw_post(2 * number, text, by=str(3000 + number)) for number, text in enumerate(texts)]
    outcome = run([*posts, raw_post(600, "@FennelAndFinch lovely kettle")])
    check_promises(outcome)
    (incident,) = outcome.rows("incidents")
    assert outcome.summary["incidents"] == 1
    assert (incident["detected_at"], incident["distinct_authors_at_detection"]) == ("2026-06-17T12:08:00Z", 5)
    assert incident["title"].lower().endswith("signing in fails")
    assert incident["post_ids"] == [post["id"] for post in posts]
    assert incident["authors"] == [post["author_id"] for post in posts]
    assert (incident["impact"], incident["ended_at"]) == ("major", "2026-06-17T14:10:00Z")
    told = [alert for alert in outcome.rows("alerts") if alert["case_id"] == incident["id"]]
    assert {(alert["stage"], alert["at"]) for alert in told} == {
        ("noticed", "2026-06-17T12:08:00Z"),
        ("unconfirmed", "2026-06-17T12:38:00Z"),
        ("still_unconfirmed", "2026-06-17T13:08:00Z"),
    }


def test_quiet_years_between_two_posts_cost_nothing(run: Run) -> None:
    years = timedelta(days=3650) / timedelta(minutes=1)
    outcome = run([raw_post(0.5), raw_post(years, by=TOBY)])
    check_promises(outcome)
    # A minute at a time it would go on for hours.
    assert outcome.summary["cases"] == 2


def test_the_brand_can_be_named_beside_the_settings(run: Run) -> None:
    other_brand = "777"
    asked = raw_post(0.5)
    lines = [asked, {**an_answer(5, to=asked), "author_id": other_brand}]
    assert run(lines).summary["own_posts"] == 0
    outcome = run(lines, "--brand-id", other_brand)
    check_promises(outcome)
    assert (outcome.summary["own_posts"], outcome.summary["ignored"]) == (1, 0)


def test_a_file_in_which_the_brand_never_speaks_draws_a_question(run: Run) -> None:
    assert f"no post is by the brand ({BRAND})" in run([raw_post(0.5)]).said
    assert "BRAND_ID" in run([raw_post(0.5)]).said


# --- the report


HOSTILE = "@FennelAndFinch <img src=x onerror=alert(1)> my kettle is broken https://evil.example"


def report(outcome: Outcome) -> str:
    return (outcome.out / "report.html").read_text(encoding="utf-8")


def test_the_report_says_first_who_was_answered_and_names_the_worst_cases(run: Run) -> None:
    answered = raw_post(1, by=TOBY)
    page = report(run([raw_post(0.5, HOSTILE), answered, an_answer(20, to=answered)]))
    assert "2 customers needed an answer from Fennel &amp; Finch: 50% had one within an hour, and 1 (50%)" in page
    assert "1 deadline passed without an answer; the desk would have told somebody before each of them" in page
    worst = page[page.index("went worst") :]
    assert "my kettle is broken" in worst
    assert raw_post(0.5)["id"] in worst


def test_the_report_is_one_file_that_fetches_and_runs_nothing(run: Run) -> None:
    page = report(run([raw_post(0.5, HOSTILE)]))
    assert "<img" not in page
    assert not re.findall(r"<(?:script|link|iframe)|<[^>]*\b(?:src|srcset)=|url\(|@import", page)
    assert all(link.startswith("https://x.com/i/status/") for link in re.findall(r'href="([^"]*)', page))
    assert "https://evil" not in page


def test_the_report_counts_people_s_messages_and_a_month_s_price(run: Run) -> None:
    outcome = run([raw_post(0.5), raw_post(60, by=TOBY)])
    page = report(outcome)
    assert f"<td>{outcome.summary['emails']}</td><td>{outcome.summary['texts']}</td>" in page
    assert "AWS" in page


def test_the_report_can_be_read_by_keys_and_aloud(run: Run) -> None:
    page = report(run([raw_post(0.5, HOSTILE)]))
    assert "<th></th>" not in page
    assert page.count('<div class="scroll"') == page.count('<div class="scroll" tabindex="0" role="group" aria-label=')
    assert "0.04 for a text is assumed" in page


def test_praise_alone_makes_a_report_too(run: Run) -> None:
    page = report(run([raw_post(0.5, "@FennelAndFinch thank you, lovely kettle")]))
    assert "0 customers needed an answer" in page
    assert "Nobody waited for more than an hour" in page


# --- what is wrong with the file

BAD = {
    "not JSON": (b'{"id": "1", \n', "is not JSON"),
    "not an object": (b'["a", "list"]\n', "is no post"),
    "a number": (b"17\n", "is no post"),
    "null": (b"null\n", "is no post"),
    "no id": (json.dumps({**raw_post(3), "id": None}).encode() + b"\n", "cannot read id"),
    "an id in letters": (json.dumps(raw_post(3, id="abc")).encode() + b"\n", "cannot read id"),
    "no author": (json.dumps({k: v for k, v in raw_post(3).items() if k != "author_id"}).encode() + b"\n", "author_id"),
    "no text": (json.dumps({k: v for k, v in raw_post(3).items() if k != "text"}).encode() + b"\n", "cannot read text"),
    "no such date": (json.dumps(raw_post(3, created_at="2026-02-30T12:00:00Z")).encode() + b"\n", "created_at"),
    "not a date": (json.dumps(raw_post(3, created_at="yesterday")).encode() + b"\n", "created_at"),
    "not UTF-8": (b'{"text": "\xff\xfe\xe9"}\n', "cannot read author_id, created_at, id"),
    "a binary file": (bytes(range(256)).replace(b"\n", b"") + b"\n", "is not JSON"),
    "deeply nested": (b"[" * 100_000 + b"]" * 100_000 + b"\n", "is not JSON"),
    "references that are none": (json.dumps(raw_post(3, referenced_tweets="x")).encode() + b"\n", "is no post"),
    "cut off": (json.dumps(raw_post(3)).encode()[:-20] + b"\n", "is not JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named_by_its_number_and_stops_nothing_that_may_go_on(run: Run, name: str) -> None:
    line, reason = BAD[name]
    lines = [raw_post(0.5), b"\n", line, raw_post(5, by=TOBY)]
    refused = run(lines)
    assert (refused.status, refused.out.exists()) == (1, False)
    outcome = run(lines, "--lenient")
    check_promises(outcome)
    assert outcome.status == 0
    for one in (refused, outcome):
        assert "line 3" in one.said
        assert reason in one.said
    assert (outcome.summary["bad_lines"], outcome.summary["posts"]) == (1, 2)


def test_many_bad_lines_are_told_of_once_before_any_figure(run: Run) -> None:
    lines = [*[b"nonsense\n"] * 50, raw_post(0.5)]
    refused = run(lines)
    assert (refused.status, refused.out.exists()) == (1, False)
    assert "LENIENT=yes" in refused.said
    outcome = run(lines, "--lenient")
    assert outcome.status == 0
    assert outcome.summary["bad_lines"] == 50
    assert outcome.said.count("is not JSON") == 1
    assert "and 45 more" in outcome.said
    assert outcome.said.index("is not JSON") < outcome.said.index("needed an answer")


def test_several_files_and_standard_input_are_one_recording(tmp_path: Path, settings: Path) -> None:
    asked = raw_post(0.5)
    one, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    one.write_text(json.dumps(an_answer(5, to=asked)))
    other.write_text(json.dumps(raw_post(7, by=TOBY)))
    out = tmp_path / "out"
    done = command(one, "-", other, "--settings", settings, "--out", out, stdin=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["posts"], summary["cases"], summary["ignored"]) == (3, 2, 1)


@pytest.mark.parametrize("begin", [b"\xef\xbb\xbf", b"\n\n  \n", b"\r\n"], ids=["byte order mark", "blank", "crlf"])
def test_marks_and_blank_lines_are_no_mistakes(run: Run, begin: bytes) -> None:
    ends = json.dumps(raw_post(5, by=TOBY)).encode()  # a last line without its end
    outcome = run([begin, json.dumps(raw_post(0.5)).encode() + b"\r\n", b"   \n", ends])
    check_promises(outcome)
    assert (outcome.status, outcome.summary["bad_lines"], outcome.summary["posts"]) == (0, 0, 2)


def test_posts_from_any_time_are_replayed(run: Run) -> None:
    early = raw_post(0.5, created_at="0001-01-01T00:00:00Z", id="1", conversation_id="1", edit_history_tweet_ids=["1"])
    late = raw_post(0.5, created_at="9999-12-31T23:59:59.999Z", by=TOBY)
    outcome = run([early, raw_post(1, by="2003"), late], "--lenient")
    assert outcome.status == 0
    assert outcome.summary["posts"] + outcome.summary["bad_lines"] == 3
    assert outcome.summary["posts"] >= 1


def test_the_order_of_a_file_makes_no_difference(run: Run) -> None:
    asked = raw_post(0.5)
    lines = [asked, an_answer(40, to=asked), raw_post(150, by=TOBY)]
    one, other = run(lines, out="one"), run(lines[::-1], out="other")
    check_promises(other)
    assert one.rows("alerts") == other.rows("alerts")
    assert one.rows("cases") == other.rows("cases")


@pytest.mark.parametrize("lines", [[], [b"\n\n"], [b"nonsense\n"]], ids=["empty", "blank", "nonsense"])
def test_a_file_without_posts_says_so(run: Run, lines: list[bytes]) -> None:
    outcome = run(lines)
    assert outcome.status == 1
    assert "no posts" in outcome.said
    assert not outcome.out.exists()


# --- as a command


def test_the_command_prints_fifteen_lines_and_writes_its_files(tmp_path: Path, settings: Path) -> None:
    posts, out = tmp_path / "posts.jsonl", tmp_path / "a" / "b"
    posts.write_text("\n".join(json.dumps(post) for post in (raw_post(0.5), raw_post(1, "@FennelAndFinch hours?"))))
    done = command(posts, "--settings", settings, "--out", out)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == sorted(OUTPUTS)
    assert "1 complaint" in done.stdout
    assert f"{out}/report.html" in done.stderr
    assert len(done.stdout.splitlines()) == 15
    assert all(len(line) < 200 for line in done.stdout.splitlines())


@pytest.mark.parametrize("what", ["no file", "a folder", "no settings", "broken settings", "out is a file"])
def test_what_cannot_be_used_is_named_without_a_traceback(tmp_path: Path, settings: Path, what: str) -> None:
    posts, out = tmp_path / "posts.jsonl", tmp_path / "out"
    posts.write_text(json.dumps(raw_post(0.5)))
    named = posts.name
    match what:
        case "no file":
            posts.unlink()
        case "a folder":
            posts = tmp_path
            named = tmp_path.name
        case "no settings":
            settings.unlink()
            named = settings.name
        case "broken settings":
            settings.write_text("brand: {name: X}\nstaff: 7\n")
            named = "settings.yaml line 1"
        case "out is a file":
            out.write_text("")
            named = "out"
    done = command(posts, "--settings", settings, "--out", out)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert named in _unwrapped(done.stderr)
    assert done.stdout == ""


# --- on recorded posts


def recorded() -> list[Any]:
    found = sorted(RECORDINGS.glob("*.jsonl"))
    if not found:
        return [pytest.param(None, marks=needs(RECORDINGS), id="none")]
    return [pytest.param(path, id=path.name.partition(".")[0]) for path in found]


@pytest.mark.parametrize("posts", recorded())
def test_every_recorded_post_is_accounted_for_and_every_complaint_warned_of(posts: Path, run: Run) -> None:
    lines = [line for line in posts.read_bytes().splitlines(keepends=True) if line.strip()]
    raws = [json.loads(line) for line in lines]
    outcome = run(lines, "--brand-id", RECORDED_BRAND)
    check_promises(outcome)
    assert outcome.status == 0
    assert outcome.summary["lines"] == len(lines)
    assert outcome.summary["own_posts"] == sum(raw["author_id"] == RECORDED_BRAND for raw in raws)
    told = {post_id for case in outcome.rows("cases") for post_id in case["post_ids"]}
    assert told <= {raw["id"] for raw in raws}
