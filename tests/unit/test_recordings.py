"""Recordings in the forms that people have them in."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from infra.replay.containers import NotReadable, documents, parts
from infra.replay.recording import Recording, read_recording
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.brand import Account, Brand
from tests.support.builders import at, settings
from tests.support.recorded import CHIPPED, LOST, SORRY, Raw, lines, raw, recording, without

THREE = (LOST, SORRY, CHIPPED)
IDS = ["10", "20", "30"]
OLD_TIME = "%a %b %d %H:%M:%S +0000 %Y"


def ids(found: Recording) -> list[str]:
    return [post.post_id for post in found.posts]


def table(rows: Sequence[Raw], separator: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# --- absent is absent


@pytest.mark.parametrize("absent", [None, float("nan"), "", [], {}, "NaN", "null", "None"], ids=repr)
def test_each_way_to_write_that_a_field_is_absent_means_the_same(absent: Any) -> None:
    names = ["referenced_tweets", "in_reply_to_user_id", "attachments", "note_tweet", "lang", "conversation_id"]
    names.append("edit_history_tweet_ids")
    found = recording(lines({**LOST, **dict.fromkeys(names, absent)}))
    assert not found.left_out
    assert list(found.posts) == list(recording(lines(LOST)).posts)


def test_an_absent_entry_of_a_list_or_of_a_note_is_left_out() -> None:
    odd = {**SORRY, "referenced_tweets": [None, *SORRY["referenced_tweets"], {}], "note_tweet": {"text": None}}
    assert list(recording(lines(odd)).posts) == list(recording(lines(SORRY)).posts)


@pytest.mark.parametrize("name", ["id", "text", "author_id", "created_at"])
def test_a_post_without_what_it_needs_is_left_out_and_the_field_is_named(name: str) -> None:
    found = recording(lines({**LOST, name: None}, CHIPPED))
    assert ids(found) == ["30"]
    assert f"cannot read {name}" in next(found.complaints())


def test_an_id_with_a_fraction_is_its_digits() -> None:
    assert list(recording(lines({**LOST, "author_id": 42.0})).posts) == list(recording(lines(LOST)).posts)


# --- containers


PAGE = {"data": [CHIPPED, SORRY, LOST], "includes": {"users": [{"id": "42"}]}, "meta": {"result_count": 3}}
CONTENTS = {
    "lines": lines(*THREE),
    "newest first": lines(*THREE[::-1]),
    "a page": json.dumps(PAGE),
    "a page over several lines": json.dumps(PAGE, indent=2),
    "two pages, one of them empty": lines(PAGE, {"meta": {"result_count": 0}}),
    "a stream": lines(*({"data": post, "matching_rules": [{"id": "1"}]} for post in THREE)),
    "an array": json.dumps(THREE),
    "an array over several lines": json.dumps(THREE, indent=1),
    "an array of pages": json.dumps([PAGE]),
    "an array written by hand": "[\n" + ",\n".join(map(json.dumps, THREE)) + ",\n]",
    "lines that end in commas": ",\n".join(map(json.dumps, THREE)) + ",\n",
    "objects over several lines": "\n".join(json.dumps(post, indent=2) for post in THREE),
    "crlf": lines(*THREE).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_the_same_posts_are_read_from_each_container(name: str) -> None:
    found = recording(CONTENTS[name])
    assert ids(found) == IDS
    assert not found.left_out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_each_encoding_is_read(encoding: str) -> None:
    coffee = {**LOST, "text": "the café in Zürich is closed"}
    content = json.dumps(coffee, ensure_ascii=False).encode(encoding)
    found = recording(content)
    assert found.posts[0].text == coffee["text"]
    assert any("UTF-16" in note or "Latin-1" in note for note in found.notes) == (not encoding.startswith("utf-8"))


def test_one_damaged_line_does_not_turn_the_others_into_another_encoding() -> None:
    good = json.dumps({**LOST, "text": "Grüße"}, ensure_ascii=False).encode()
    also = json.dumps({**CHIPPED, "text": "café"}, ensure_ascii=False).encode()
    found = recording(b"\n".join([good, b"\xff\xfe\xe9", also]))
    assert [post.text for post in found.posts] == ["Grüße", "café"]
    assert [one.place for one in found.left_out] == ["posts.jsonl line 2"]


def test_gzip_and_zip_are_opened() -> None:
    content = lines(*THREE).encode()
    assert ids(recording(gzip.compress(content))) == IDS
    assert (
        ids(recording(zipped({"a.jsonl": lines(LOST, SORRY), "b/c.jsonl": lines(CHIPPED), "readme.md": "hi"}))) == IDS
    )


def zipped(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


REFUSED = {
    "a spreadsheet": (zipped({"xl/workbook.xml": "<x/>"}), "CSV"),
    "a zip without posts": (zipped({"photo.png": "x"}), "data/tweets.js"),
    "a damaged gzip": (gzip.compress(b"x" * 1000)[:20], "damaged"),
    "a damaged zip": (zipped({"a.jsonl": "x"})[:20], "unpack"),
    "a web page": (b"\n<!doctype html><html>", "web page"),
    "parquet": (b"PAR1....", "Parquet"),
    "a table of other columns": (b"name,price\nkettle,20\n", "lacks id, text, author_id, created_at"),
    "a table without authors": (b"id,text,created_at\n1,hi,2026-06-17T12:00:00Z\n", "lacks author_id"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_named_with_a_way_to_convert_them(name: str) -> None:
    content, says = REFUSED[name]
    with pytest.raises(NotReadable, match=says):
        recording(content)


# --- shapes


def archived(post: Raw) -> Raw:
    """A post of the brand as X's archive has it."""
    made = at(0).strptime(post["created_at"][:19], "%Y-%m-%dT%H:%M:%S").strftime(OLD_TIME)
    references = {one["type"]: one["id"] for one in post.get("referenced_tweets", ())}
    return {
        "id_str": post["id"],
        "full_text": post["text"],
        "created_at": made,
        "in_reply_to_status_id_str": references.get("replied_to"),
        "in_reply_to_user_id_str": post.get("in_reply_to_user_id"),
    }


def in_archive(*posts: Raw) -> str:
    return "window.YTD.tweets.part0 = " + json.dumps([{"tweet": archived(post)} for post in posts], indent=2)


def test_the_archive_of_x_holds_the_brand_s_own_posts() -> None:
    found = recording(in_archive(SORRY), name="tweets.js")
    (post,) = found.posts
    assert (post.own, post.replied_to, post.reply_to_user, post.created_at) == (True, "10", "42", at(12))
    assert any("customers" in note for note in found.notes)


def test_the_archive_is_read_from_its_zip_and_a_foreign_account_is_noticed() -> None:
    files = {"data/tweets.js": in_archive(SORRY), "data/like.js": "window.YTD.like.part0 = [{}]"}
    ours = 'window.YTD.account.part0 = [{"account": {"accountId": "1999000001"}}]'
    found = recording(zipped({**files, "data/account.js": ours}), name="archive.zip")
    assert (len(found.posts), found.left_out) == (1, [])
    theirs = recording(zipped({**files, "data/account.js": ours.replace("1999000001", "5")}), name="archive.zip")
    assert any("BRAND_ID" in note for note in theirs.notes)
    assert not any("BRAND_ID" in note for note in found.notes)


def test_reposts_in_the_archive_are_no_posts() -> None:
    found = recording(in_archive(raw("9", "RT @shop: hello", "", 1)), name="tweets.js")
    assert (list(found.posts), found.reposts) == ([], 1)


def of_api_1(post: Raw) -> Raw:
    return {**archived(post), "user": {"id_str": post["author_id"]}, "lang": "en"}


def of_snscrape(post: Raw) -> Raw:
    parent = next((one["id"] for one in post.get("referenced_tweets", ())), None)
    return {
        "_type": "snscrape.modules.twitter.Tweet",
        "id": int(post["id"]),
        "rawContent": post["text"],
        "date": post["created_at"],
        "user": {"id": int(post["author_id"]), "username": "x"},
        "conversationId": int(post["conversation_id"]),
        "inReplyToTweetId": parent and int(parent),
        "inReplyToUser": {"id": int(post["in_reply_to_user_id"])} if "in_reply_to_user_id" in post else None,
    }


def of_twarc_csv(post: Raw) -> Raw:
    parent = next((one["id"] for one in post.get("referenced_tweets", ())), "")
    return {
        "id": post["id"],
        "text": post["text"],
        "author_id": post["author_id"],
        "created_at": post["created_at"],
        "conversation_id": post["conversation_id"],
        "in_reply_to_user_id": post.get("in_reply_to_user_id", ""),
        "referenced_tweets.replied_to.id": parent,
        "referenced_tweets.quoted.id": "",
    }


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_with_the_names_of_x_is_read(separator: str) -> None:
    posts = [without(LOST, "lang"), without(CHIPPED, "lang")]
    assert ids(recording(table(posts, separator))) == ["10", "30"]


SHAPES = {
    "X's API v1.1": lines(*map(of_api_1, THREE)),
    "snscrape": lines(*map(of_snscrape, THREE)),
    "twarc's CSV": table([of_twarc_csv(post) for post in THREE]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_other_shapes_become_the_same_posts(name: str) -> None:
    found = recording(SHAPES[name])
    assert [(p.post_id, p.author_id, p.own, p.replied_to, p.reply_to_user, p.created_at) for p in found.posts] == [
        (p.post_id, p.author_id, p.own, p.replied_to, p.reply_to_user, p.created_at)
        for p in recording(lines(*THREE)).posts
    ]
    assert any(name in note for note in found.notes)


def support(post_id: str, author: str, minute: int, text: str, answers: str = "") -> Raw:
    """A row of "Customer Support on Twitter"."""
    return {
        "tweet_id": post_id,
        "author_id": author,
        "inbound": author.isdigit(),
        "created_at": at(minute).strftime(OLD_TIME),
        "text": text,
        "response_tweet_id": "",
        "in_response_to_tweet_id": answers,
    }


def test_the_only_company_of_a_set_is_the_brand() -> None:
    rows = [support("3", "115", 0, "@finchcare it broke,\n again"), support("1", "finchcare", 9, "@115 sorry!", "3")]
    found = recording(table(rows))
    assert [(post.own, post.replied_to) for post in found.posts] == [(False, None), (True, "3")]


def test_of_a_set_about_many_companies_the_brand_s_conversations_are_read() -> None:
    rows = [
        support("1", "115", 0, "@FennelAndFinch it broke"),
        support("2", "FennelAndFinch", 5, "@115 sorry!", "1"),
        support("3", "116", 6, "@Other it broke"),
        support("4", "Other", 7, "@116 sorry!", "3"),
        support("5", "117", 8, "no handle here"),
        support("6", "FennelAndFinch", 9, "@117 hello!", "5"),
    ]
    assert ids(recording(table(rows))) == ["1", "2", "5", "6"]
    with pytest.raises(NotReadable, match=r"brand\.handle"):
        recording(table(rows), Brand("Shop", UserId("9"), "Elsewhere"))


def test_a_handle_of_a_further_account_is_the_brand_s() -> None:
    brand = Brand("Shop", UserId("9"), "FennelAndFinch", accounts=(Account(UserId("77"), "Other"),))
    rows = [support("1", "FennelAndFinch", 0, "hi"), support("2", "Other", 1, "hi")]
    assert [post.author_id for post in recording(table(rows), brand).posts] == ["9", "77"]


# --- order, ids, and what is left out


def test_posts_beside_a_page_count_when_they_are_the_brand_s() -> None:
    page = {"data": [LOST], "includes": {"tweets": [SORRY, CHIPPED]}}
    assert ids(recording(lines(page))) == ["10", "20"]


def test_ids_that_a_spreadsheet_rounded_are_put_together_again_and_noticed() -> None:
    asked, answer = "2067170382443446272", "2067173402342326272"
    rounded = {**LOST, "id": "2067170382443450000", "conversation_id": None}
    reply = {**SORRY, "id": answer, "referenced_tweets": [{"type": "replied_to", "id": asked}]}
    found = recording(lines(rounded, reply))
    assert found.posts[1].replied_to == rounded["id"]
    assert any("spreadsheet" in note for note in found.notes)
    assert not recording(lines(*THREE)).notes


def test_an_answer_to_a_later_version_of_a_post_answers_the_post() -> None:
    edited = {**LOST, "id": "11", "edit_history_tweet_ids": ["10", "11"], "conversation_id": "11"}
    reply = {**SORRY, "referenced_tweets": [{"type": "replied_to", "id": "11"}]}
    found = recording(lines(edited, reply))
    assert [(post.post_id, post.replied_to) for post in found.posts] == [("10", None), ("20", "10")]
    assert (found.posts[0].conversation_id, found.posts[0].created_at) == ("10", at(0))


def test_few_records_may_be_left_out_and_many_may_not() -> None:
    good = [raw(str(number), "hi", "42", number) for number in range(100)]
    assert not recording(lines(*good, "nonsense", "nonsense")).too_much_left_out
    assert recording(lines(*good, *["nonsense"] * 5)).too_much_left_out


def test_each_reason_is_given_once_with_its_first_places() -> None:
    found = recording(lines(LOST, *["nonsense"] * 30, {**LOST, "id": "2.07E+18"}))
    not_json, bad_id = found.complaints()
    assert "line 2" in not_json
    assert "25 more" in not_json
    assert "spreadsheet" in bad_id


# --- long files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 200, 400])
def test_a_long_file_read_in_parts_is_the_file_read_whole(tmp_path: Path, size: int) -> None:
    content = lines(SORRY, "{broken", LOST, "", {**CHIPPED, "text": "Grüße \u2028 ☕"}) + "\n"
    file = tmp_path / "posts.jsonl"
    file.write_text(content, encoding="utf-8")
    found = parts(file, size)
    assert found is not None
    in_parts, whole = (read_recording(one, settings().brand) for one in (found, documents(str(file), content.encode())))
    assert [*in_parts.posts] == [*whole.posts]
    assert (in_parts.left_out, in_parts.records) == (whole.left_out, whole.records)


@pytest.mark.parametrize(
    "content", [b'{"id": "1"}\n', b"id,text\n" * 99, b'[\n{"id": "1"}]' * 99, b'{"id": "1"}\n' * 99 + b"\xe9"]
)
def test_files_that_are_short_or_of_another_form_are_read_whole(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "posts"
    file.write_bytes(content)
    assert parts(file, 100) is None
