"""`make triage` and `make evaluate`: lines in, lines out; what is wrong is named; the figures are right."""

import io
import json
import sys
from pathlib import Path

import pytest

from infra import triage as command
from infra.labelled_posts import LEARNED, SetInvalid, labelled_posts
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.triage import Engine, triage
from tests.evaluation import __main__ as evaluation
from tests.evaluation.labelled import sets
from tests.evaluation.measures import auc, calibration_error, found, macro_f1
from tests.support.builders import a_post


def run(monkeypatch: pytest.MonkeyPatch, *lines: str, arguments: tuple[str, ...] = ()) -> int:
    raw = "".join(f"{line}\n" for line in lines).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    return command.main(arguments)


def test_each_line_comes_back_with_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    post = {
        "id": "7",
        "author_id": "3",
        "created_at": "2026-01-01T00:00:00Z",
        "text": "my cup arrived broken &amp; late",
    }
    assert run(monkeypatch, '{"text": "@shop thank you so much!"}', "", json.dumps(post)) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["triage"]["kind"] == "praise"
    assert second["id"] == "7"
    assert second["triage"]["kind"] == "complaint"
    shown = "my cup arrived broken & late"
    assert all(shown[one["start"] : one["end"]] == one["words"] for one in second["triage"]["reasons"])


@pytest.mark.parametrize(
    "bad", ['{"text": ', "[1]", '{"text": 5}', '{"words": "x"}', '{"text": "x", "created_at": "never"}']
)
def test_a_bad_line_is_named_and_the_rest_goes_on(
    bad: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, '{"text": "a"}', bad, '{"text": "b"}') == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["a", "b"]
    assert err.startswith("line 2 ")


def test_a_line_of_plain_text_is_a_post(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "my cup arrived broken", '"quoted" words') == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["text"], first["triage"]["kind"]) == ("my cup arrived broken", "complaint")
    assert second["text"] == '"quoted" words'


COMMANDS = "\x1b]0;title\x07 \x1b[8m \x9b31m \x7f \u202e broken cup"


def test_no_post_commands_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, COMMANDS, json.dumps({"text": COMMANDS})) == 0
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    assert [json.loads(line)["text"] for line in out.splitlines()] == [COMMANDS.strip(), COMMANDS]
    post = a_post(COMMANDS)
    assert all(line.plain.isprintable() for line in command.shown(triage(post), post.text))


def test_the_brands_words_are_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    example = Path("infra/settings.example.yaml")
    assert run(monkeypatch, '{"text": "lots of scratchy glaze"}', arguments=("--settings", str(example))) == 0
    assert json.loads(capsys.readouterr().out)["triage"]["kind"] == "complaint"
    (tmp_path / "bad.yaml").write_text("brand: 5\n")
    assert run(monkeypatch, arguments=("--settings", str(tmp_path / "bad.yaml"))) == 2
    assert "line 1" in capsys.readouterr().err


def test_on_a_terminal_the_words_that_decided_are_marked() -> None:
    text = "@shop my kettle arrived broken"
    marked, said, *_ = command.shown(triage(a_post(text)), text)
    assert any("broken" in text[span.start : span.end] for span in marked.spans)
    assert "complaint, needs an answer, urgency normal" in said.plain


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("@shop urgent: best sale ever, thank you all", "urgent", "would be high, but praise needs no answer"),
        ("@shop no rush, but your kettle gave me an electric shock", "no rush", "the post as a whole is more urgent"),
        ("@shop I nearly died laughing at this advert", "nearly died laughing", "sounds worse than it is"),
    ],
)
def test_words_that_did_not_decide_the_urgency_say_why(
    text: str, words: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, text) == 0
    (one,) = json.loads(capsys.readouterr().out)["triage"]["overruled"]
    assert one["words"] == words
    assert says in one["says"]
    engine, post = Engine(), a_post(text)
    tags = engine(post)
    lines = command.shown(tags, text, command.overruled(engine.urgent_words(post), tags))
    assert f"{words}  ← {one['says']}" in lines[-1].plain


def test_words_that_decided_the_urgency_are_not_called_overruled() -> None:
    engine, post = Engine(), a_post("@shop your kettle gave me an electric shock")
    assert command.overruled(engine.urgent_words(post), engine(post)) == ()


# --- evaluation


@pytest.mark.parametrize(
    ("scores", "there", "area"),
    [
        ([0.1, 0.9], [False, True], 1.0),
        ([0.9, 0.1], [False, True], 0.0),
        ([0.5, 0.5], [False, True], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [False, False, True, True], 0.75),
        ([0.1, 0.4], [True, True], None),
    ],
)
def test_the_area_is_the_share_of_pairs_in_order(scores: list[float], there: list[bool], area: float | None) -> None:
    assert auc(scores, there) == area


def test_precision_recall_and_their_mean() -> None:
    result = found([True, True, False, False], [True, False, True, False])
    assert (result.precision, result.recall, result.f1) == (0.5, 0.5, 0.5)
    assert macro_f1({"a": result, "absent": found([False], [False])}) == 0.5


def test_calibration_is_how_far_confidence_and_success_are_apart() -> None:
    assert calibration_error([0.95, 0.95], [True, False]) == pytest.approx(0.45)
    assert calibration_error([1.0, 0.0], [True, False]) == 0.0


@pytest.fixture
def a_set(tmp_path: Path) -> Path:
    rows = [{"text": "@shop my order never arrived", "complaint": 1}, {"text": "@shop lovely tea", "complaint": 0}]
    (tmp_path / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_any_folder_of_labelled_posts_is_measured(a_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluation.main([str(a_set), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["some"]
    assert (figures["n"], figures["f1"], figures["auc"]) == (2, 1.0, 1.0)
    assert figures["vader_auc"] == 1.0
    assert figures["us_per_post"] > 0


def test_mistakes_are_shown_with_what_people_say(a_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (a_set / "wrong.jsonl").write_text('{"text": "@shop my order never arrived", "complaint": 0}\n')
    assert evaluation.main([str(a_set / "wrong.jsonl"), "--mistakes", "5"]) == 0
    out = capsys.readouterr().out
    assert "no complaint → complaint" in out
    assert "'never arrived'" in out


def test_held_posts_are_never_shown(a_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (a_set / "held.jsonl").write_text('{"text": "@shop my secret order never arrived", "complaint": 0}\n')
    assert evaluation.main([str(a_set / "held.jsonl"), "--mistakes", "5"]) == 0
    assert "secret" not in capsys.readouterr().out


@pytest.mark.parametrize("line", ["no json", '{"complaint": 1}', '{"text": "a", "kind": "rage"}', ""])
def test_what_is_no_labelled_post_is_named(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.jsonl").write_text(line + "\n")
    with pytest.raises(SetInvalid):
        sets([tmp_path])
    assert evaluation.main([str(tmp_path)]) == 2
    assert "bad.jsonl" in capsys.readouterr().err


def test_this_projects_posts_have_every_label() -> None:
    for posts in map(labelled_posts, LEARNED):
        assert {labelled.kind for labelled in posts} == set(Kind)
        assert all(labelled.urgency for labelled in posts)
