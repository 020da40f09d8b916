"""`make record`: a week from X into a file that `make replay` reads."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra import record
from infra.local.x_standin import Fault, Rules, StandInX, User
from infra.record import as_v2, main
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.cursor import ReadBlock
from mentiondesk.runtime import clock
from tests.support.builders import BRAND_ID, NOON, raw_settings
from tests.support.recorded import recording

TOKEN = {
    "consumer_key": "key-51",
    "consumer_secret": "secret-52",
    "access_token": f"{BRAND_ID}-token-53",
    "access_token_secret": "secret-54",
}
DAY = timedelta(days=1)
Run = Callable[..., int]


@pytest.fixture
def x() -> Iterator[StandInX]:
    with StandInX(User(BRAND_ID, "FennelAndFinch"), lambda: NOON, Rules(search_delay=timedelta(0))) as standin:
        yield standin


@pytest.fixture
def run(x: StandInX, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command, with what is typed at its question about the price."""
    monkeypatch.setattr(clock, "now", lambda: NOON)

    def go(*arguments: str, says: str = "y", token: dict[str, str] = TOKEN) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(token)))
        out = ("--out", str(tmp_path / "posts.jsonl"))
        return main(["--stdin", "--x-url", x.url, *out, *arguments], ask=lambda _: says)

    return go


def written(folder: Path) -> str:
    return (folder / "posts.jsonl").read_text(encoding="utf-8")


def a_week(x: StandInX) -> list[str]:
    """Ids of a complaint, its answer and praise; older posts, and one that only names the brand, are there too."""
    x.post(author_id="2001", text="@FennelAndFinch long ago", at=NOON - 9 * DAY)
    lost = x.post(author_id="2001", text="@FennelAndFinch my <parcel> & the lid are lost", at=NOON - 3 * DAY)
    answer = x.post(author_id=BRAND_ID, text="Sorry!", reply_to=lost, at=NOON - 2 * DAY)
    lovely = x.post(author_id="2002", text="@FennelAndFinch lovely", at=NOON - DAY)
    x.post(author_id="2003", text="Fennel & Finch is closed again", at=NOON - DAY)
    return [lost, answer, lovely]


def test_a_week_is_recorded_and_reads_back_the_same(x: StandInX, run: Run, tmp_path: Path) -> None:
    ids = a_week(x)
    assert run() == 0
    found = recording(written(tmp_path), Brand("", BRAND_ID, ""))
    assert [post.post_id for post in found.posts] == ids
    assert [post.own for post in found.posts] == [False, True, False]
    assert "<parcel> & the lid" in found.posts[0].text
    again = recording("\n".join(json.dumps(as_v2(post)) for post in found.posts))
    assert list(again.posts) == list(found.posts)


def test_with_settings_the_brand_s_words_are_searched_for(x: StandInX, run: Run, tmp_path: Path) -> None:
    a_week(x)
    settings = tmp_path / "shop.yaml"
    settings.write_text(json.dumps(raw_settings()))
    assert run("--settings", str(settings)) == 0
    assert "closed again" in written(tmp_path)


def test_the_price_is_told_and_nothing_is_read_without_a_yes(
    x: StandInX, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_week(x)
    assert run("--most", "1000", says="") == 1
    said = capsys.readouterr().out
    assert "$1.00" in said
    assert "$5.00" in said
    assert x.requests == []
    assert not (tmp_path / "posts.jsonl").exists()


def test_the_budget_is_kept_and_what_is_missing_is_named(
    x: StandInX, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(250):
        x.post(author_id="2001", text=f"@FennelAndFinch {number}", at=NOON - timedelta(minutes=number))
    assert run("--most", "200") == 0
    assert len(written(tmp_path).splitlines()) == 200
    assert sum(request.posts_returned for request in x.requests) == 200
    assert "mentions: not read to the end" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["unauthorized", "credits_spent", "limit_window", "down_json"])
def test_a_refusal_is_told_in_words_and_writes_nothing(
    x: StandInX, run: Run, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    a_week(x)
    x.faults.add(Fault(kind))  # type: ignore[arg-type]
    assert run() == 1
    assert "nothing was recorded: " in capsys.readouterr().err
    assert not (tmp_path / "posts.jsonl").exists()


def test_a_token_that_is_none_is_named(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(token={**TOKEN, "access_token": "abc"}) == 1
    assert "begins with digits" in capsys.readouterr().err


def test_no_output_holds_a_secret(x: StandInX, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    a_week(x)
    run()
    x.faults.add(Fault("unauthorized"))
    run()
    said = "".join(capsys.readouterr())
    assert not [secret for secret in TOKEN.values() if secret in said]


def test_every_reason_has_words() -> None:
    assert set(record._REFUSALS) == set(ReadBlock)
