"""The status site follows the table: only what changed, whatever crashes, however many run; and who else is told."""

import dataclasses
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

import pytest
import requests
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.local.cloud import Function
from infra.transform import REGION
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.ses_events import unwelcome
from mentiondesk.adapters.parameters import Secret, secret
from mentiondesk.adapters.status.s3_site import S3Site
from mentiondesk.adapters.status.statuspage import Statuspage, statuspage_key
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.broadcasts import Broadcasts
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.hosted_syncs import HostedSyncs
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.mail_budgets import MailBudgets
from mentiondesk.adapters.storage.stores.mail_marks import StaffMailMarks
from mentiondesk.adapters.storage.stores.settings import SettingsMissing, SettingsVersions
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.domain.access.links import LinkForged
from mentiondesk.domain.alerts.messages import Email, MessageKind, automatic
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.drafts import MOST_WEIGHT, Draft, Occasion, draft_text, weight
from mentiondesk.domain.incidents.incident import Health, Incident, Status, Update
from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.hosted import HostedSync
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.domain.status.subscribers import MailRequest, NoAddress, Subscriber, SubscriberId, address_in
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.ports.incidents import DraftStore, IncidentStore
from mentiondesk.ports.status import (
    BroadcastStore,
    HostedPage,
    HostedPageFails,
    HostedSyncStore,
    LeaseLost,
    MailBudget,
    SiteChanged,
    SiteStore,
    SubscriberStore,
)
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.status_site import SiteFiles
from mentiondesk.runtime import aws, clock
from mentiondesk.usecases.incidents.draft_posts import DraftPosts
from mentiondesk.usecases.status.broadcast import BroadcastToSubscribers
from mentiondesk.usecases.status.forget_bounced import forget
from mentiondesk.usecases.status.publish_status import ChannelFailed, Published, PublishStatus, SiteBusy, StatusChannel
from mentiondesk.usecases.status.subscribe import Asked, AskToConfirm, Subscribe, leave_address
from mentiondesk.usecases.status.sync_hosted_page import SyncHostedPage
from mentiondesk.values import replace
from tests.integration.conftest import TABLE, TEMPLATE, keep
from tests.support import parameters
from tests.support.builders import NOON, at, settings_file
from tests.support.memory_site import MemorySite
from tests.support.parameters import put_parameter
from tests.support.statuspage_standin import KEY, PAGE_ID, StatuspageStandin
from tests.support.telling import (
    API_URL,
    INCIDENT_ID,
    SINCE,
    URL,
    a_candidate,
    a_maintenance,
    affected,
    an_update,
    site_file,
    site_settings,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BUCKET = "status-site"
ANA, BEN = StaffId("ana"), StaffId("ben")
# Equal facts make equal files, and a crash at each of many calls leads to the same facts.
FILES = lru_cache(maxsize=64)(SiteFiles())
PAGE = f"incidents/{INCIDENT_ID}"


def plenty() -> timedelta:
    return timedelta(minutes=3)


class Killed(BaseException):
    """The process ends here."""


# --- Stores, in memory and in AWS -------------------------------------------------------------------------


@dataclass
class Stores:
    """Everything that telling needs from outside, over the same data."""

    incidents: IncidentStore
    site: SiteStore
    drafts: DraftStore
    pushed: HostedSyncStore
    subscribers: SubscriberStore
    tellings: BroadcastStore
    budget: MailBudget
    read: Callable[[], dict[str, bytes]]


def in_memory() -> Stores:
    site = MemorySite()
    return Stores(
        Incidents(MemoryTable(), keep),
        site,
        Drafts(MemoryTable(), keep),
        HostedSyncs(MemoryTable(), keep),
        Subscribers(MemoryTable()),
        Broadcasts(MemoryTable(), keep),
        MailBudgets(MemoryTable()),
        lambda: {path: file.content for path, file in site.files.items()},
    )


@pytest.fixture
def bucket(account: "DynamoDBClient") -> Iterator[str]:
    """An empty bucket."""
    del account
    s3 = aws.s3()
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})  # type: ignore[typeddict-item]
    yield BUCKET
    if held := s3.list_objects_v2(Bucket=BUCKET).get("Contents"):
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": one["Key"]} for one in held]})
    s3.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def in_aws(db: "DynamoDBClient", bucket: str) -> Stores:
    s3 = aws.s3()

    def read() -> dict[str, bytes]:
        found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {one["Key"]: s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found}

    return Stores(
        Incidents(DynamoTable(db, TABLE), keep),
        S3Site(s3, bucket),
        Drafts(DynamoTable(db, TABLE), keep),
        HostedSyncs(DynamoTable(db, TABLE), keep),
        Subscribers(DynamoTable(db, TABLE)),
        Broadcasts(DynamoTable(db, TABLE), keep),
        MailBudgets(DynamoTable(db, TABLE)),
        read,
    )


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest) -> Stores:
    found: Stores = in_memory() if request.param == "memory" else request.getfixturevalue("in_aws")
    return found


def publisher(
    stores: Stores, *also: StatusChannel, site: SiteStore | None = None, told: DeskSettings | None = None
) -> Any:
    """The use case; call it with the time."""
    current = told or site_settings()
    use_case = PublishStatus(
        stores.incidents,
        site or stores.site,
        FILES,
        lambda: current,
        lambda: SINCE,
        URL,
        API_URL,
        also=tuple(also),
    )
    return lambda now: use_case(now, plenty)


def say(stores: Stores, minute: float, status: Status, body: str, **more: Any) -> Incident:
    """A person says something about the incident, as the action pages do."""
    update = an_update(minute, status, body, **more)
    current = stores.incidents.get(update.incident_id)
    assert current is not None
    return stores.incidents.save(incident_change(current, current.moved(update), update=update))


def broken(stores: Stores) -> None:
    """An incident that a person has confirmed five minutes after noon."""
    assert stores.incidents.add(incident_change(None, a_candidate()))
    say(stores, 5, Status.INVESTIGATING, "We look into it.", affected=(affected(),))


# --- Where the site lies ----------------------------------------------------------------------------------


def a_file(content: bytes = b"one", path: str = "index.html") -> SiteFile:
    return SiteFile(path, content, "text/html; charset=utf-8", 30)


def test_a_file_has_the_mark_it_was_said_to_have(stores: Stores) -> None:
    file = a_file("Ünïcode".encode())
    stores.site.put(file, None)
    assert stores.site.marks() == {"index.html": stores.site.mark(file)}
    assert stores.read() == {"index.html": file.content}


def test_a_file_replaces_the_one_it_was_worked_out_against(stores: Stores) -> None:
    one, two = a_file(b"one"), a_file(b"two")
    stores.site.put(one, None)
    stores.site.put(two, stores.site.mark(one))
    assert stores.read() == {"index.html": b"two"}


def test_a_file_that_has_changed_since_is_left(stores: Stores) -> None:
    one, two, three = a_file(b"one"), a_file(b"two"), a_file(b"three")
    stores.site.put(two, None)
    for expected in (stores.site.mark(one), None):
        with pytest.raises(SiteChanged):
            stores.site.put(three, expected)
    assert stores.read() == {"index.html": b"two"}


def test_a_file_that_has_gone_since_is_not_made(stores: Stores) -> None:
    with pytest.raises(SiteChanged):
        stores.site.put(a_file(), stores.site.mark(a_file(b"other")))
    assert stores.read() == {}


def test_a_bucket_of_many_files_is_read_to_its_end(in_aws: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "4")
    for number in range(10):
        in_aws.site.put(a_file(path=f"incidents/{number}.html"), None)
    assert len(in_aws.site.marks()) == 10


def test_objects_say_what_they_are_and_how_long_they_keep(in_aws: Stores) -> None:
    publisher(in_aws)(NOON)
    for path, kind, seconds in (
        ("index.html", "text/html; charset=utf-8", 30),
        ("api/v2/summary.json", "application/json; charset=utf-8", 30),
        ("history.atom", "application/atom+xml; charset=utf-8", 30),
        ("history.rss", "application/rss+xml; charset=utf-8", 30),
        ("style.css", "text/css; charset=utf-8", 300),
    ):
        head = aws.s3().head_object(Bucket=BUCKET, Key=path)
        assert head["ContentType"] == kind
        assert head["CacheControl"] == f"public, max-age={seconds}, stale-if-error=86400"


# --- The site follows the table ---------------------------------------------------------------------------


def test_nothing_is_written_twice(stores: Stores) -> None:
    publish = publisher(stores)
    first: Published = publish(NOON)
    assert "index.html" in first.written
    assert publish(at(1)).written == []
    broken(stores)
    second = publish(at(6))
    assert second.written[0] == PAGE
    assert second.written[-1] == "index.html"
    assert "style.css" not in second.written
    assert "api/v2/scheduled-maintenances.json" in second.written  # its page says when something was told last
    assert publish(at(7)).written == []


def test_only_what_an_update_is_in_is_written(stores: Stores) -> None:
    other = IncidentId("20260616-0900-shop")
    publish = publisher(stores)
    broken(stores)
    stores.incidents.add(incident_change(None, a_candidate(incident_id=other, created_at=at(-60))))
    say(stores, -50, Status.INVESTIGATING, "Slow.", incident_id=other)
    publish(at(6))
    say(stores, 20, Status.MONITORING, "Mended, we watch it.")
    written = publish(at(20)).written
    assert PAGE in written
    assert f"incidents/{other}.html" not in written
    assert b"Mended, we watch it." in stores.read()["index.html"]


def test_only_incidents_that_changed_are_read_in_full(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(stores)
    publish, updates = publisher(stores), stores.incidents.updates
    read: list[str] = []

    def count(incident_id: IncidentId) -> list[Update]:
        read.append(incident_id)
        return updates(incident_id)

    monkeypatch.setattr(stores.incidents, "updates", count)
    publish(at(6))
    publish(at(7))
    assert read == [INCIDENT_ID]
    say(stores, 20, Status.IDENTIFIED, "Found it.")
    publish(at(21))
    assert read == [INCIDENT_ID] * 2
    assert b"Found it." in stores.read()["index.html"]


def test_a_candidate_is_nobody_s_business(stores: Stores) -> None:
    stores.incidents.add(incident_change(None, a_candidate(title="a rumour")))
    publisher(stores)(at(1))
    assert not [path for path, content in stores.read().items() if b"rumour" in content]


def test_a_dismissed_candidate_stays_nobody_s_business(stores: Stores) -> None:
    stores.incidents.add(incident_change(None, a_candidate(title="a rumour")))
    found = stores.incidents.get(INCIDENT_ID)
    assert found is not None
    stores.incidents.save(incident_change(found, found.dismissed("a joke", at(2))))
    publisher(stores)(at(3))
    assert not [path for path, content in stores.read().items() if b"rumour" in content]


def test_new_settings_are_on_the_site(stores: Stores) -> None:
    publisher(stores)(NOON)
    publisher(stores, told=site_settings(name="Another name"))(at(1))
    assert b"Another name" in stores.read()["index.html"]


def test_what_is_too_old_leaves_the_lists_and_keeps_its_page(stores: Stores) -> None:
    broken(stores)
    say(stores, 10, Status.RESOLVED, "All is well.")
    publisher(stores)(at(11))
    publisher(stores)(at(11) + timedelta(days=91))
    found = stores.read()
    assert PAGE in found
    assert INCIDENT_ID.encode() not in found["history.html"] + found["history.atom"]


def test_what_still_goes_on_is_shown_however_old_it_is(stores: Stores) -> None:
    broken(stores)
    publisher(stores)(at(11) + timedelta(days=91))
    assert INCIDENT_ID.encode() in stores.read()["index.html"]


# --- A crash anywhere -------------------------------------------------------------------------------------


class Meddled:
    """A site that does something before or after its number-th write."""

    def __init__(self, site: SiteStore, number: int, when: str, deed: Callable[[], None]) -> None:
        self._site = site
        self._left = number
        self._when = when
        self._deed = deed

    def put(self, file: SiteFile, replacing: str | None) -> None:
        self._left -= 1
        if self._left == 0 and self._when == "before":
            self._deed()
        self._site.put(file, replacing)
        if self._left == 0 and self._when == "after":
            self._deed()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._site, name)


def die() -> None:
    raise Killed


def expected(stores: Stores, now: datetime, told: DeskSettings | None = None) -> dict[str, bytes]:
    """The site that the table asks for, in a place of its own."""
    fresh = MemorySite()
    publisher(stores, site=fresh, told=told)(now)
    return {path: file.content for path, file in fresh.files.items()}


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_crash_at_any_write_the_next_run_makes_site_and_table_agree(when: str) -> None:
    writes = 0
    number = 1
    while True:
        stores = in_memory()
        publisher(stores)(NOON)
        broken(stores)
        try:
            publisher(stores, site=Meddled(stores.site, number, when, die))(at(6))
        except Killed:
            writes += 1
        else:
            break
        linked = stores.read()
        assert PAGE in linked or INCIDENT_ID.encode() not in linked["index.html"], "no link leads nowhere"
        publisher(stores)(at(7))
        assert stores.read() == expected(stores, at(7))
        number += 1
    assert writes >= 10


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 5, 9, 13])
def test_a_crash_in_aws(in_aws: Stores, number: int, when: str) -> None:
    publisher(in_aws)(NOON)
    broken(in_aws)
    with pytest.raises(Killed):
        publisher(in_aws, site=Meddled(in_aws.site, number, when, die))(at(6))
    publisher(in_aws)(at(7))
    assert in_aws.read() == expected(in_aws, at(7))


@pytest.mark.parametrize("when", ["before", "after"])
def test_of_two_at_once_the_newest_facts_win_wherever_the_first_stands(when: str) -> None:
    """While the first stands at a write, more is said and a second run publishes all of it."""
    number = 0
    done = False
    while not done:
        number += 1
        stores = in_memory()
        broken(stores)
        done = True

        def meanwhile(stores: Stores = stores) -> None:
            nonlocal done
            done = False
            say(stores, 7, Status.IDENTIFIED, "Found it.")
            publisher(stores)(at(7))

        publisher(stores, site=Meddled(stores.site, number, when, meanwhile))(at(6))
        assert stores.read() == expected(stores, at(7)), number
        assert done or b"Found it." in stores.read()["index.html"]
    assert number > 10


@pytest.mark.parametrize("when", ["before", "after"])
def test_marks_are_looked_at_before_facts_are_read(stores: Stores, when: str) -> None:
    """Else a run that has read old facts would take a newer file for the one it may write over."""
    broken(stores)

    class Slow:
        """More is said and published around our look at the marks."""

        def __init__(self) -> None:
            self._looked = False

        def marks(self) -> Mapping[str, str]:
            if when == "before":
                self._meanwhile()
            found = stores.site.marks()
            if when == "after":
                self._meanwhile()
            return found

        def _meanwhile(self) -> None:
            if not self._looked:
                self._looked = True
                say(stores, 7, Status.IDENTIFIED, "Found it.")
                publisher(stores)(at(7))

        def __getattr__(self, name: str) -> Any:
            return getattr(stores.site, name)

    publisher(stores, site=cast(SiteStore, Slow()))(at(6))
    assert stores.read() == expected(stores, at(7))


def test_two_at_once_in_aws(in_aws: Stores) -> None:
    broken(in_aws)

    def meanwhile() -> None:
        say(in_aws, 7, Status.IDENTIFIED, "Found it.")
        publisher(in_aws)(at(7))

    publisher(in_aws, site=Meddled(in_aws.site, 3, "before", meanwhile))(at(6))
    assert in_aws.read() == expected(in_aws, at(7))


def test_a_run_that_always_comes_second_gives_up() -> None:
    stores = in_memory()

    class Taken(MemorySite):
        def put(self, file: SiteFile, replacing: str | None) -> None:
            raise SiteChanged(file.path, replacing)

    with pytest.raises(SiteBusy):
        publisher(stores, site=Taken())(NOON)


# --- Maintenance moves by its times -----------------------------------------------------------------------


def statuses(stores: Stores) -> list[Status]:
    return [update.status for update in stores.incidents.updates(INCIDENT_ID)]


def test_maintenance_begins_and_ends_at_its_times(stores: Stores) -> None:
    first = an_update(0, Status.SCHEDULED, "We move the shop.", affected=(affected(health=Health.UNDER_MAINTENANCE),))
    stores.incidents.add(incident_change(None, a_maintenance(), update=first))
    publish = publisher(stores)
    moved = [publish(at(minute)).moved for minute in (1, 119, 120, 121, 179, 180, 181)]
    assert moved == [0, 0, 1, 0, 0, 1, 0]
    assert statuses(stores) == [Status.SCHEDULED, Status.IN_PROGRESS, Status.COMPLETED]
    assert b"Everything is working" in stores.read()["index.html"]


def test_maintenance_that_was_slept_through_is_completed(stores: Stores) -> None:
    stores.incidents.add(
        incident_change(None, a_maintenance(), update=an_update(0, Status.SCHEDULED, "We move the shop."))
    )
    assert publisher(stores)(at(400)).moved == 1
    assert statuses(stores) == [Status.SCHEDULED, Status.COMPLETED]


def test_incidents_do_not_move_by_themselves(stores: Stores) -> None:
    broken(stores)
    assert publisher(stores)(at(400)).moved == 0


def test_two_copies_move_maintenance_once(stores: Stores) -> None:
    stores.incidents.add(
        incident_change(None, a_maintenance(), update=an_update(0, Status.SCHEDULED, "We move the shop."))
    )

    class Slow:
        """Between our look and our write, another run moves it."""

        def __init__(self) -> None:
            self.looked = False

        def open(self) -> list[Incident]:
            found = stores.incidents.open()
            if not self.looked:
                self.looked = True
                publisher(stores)(at(120))
            return found

        def __getattr__(self, name: str) -> Any:
            return getattr(stores.incidents, name)

    slow = dataclasses.replace(stores, incidents=Slow())
    assert publisher(slow)(at(120)).moved == 0
    assert statuses(stores) == [Status.SCHEDULED, Status.IN_PROGRESS]
    assert b"Maintenance is under way" in stores.read()["index.html"]


# --- Drafts of posts on X ---------------------------------------------------------------------------------


def drafted(stores: Stores, now: datetime, told: DeskSettings | None = None) -> Published:
    found: Published = publisher(stores, DraftPosts(stores.drafts, site_settings), told=told)(now)
    return found


def test_a_post_is_drafted_when_an_incident_is_published_and_when_it_is_solved(stores: Stores) -> None:
    stores.incidents.add(incident_change(None, a_candidate()))
    assert drafted(stores, at(1)).also == {"drafts": 0}
    say(stores, 5, Status.INVESTIGATING, "We look into it.")
    assert [drafted(stores, at(minute)).also["drafts"] for minute in (6, 7)] == [1, 0]
    say(stores, 30, Status.RESOLVED, "All is well.")
    assert [drafted(stores, at(minute)).also["drafts"] for minute in (30, 31)] == [1, 0]
    first, second = stores.drafts.of(INCIDENT_ID)
    assert (first.occasion, second.occasion) == (Occasion.PUBLISHED, Occasion.RESOLVED)
    assert first.text.startswith("We know that some of you have a problem: iOS app: home page won't load.")
    assert second.text.startswith("This is solved: iOS app: home page won't load.")
    assert first.approved_by is None


def test_nothing_is_drafted_about_maintenance_or_old_news(stores: Stores) -> None:
    stores.incidents.add(
        incident_change(None, a_maintenance(), update=an_update(0, Status.SCHEDULED, "We move the shop."))
    )
    assert drafted(stores, at(130)).also == {"drafts": 0}
    old = IncidentId("old")
    stores.incidents.add(incident_change(None, a_candidate(incident_id=old)))
    say(stores, 5, Status.INVESTIGATING, "We look into it.", incident_id=old)
    assert drafted(stores, NOON + timedelta(days=2)).also == {"drafts": 0}


def test_a_draft_holds_a_link_only_where_its_price_is_accepted(stores: Stores) -> None:
    broken(stores)
    drafted(stores, at(6), site_settings(x_links=True))
    (draft,) = stores.drafts.of(INCIDENT_ID)
    assert draft.post.endswith(f" {URL}/{PAGE}")
    assert draft.intent.startswith("https://x.com/intent/post?text=We%20know")


@pytest.mark.parametrize(
    "title", ["see evil.example now", "https://evil.example/x", "@someone $CASH #tag", "x" * 10_000, "ü🚨" * 400]
)
@pytest.mark.parametrize("links", [False, True])
def test_a_draft_is_short_enough_and_its_title_makes_no_link(title: str, links: bool) -> None:
    stores = in_memory()
    stores.incidents.add(incident_change(None, a_candidate(title=title)))
    say(stores, 5, Status.INVESTIGATING, "We look into it.")
    drafted(stores, at(6), site_settings(x_links=links))
    (draft,) = stores.drafts.of(INCIDENT_ID)
    assert weight(draft.text) + (24 if links else 0) <= MOST_WEIGHT
    assert "evil.example" not in draft.text
    assert not set(draft.text) & set("@#$")
    assert draft.text.endswith("when it is solved.")


def test_weights_are_x_s() -> None:
    assert (weight("plain text"), weight("Ω–“”…"), weight("日本"), weight("🚨")) == (10, 6, 4, 2)
    assert draft_text("a ", "b" * 300, " c", with_link=False) == "a " + "b" * 274 + "… c"


def a_draft(**overrides: Any) -> Draft:
    return Draft(
        **{
            "incident_id": INCIDENT_ID,
            "occasion": Occasion.PUBLISHED,
            "text": "We know.",
            "drafted_at": NOON,
            **overrides,
        }
    )


def test_the_first_draft_and_the_first_yes_stay(stores: Stores) -> None:
    assert [stores.drafts.add(a_draft(text=text)) for text in ("one", "two")] == [True, False]
    assert stores.drafts.get(INCIDENT_ID, Occasion.PUBLISHED) == a_draft(text="one")
    for who, minute in ((ANA, 1), (BEN, 2)):
        approved = stores.drafts.approve(INCIDENT_ID, Occasion.PUBLISHED, who, at(minute))
        assert approved == a_draft(text="one", approved_by=ANA, approved_at=at(1))
    assert stores.drafts.of(INCIDENT_ID) == [approved]


def test_no_draft_is_no_draft(stores: Stores) -> None:
    assert stores.drafts.get(INCIDENT_ID, Occasion.RESOLVED) is None
    assert stores.drafts.approve(INCIDENT_ID, Occasion.RESOLVED, ANA, NOON) is None
    assert stores.drafts.of(INCIDENT_ID) == []


# --- The hosted status page -------------------------------------------------------------------------------


@pytest.fixture
def hosted() -> StatuspageStandin:
    return StatuspageStandin("Online shop", "iOS app", "Something else")


def client(hosted: StatuspageStandin, key: str = KEY) -> Statuspage:
    page = Statuspage(lambda: key)
    page._session.mount("https://", hosted)
    return page


def pushing(stores: Stores, hosted: StatuspageStandin, page_id: str | None = PAGE_ID, key: str = KEY) -> Any:
    page: HostedPage = client(hosted, key)
    return publisher(stores, SyncHostedPage(lambda: page, stores.pushed), told=site_settings(statuspage_id=page_id))


def said_there(hosted: StatuspageStandin) -> list[tuple[str, str]]:
    """The page's text about its one incident, oldest first."""
    (incident,) = hosted.incidents
    return [(one["status"], one["body"]) for one in reversed(incident["incident_updates"])]


def test_the_hosted_page_is_told_each_update_once(stores: Stores, hosted: StatuspageStandin) -> None:
    broken(stores)
    push = pushing(stores, hosted)
    assert [push(at(minute)).also["hosted_page"] for minute in (6, 7)] == [1, 0]
    say(stores, 20, Status.IDENTIFIED, "Found it.", affected=(affected(health=Health.DEGRADED_PERFORMANCE),))
    say(stores, 30, Status.RESOLVED, "All is well.")
    assert [push(at(minute)).also["hosted_page"] for minute in (31, 32)] == [1, 0]
    assert said_there(hosted) == [
        ("investigating", "We look into it."),
        ("identified", "Found it."),
        ("resolved", "All is well."),
    ]
    (incident,) = hosted.incidents
    assert incident["metadata"] == {"mentiondesk": {"incident_id": INCIDENT_ID}}
    assert (incident["name"], incident["impact_override"]) == ("iOS app: home page won't load", "major")
    assert [one["components"] for one in incident["incident_updates"]] == [
        {"c1": "operational"},
        {"c1": "degraded_performance"},
        {"c1": "partial_outage"},
    ]
    assert set(hosted.timeouts) == {(3.05, 8)}


def test_nothing_is_asked_of_the_page_when_nothing_is_new(stores: Stores, hosted: StatuspageStandin) -> None:
    broken(stores)
    push = pushing(stores, hosted)
    push(at(6))
    before = len(hosted.requests)
    push(at(8))
    assert len(hosted.requests) == before


def test_no_push_is_begun_when_time_is_nearly_up(stores: Stores, hosted: StatuspageStandin) -> None:
    broken(stores)
    site, page = publisher(stores)(at(6)).site, client(hosted)
    push = SyncHostedPage(lambda: page, stores.pushed)
    site = replace(site, page=site_settings(statuspage_id=PAGE_ID).page)
    assert [push(site, at(6), lambda left=left: timedelta(seconds=left)) for left in (20, 50)] == [0, 1]  # type: ignore[misc]


def test_without_a_page_there_is_nothing_to_push(stores: Stores) -> None:
    broken(stores)

    def nobody() -> HostedPage:
        raise AssertionError("asked for a page that the settings do not name")

    assert publisher(stores, SyncHostedPage(nobody, stores.pushed))(at(6)).also == {"hosted_page": 0}


def test_a_long_title_is_cut_for_the_page(stores: Stores, hosted: StatuspageStandin) -> None:
    stores.incidents.add(incident_change(None, a_candidate(title="t" * 201)))
    say(stores, 5, Status.INVESTIGATING, "We look into it.")
    pushing(stores, hosted)(at(6))
    assert hosted.incidents[0]["name"] == "t" * 199 + "…"


def test_maintenance_is_told_with_its_times(stores: Stores, hosted: StatuspageStandin) -> None:
    stores.incidents.add(
        incident_change(None, a_maintenance(), update=an_update(0, Status.SCHEDULED, "We move the shop."))
    )
    pushing(stores, hosted)(at(1))
    (incident,) = hosted.incidents
    assert (incident["scheduled_for"], incident["scheduled_until"]) == ("2026-06-17T14:00:00Z", "2026-06-17T15:00:00Z")
    assert "impact_override" not in incident


@pytest.mark.parametrize("number", range(1, 7))
@pytest.mark.parametrize("when", ["fail", "fail_after"])
def test_a_crash_at_any_request_repeats_nothing(
    stores: Stores, hosted: StatuspageStandin, number: int, when: str
) -> None:
    broken(stores)
    say(stores, 20, Status.IDENTIFIED, "Found it.")
    say(stores, 30, Status.RESOLVED, "All is well.")
    left = number

    def crash(_method: str, _path: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    setattr(hosted, when, crash)
    push = pushing(stores, hosted)
    try:
        push(at(31))
    except Killed:
        assert push(at(32)).also == {"hosted_page": 0}, "whoever died still holds it"
        push(at(36))
    assert said_there(hosted) == [
        ("investigating", "We look into it."),
        ("identified", "Found it."),
        ("resolved", "All is well."),
    ]


@pytest.mark.parametrize("number", range(1, 5))
def test_two_at_once_tell_the_page_once(stores: Stores, hosted: StatuspageStandin, number: int) -> None:
    broken(stores)
    say(stores, 20, Status.IDENTIFIED, "Found it.")
    push, left = pushing(stores, hosted), [number]

    def meanwhile(_method: str, _path: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            assert push(at(21.5)).also == {"hosted_page": 0}

    hosted.fail = meanwhile
    push(at(21))
    assert said_there(hosted) == [("investigating", "We look into it."), ("identified", "Found it.")]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, {}), "status 500"),
        ((420, {"error": "slow down"}), "status 420"),
        ((302, {}), "status 302"),
        ((200, b"<html>"), "JSONDecodeError"),
        ((200, {"message": "a dict"}), "an answer of another shape"),
        ((200, [None]), "an answer of another shape"),
    ],
)
def test_a_page_that_fails_keeps_nothing_else_back(
    stores: Stores, hosted: StatuspageStandin, answer: tuple[int, Any], reason: str
) -> None:
    broken(stores)
    hosted.fail = lambda _method, _path: answer
    page = client(hosted)
    told = site_settings(statuspage_id=PAGE_ID)
    also = (SyncHostedPage(lambda: page, stores.pushed), DraftPosts(stores.drafts, site_settings))
    published: Published = publisher(stores, *also, told=told)(at(6))
    assert published.failed == {"hosted_page": reason}
    assert published.also == {"drafts": 1}
    assert "index.html" in published.written
    hosted.fail = lambda _method, _path: None
    assert publisher(stores, *also, told=told)(at(11)).also["hosted_page"] == 1


@pytest.mark.parametrize("failure", [requests.ConnectTimeout, requests.ReadTimeout, requests.ConnectionError])
def test_a_page_that_does_not_answer(stores: Stores, hosted: StatuspageStandin, failure: type[Exception]) -> None:
    broken(stores)

    def fail(_method: str, _path: str) -> None:
        raise failure

    hosted.fail = fail
    assert pushing(stores, hosted)(at(6)).failed == {"hosted_page": failure.__name__}


def test_an_incident_that_the_page_refuses_keeps_no_other_back(stores: Stores, hosted: StatuspageStandin) -> None:
    broken(stores)
    other = IncidentId("20260617-1210-shop")
    stores.incidents.add(incident_change(None, a_candidate(incident_id=other, title="Shop")))
    say(stores, 12, Status.INVESTIGATING, "Slow.", incident_id=other)
    posts: list[str] = []

    def fail(method: str, _path: str) -> tuple[int, Any] | None:
        posts.extend([method] if method == "POST" else [])
        return (422, {"error": "no"}) if posts == ["POST"] and method == "POST" else None

    hosted.fail = fail
    assert pushing(stores, hosted)(at(13)).failed == {"hosted_page": "status 422"}
    assert [one["name"] for one in hosted.incidents] == ["Shop"]


def test_a_wrong_key_is_a_failure_like_others(stores: Stores, hosted: StatuspageStandin) -> None:
    broken(stores)
    assert pushing(stores, hosted, key="old")(at(6)).failed == {"hosted_page": "status 401"}


def test_an_announcement_sets_no_component_at_the_page_and_the_beginning_does(
    stores: Stores, hosted: StatuspageStandin
) -> None:
    word = an_update(0, Status.SCHEDULED, "Soon.", affected=(affected(health=Health.UNDER_MAINTENANCE),))
    stores.incidents.add(incident_change(None, a_maintenance(affected=()).moved(word), update=word))
    pushing(stores, hosted)(at(1))
    (there,) = hosted.incidents
    assert [one["components"] for one in there["incident_updates"]] == [None]
    assert len(there["component_ids"]) == 1
    pushing(stores, hosted)(at(121))
    assert list(there["incident_updates"][0]["components"].values()) == ["under_maintenance"]


def test_an_edited_update_is_not_posted_again(stores: Stores, hosted: StatuspageStandin) -> None:
    broken(stores)
    pushing(stores, hosted)(at(6))
    (first,) = stores.incidents.updates(INCIDENT_ID)
    incident = stores.incidents.get(INCIDENT_ID)
    assert incident is not None
    edited = replace(first, body="We know what it is.", edited_at=at(8))
    stores.incidents.save(incident_change(incident, replace(incident, edited_at=at(8)), update=edited))
    say(stores, 20, Status.IDENTIFIED, "Found it.")
    pushing(stores, hosted)(at(21))
    assert said_there(hosted) == [("investigating", "We look into it."), ("identified", "Found it.")]


def test_another_page_is_told_from_the_beginning(stores: Stores, hosted: StatuspageStandin) -> None:
    broken(stores)
    stores.pushed.save(
        HostedSync(INCIDENT_ID, "former99", "gone", stores.incidents.updates(INCIDENT_ID)[-1].update_id, NOON)
    )
    assert pushing(stores, hosted)(at(6)).also == {"hosted_page": 1}
    assert said_there(hosted) == [("investigating", "We look into it.")]


def test_one_tells_the_page_at_a_time(stores: Stores) -> None:
    lease = stores.pushed.lease
    assert [lease(INCIDENT_ID, at(minute), at(minute + 4)) for minute in (0, 1, 4)] == [True, False, True]
    assert stores.pushed.get(INCIDENT_ID) is None
    pushed = HostedSync(INCIDENT_ID, PAGE_ID, "hosted0", "u-1", at(4))
    stores.pushed.save(pushed)
    assert stores.pushed.get(INCIDENT_ID) == pushed
    assert lease(INCIDENT_ID, at(5), at(9))
    assert stores.pushed.get(INCIDENT_ID) == pushed


def test_an_api_key_that_cannot_be_read() -> None:
    def fails() -> Secret:
        raise EndpointConnectionError(endpoint_url="https://ssm.example")

    with pytest.raises(HostedPageFails, match="can not be read"):
        statuspage_key(fails, lambda: NOON)()


def test_an_api_key_that_is_not_stored(account: "DynamoDBClient") -> None:
    del account
    with pytest.raises(HostedPageFails, match="make statuspage-key"):
        statuspage_key(secret(aws.ssm, "/no-such-parameter"), lambda: NOON)()


def test_an_api_key_that_is_stored(account: "DynamoDBClient") -> None:
    del account
    put_parameter("/statuspage", f"{KEY}\n")
    assert statuspage_key(secret(aws.ssm, "/statuspage"), lambda: NOON)() == KEY


# --- Subscribers ------------------------------------------------------------------------------------------


class Post:
    """A mailer that remembers; `refuse` says what becomes of a mail to an address."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Email]] = []
        self.refuse: Callable[[str], None] = lambda _address: None
        self.refused: list[tuple[SubscriberId, str]] = []
        self.pauses: list[timedelta] = []

    def passed_over(self, subscriber_id: SubscriberId, reason: str) -> None:
        self.refused.append((subscriber_id, reason))

    def send(self, address: str, email: Email) -> str:
        self.refuse(address)
        self.sent.append((address, email))
        return f"m-{len(self.sent)}"

    def to(self, address: str) -> list[Email]:
        return [email for to, email in self.sent if to == address]


@pytest.fixture
def post() -> Post:
    return Post()


TOKENS = SignedSubscriberTokens(lambda _unknown: ("a key for tests",))


class Subscribing:
    """The form, the queue behind it, and the function that empties the queue at once."""

    def __init__(self, stores: Stores, post: Post) -> None:
        self._form = Subscribe(stores.subscribers, TOKENS, self)
        self._worker = AskToConfirm(
            stores.subscribers, stores.budget, TOKENS, post, CustomerMails(), site_settings, API_URL, lambda *_: None
        )
        self._requests: list[MailRequest] = []
        self.confirm = self._form.confirm
        self.leave = self._form.leave

    def add(self, request: MailRequest) -> None:
        self._requests.append(request)

    def ask(self, typed: str, now: datetime) -> Asked:
        self._form.ask(typed)
        return self._worker(self._requests.pop(), now)


def subscribing(stores: Stores, post: Post) -> Subscribing:
    return Subscribing(stores, post)


def broadcasting(stores: Stores, post: Post) -> BroadcastToSubscribers:
    return BroadcastToSubscribers(
        stores.subscribers,
        stores.tellings,
        stores.budget,
        TOKENS,
        post,
        CustomerMails(),
        post.passed_over,
        map,
        post.pauses.append,
    )


def telling(stores: Stores, post: Post) -> Any:
    return publisher(stores, broadcasting(stores, post))


def token_in(email: Email) -> str:
    (line,) = [line for line in email.text.splitlines() if "/subscribers/" in line]
    return line.rpartition("/")[2]


def subscribe(stores: Stores, post: Post, address: str, now: datetime = NOON) -> None:
    """They ask and say yes; the question is forgotten."""
    desk = subscribing(stores, post)
    desk.ask(address, now)
    assert desk.confirm(token_in(post.to(address)[-1]), now)
    post.sent.clear()


def test_nobody_gets_mail_who_has_not_said_yes(stores: Stores, post: Post) -> None:
    desk = subscribing(stores, post)
    desk.ask("Cleo@Example.com", NOON)
    ((address, question),) = post.sent
    assert address == "Cleo@example.com"
    assert question.subject == "Confirm status updates from Fennel & Finch"
    assert f"{API_URL}/subscribers/confirm/" in question.text
    broken(stores)
    assert telling(stores, post)(at(6)).also == {"subscribers": 0}
    assert desk.confirm(token_in(question), at(7))
    say(stores, 20, Status.IDENTIFIED, "Found it.")
    assert telling(stores, post)(at(20)).also == {"subscribers": 1}


def test_one_is_asked_once_a_day_and_never_once_subscribed(stores: Stores, post: Post) -> None:
    desk = subscribing(stores, post)
    for hours in (0, 1, 23.9, 24.1):
        desk.ask("cleo@example.com", NOON + timedelta(hours=hours))
    assert len(post.sent) == 2
    desk.confirm(token_in(post.sent[1][1]), NOON + timedelta(hours=25))
    desk.ask("CLEO@example.com", NOON + timedelta(days=9))
    assert len(post.sent) == 2


def test_whom_no_question_reached_may_try_again(stores: Stores, post: Post) -> None:
    desk = subscribing(stores, post)

    def refuse(_address: str) -> None:
        raise Undeliverable("TooManyRequestsException", passing=True)

    post.refuse = refuse
    with pytest.raises(Undeliverable):
        desk.ask("cleo@example.com", NOON)
    assert stores.subscribers.asked(stores.subscribers.id_of("cleo@example.com")) is None
    post.refuse = lambda _address: None
    desk.ask("cleo@example.com", at(1))
    assert len(post.sent) == 1


def test_a_yes_may_be_pressed_twice_and_not_too_late(stores: Stores, post: Post) -> None:
    desk = subscribing(stores, post)
    desk.ask("cleo@example.com", NOON)
    token = token_in(post.sent[0][1])
    assert not desk.confirm(token, NOON + timedelta(days=8))
    assert [desk.confirm(token, at(minute)) for minute in (1, 2)] == [True, True]
    found = stores.subscribers.get(stores.subscribers.id_of("cleo@example.com"))
    assert found == Subscriber(stores.subscribers.id_of("cleo@example.com"), "cleo@example.com", NOON, at(1))


def test_leaving_takes_one_press_and_an_old_yes_does_not_undo_it(stores: Stores, post: Post) -> None:
    desk = subscribing(stores, post)
    desk.ask("cleo@example.com", NOON)
    yes = token_in(post.sent[0][1])
    desk.confirm(yes, at(1))
    leave = TOKENS.make(stores.subscribers.id_of("cleo@example.com"), "leave")
    desk.leave(leave)
    desk.leave(leave)
    assert stores.subscribers.page(None, 10) == []
    assert not desk.confirm(yes, at(2))


def test_a_token_is_good_for_what_it_was_made_for(stores: Stores, post: Post) -> None:
    desk = subscribing(stores, post)
    who = stores.subscribers.id_of("cleo@example.com")
    good = TOKENS.make(who, "leave")
    for token in (TOKENS.make(who, "confirm"), "", ".", good[:-1], f"{good}x", f"x{good}", "ü", good.upper()):
        with pytest.raises(LinkForged):
            desk.leave(token)
    other = SignedSubscriberTokens(lambda _unknown: ("another key",))
    with pytest.raises(LinkForged):
        desk.leave(other.make(who, "leave"))
    assert TOKENS.read(good, "leave") == who


def test_a_key_that_was_replaced_is_believed_for_a_while() -> None:
    who = SubscriberId("abc")
    old = SignedSubscriberTokens(lambda _unknown: ("one",)).make(who, "leave")
    asked: list[bool] = []

    def keys(unknown: bool) -> tuple[str, ...]:
        asked.append(unknown)
        return ("one", "two") if unknown else ("two",)

    assert SignedSubscriberTokens(keys).read(old, "leave") == who
    assert asked == [False, True]


@pytest.mark.parametrize(
    "typed",
    [
        *("", "cleo", "@example.com", "cleo@", "cleo@example", "a b@example.com", "a@b@example.com"),
        *("cleo@example.com\nBcc: x@y.example", "<cleo@example.com>", "cleo@-example.com", "cleo@exa_mple.com"),
        *("cleo,ben@example.com", "c" * 65 + "@example.com", "cleo@" + "a." * 130 + "com"),
    ],
)
def test_what_is_no_address_gets_no_mail(typed: str) -> None:
    with pytest.raises(NoAddress):
        address_in(typed)


@pytest.mark.parametrize("typed", [" cleo@Example.COM ", "cleo@example.com"])
def test_an_address_is_read_as_it_is_meant(typed: str) -> None:
    assert address_in(typed) == "cleo@example.com"


def test_each_update_reaches_each_subscriber_once(stores: Stores, post: Post) -> None:
    for name in ("ana", "ben", "cleo"):
        subscribe(stores, post, f"{name}@example.com")
    broken(stores)
    tell = telling(stores, post)
    assert [tell(at(minute)).also["subscribers"] for minute in (6, 7)] == [3, 0]
    say(stores, 20, Status.RESOLVED, "All is well.")
    assert [tell(at(minute)).also["subscribers"] for minute in (21, 22)] == [3, 0]
    assert [email.subject for email in post.to("ben@example.com")] == [
        "Fennel & Finch · Investigating: iOS app: home page won't load",
        "Fennel & Finch · Resolved: iOS app: home page won't load",
    ]


def test_the_same_words_again_are_no_news(stores: Stores, post: Post) -> None:
    subscribe(stores, post, "ana@example.com")
    broken(stores)
    telling(stores, post)(at(6))
    say(stores, 20, Status.INVESTIGATING, " We look into it. ")
    assert telling(stores, post)(at(21)).also == {"subscribers": 0}
    say(stores, 30, Status.INVESTIGATING, "Still looking.")
    assert telling(stores, post)(at(31)).also == {"subscribers": 1}


def test_nobody_hears_of_what_was_said_before_they_came(stores: Stores, post: Post) -> None:
    broken(stores)
    subscribe(stores, post, "late@example.com", now=at(10))
    assert telling(stores, post)(at(11)).also == {"subscribers": 0}


def test_yesterday_s_news_is_none(stores: Stores, post: Post) -> None:
    subscribe(stores, post, "ana@example.com")
    broken(stores)
    assert telling(stores, post)(at(6) + timedelta(days=1)).also == {"subscribers": 0}


def test_a_mail_says_who_what_since_when_and_how_to_stop(stores: Stores, post: Post) -> None:
    subscribe(stores, post, "ana@example.com")
    broken(stores)
    telling(stores, post)(at(6))
    ((_, email),) = post.sent
    leave = leave_address(API_URL, TOKENS.make(stores.subscribers.id_of("ana@example.com"), "leave"))
    assert email.headers == (
        ("List-Unsubscribe", f"<{leave}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        *automatic(MessageKind.STATUS_UPDATE),
    )
    for told in (email.text, email.html):
        for part in (
            "Investigating",
            "17 June 2026, 13:05 BST",
            "We look into it.",
            "Affected: iOS app",
            f"{URL}/{PAGE}",
            leave,
        ):
            assert part in told


def test_customers_words_are_words_in_a_mail(stores: Stores, post: Post) -> None:
    subscribe(stores, post, "ana@example.com")
    title = "<b>evil.example</b>\r\nBcc: all@example.com\x00 \u202egnp"
    stores.incidents.add(incident_change(None, a_candidate(title=title)))
    say(stores, 5, Status.INVESTIGATING, "Go to https://evil.example/<i>x", by=None)
    telling(stores, post)(at(6))
    ((_, email),) = post.sent
    assert email.subject == "Fennel & Finch · Investigating: <b>evil[.]example</b> Bcc: all@example[.]com gnp"
    assert "<b>" not in email.html
    assert "<i>" not in email.html
    assert "evil.example" not in email.html + email.text


def test_what_a_person_writes_may_hold_a_link(stores: Stores, post: Post) -> None:
    subscribe(stores, post, "ana@example.com")
    stores.incidents.add(incident_change(None, a_candidate()))
    say(stores, 5, Status.INVESTIGATING, "More at https://shop.example/help")
    telling(stores, post)(at(6))
    assert "https://shop.example/help" in post.sent[0][1].text


def names(count: int) -> list[str]:
    return [f"c{number:03}@example.com" for number in range(count)]


def confirmed(stores: Stores, *addresses: str) -> None:
    for address in addresses:
        stores.subscribers.confirm(Subscriber(stores.subscribers.id_of(address), address, NOON, NOON))


def in_order(stores: Stores) -> list[str]:
    return [one.address for one in stores.subscribers.page(None, 1000)]


def test_many_subscribers_take_several_batches_and_runs(stores: Stores, post: Post) -> None:
    confirmed(stores, *names(230))
    broken(stores)
    left = [30]

    def time_left() -> timedelta:
        left[0] -= 1
        return timedelta(seconds=60 if left[0] > 0 else 1)

    tell = broadcasting(stores, post)
    site = publisher(stores)(at(6)).site
    first = tell(site, at(6), time_left)
    assert 0 < first < 230
    assert tell(site, at(7), plenty) == 230 - first
    assert [address for address, _ in post.sent] == in_order(stores)
    assert tell(site, at(8), plenty) == 0


def rated(stores: Stores, **mails: int) -> Site:
    """The site at 12:06, where the settings limit the mails so."""
    told: Published = publisher(stores, told=site_settings(mails=mails))(at(6))
    return told.site


def test_a_second_s_mails_go_out_together_and_no_more_of_them(stores: Stores, post: Post) -> None:
    confirmed(stores, *names(8))
    broken(stores)
    assert broadcasting(stores, post)(rated(stores, a_second=3), at(6), plenty) == 8
    assert post.pauses == [timedelta(seconds=1)] * 2


def test_updates_leave_the_rest_of_the_day_s_quota_to_others(stores: Stores, post: Post) -> None:
    confirmed(stores, *names(8))
    broken(stores)
    tell, site = broadcasting(stores, post), rated(stores, a_second=3, a_day=7)
    with pytest.raises(ChannelFailed, match="the day's mails are used up"):
        tell(site, at(6), plenty)
    assert len(post.sent) == 6
    with pytest.raises(ChannelFailed):
        tell(site, at(11), plenty)
    assert tell(site, NOON + timedelta(hours=13), plenty) == 2
    assert [address for address, _ in post.sent] == in_order(stores)


def test_who_subscribed_to_a_part_hears_of_that_part_alone(stores: Stores, post: Post) -> None:
    for name, about in {
        "app": ("component:app",), "shop": ("component:shop",), "both": ("component:shop", "component:app"),
        "this": (f"incident:{INCIDENT_ID}",), "other": ("incident:another",), "all": (),
    }.items():  # fmt: skip
        address = f"{name}@example.com"
        found = Subscriber(stores.subscribers.id_of(address), address, NOON, NOON, about)
        stores.subscribers.confirm(found)
    broken(stores)
    assert telling(stores, post)(at(6)).also == {"subscribers": 4}
    assert {address.partition("@")[0] for address, _ in post.sent} == {"app", "both", "this", "all"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_crash_repeats_at_most_the_batch_it_fell_on(stores: Stores, post: Post, number: int) -> None:
    confirmed(stores, *names(4))
    broken(stores)
    tell = broadcasting(stores, post)
    site = rated(stores, a_second=1)
    reach, left = stores.tellings.reach, [number]

    def crash(telling: Broadcast, subscriber_id: SubscriberId) -> Broadcast:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return reach(telling, subscriber_id)

    stores.tellings.reach = crash  # type: ignore[method-assign]
    with pytest.raises(Killed):
        tell(site, at(6), plenty)
    assert tell(site, at(7), plenty) == 0
    assert tell(site, at(11), plenty) == 4 - number + 1
    got = [address for address, _ in post.sent]
    assert got == [*in_order(stores)[:number], *in_order(stores)[number - 1 :]]


def test_one_bad_address_keeps_nobody_else_s_mail_back(stores: Stores, post: Post) -> None:
    confirmed(stores, *names(3))
    broken(stores)
    bad = in_order(stores)[1]

    def refuse(address: str) -> None:
        if address == bad:
            raise Undeliverable("MessageRejected")

    post.refuse = refuse
    assert telling(stores, post)(at(6)).also == {"subscribers": 2}
    assert telling(stores, post)(at(7)).also == {"subscribers": 0}
    assert post.refused == [(stores.subscribers.id_of(bad), "MessageRejected")]


def test_when_nobody_s_mail_is_taken_the_next_run_goes_on(stores: Stores, post: Post) -> None:
    confirmed(stores, *names(3))
    broken(stores)
    third = in_order(stores)[2]

    def refuse(address: str) -> None:
        if address == third:
            raise Undeliverable("TooManyRequestsException", passing=True)

    post.refuse = refuse
    assert telling(stores, post)(at(6)).failed == {"subscribers": "TooManyRequestsException"}
    post.refuse = lambda _address: None
    assert telling(stores, post)(at(7)).also == {"subscribers": 1}
    assert [address for address, _ in post.sent] == in_order(stores)


class SesOf:
    """SES that takes no mail while it has a `code`."""

    def __init__(self, code: str | None) -> None:
        self.code = code
        self.sent: list[str] = []

    def send_email(self, **asked: Any) -> dict[str, str]:
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, "SendEmail")
        self.sent += asked["Destination"]["ToAddresses"]
        return {"MessageId": "m"}


@pytest.mark.parametrize(
    "code",
    [
        *("ThrottlingException", "Throttling", "ServiceUnavailable", "InternalFailure", "AccessDeniedException"),
        *("ExpiredTokenException", "UnrecognizedClientException", "TooManyRequestsException"),
    ],
)
def test_no_passing_error_of_ses_drops_a_subscriber(post: Post, code: str) -> None:
    stores = in_memory()
    confirmed(stores, *names(50))
    broken(stores)
    ses = SesOf(code)
    tell = BroadcastToSubscribers(
        stores.subscribers,
        stores.tellings,
        stores.budget,
        TOKENS,
        SesMailer(lambda: ses, "status@example.com"),  # type: ignore[arg-type, return-value]
        CustomerMails(),
        post.passed_over,
        map,
        post.pauses.append,
    )
    for minute in (6, 11):
        assert publisher(stores, tell)(at(minute)).failed == {"subscribers": code}
    ses.code = None
    publisher(stores, tell)(at(16))
    assert sorted(ses.sent) == names(50)
    assert post.refused == []


def test_two_at_once_tell_each_subscriber_once(stores: Stores, post: Post) -> None:
    confirmed(stores, *names(3))
    broken(stores)
    tell = broadcasting(stores, post)
    site = publisher(stores)(at(6)).site
    again: list[int] = []

    def meanwhile(_address: str) -> None:
        if not again:
            again.append(-1)
            again[0] = tell(site, at(6.5), plenty)

    post.refuse = meanwhile
    assert tell(site, at(6), plenty) == 3
    assert again == [0]
    assert [address for address, _ in post.sent] == in_order(stores)


def test_whoever_lost_the_lease_stops(stores: Stores) -> None:
    lease = stores.tellings.lease
    mine = lease(INCIDENT_ID, "u-1", NOON, at(4))
    assert mine is not None
    mine = stores.tellings.reach(mine, SubscriberId("aa"))
    assert lease(INCIDENT_ID, "u-1", at(3), at(7)) is None
    theirs = lease(INCIDENT_ID, "u-1", at(4), at(8))
    assert theirs == Broadcast(INCIDENT_ID, "u-1", at(8), SubscriberId("aa"))
    with pytest.raises(LeaseLost):
        stores.tellings.reach(mine, SubscriberId("bb"))
    stores.tellings.release(mine, done=True)
    assert lease(INCIDENT_ID, "u-1", at(5), at(9)) is None
    stores.tellings.release(theirs, done=False)
    third = lease(INCIDENT_ID, "u-1", at(5), at(9))
    assert third is not None
    assert third.reached == "aa"
    stores.tellings.release(third, done=True)
    assert lease(INCIDENT_ID, "u-1", at(99), at(103)) is None


def test_pages_of_subscribers_go_on_where_the_last_ended(stores: Stores) -> None:
    confirmed(stores, *names(5))
    first = stores.subscribers.page(None, 2)
    second = stores.subscribers.page(first[-1].subscriber_id, 10)
    assert [one.address for one in (*first, *second)] == in_order(stores)
    assert (len(first), len(second)) == (2, 3)
    assert stores.subscribers.page(second[-1].subscriber_id, 10) == []


def test_a_mail_through_ses_carries_its_headers(account: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> None:
    del account
    asked: list[dict[str, Any]] = []
    ses = aws.ses()

    def send_email(**given: Any) -> dict[str, str]:
        asked.append(given)
        return {"MessageId": "1"}

    monkeypatch.setattr(ses, "send_email", send_email)
    mail = Email("s", "t", "h", (("List-Unsubscribe", "<https://x>"),))
    SesMailer(lambda: ses, "status@example.com", "events").send("ana@example.com", mail)
    SesMailer(lambda: ses, "desk@example.com").send("ana@example.com", Email("s", "t", "h"))
    first, second = asked
    assert first["ConfigurationSetName"] == "events"
    assert first["Content"]["Simple"]["Headers"] == [{"Name": "List-Unsubscribe", "Value": "<https://x>"}]
    assert "ConfigurationSetName" not in second
    assert "Headers" not in second["Content"]["Simple"]


# --- Bounces and complaints -------------------------------------------------------------------------------


def event(kind: str, **facts: Any) -> dict[str, Any]:
    return {"eventType": kind, "mail": {"destination": ["ana@example.com"]}, **facts}


BOUNCED = {"bouncedRecipients": [{"emailAddress": "Ana@example.com", "status": "5.1.1"}]}


@pytest.mark.parametrize(
    ("told", "addresses"),
    [
        (event("Bounce", bounce={"bounceType": "Permanent", **BOUNCED}), ["Ana@example.com"]),
        ({"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", **BOUNCED}}, ["Ana@example.com"]),
        (event("Bounce", bounce={"bounceType": "Transient", **BOUNCED}), []),
        (event("Bounce", bounce={"bounceType": "Undetermined", **BOUNCED}), []),
        (
            event("Complaint", complaint={"complainedRecipients": [{"emailAddress": "<ben@example.com>"}]}),
            ["ben@example.com"],
        ),
        (event("Delivery", delivery={}), []),
        ({"eventType": "Bounce"}, []),
        ({}, []),
    ],
)
def test_who_is_to_be_forgotten(told: dict[str, Any], addresses: list[str]) -> None:
    assert unwelcome(told) == addresses


def test_a_bounced_address_is_forgotten(stores: Stores) -> None:
    confirmed(stores, "ana@example.com", "ben@example.com")
    for _ in range(2):
        assert forget(stores.subscribers, "ANA@example.com") == stores.subscribers.id_of("ana@example.com")
    assert in_order(stores) == ["ben@example.com"]


# --- The rest ---------------------------------------------------------------------------------------------


def test_since_is_when_the_first_settings_were_stored(db: "DynamoDBClient") -> None:
    store = SettingsVersions(DynamoTable(db, TABLE))
    with pytest.raises(SettingsMissing):
        store.since()
    store.store(settings_file(), NOON)
    store.store(settings_file(zone="Asia/Tokyo"), at(60))
    assert store.since() == NOON


def test_what_one_way_of_telling_does_does_not_stop_the_others(stores: Stores) -> None:
    class Fails:
        name = "fails"

        def __call__(self, site: Site, now: datetime, time_left: Callable[[], timedelta]) -> int:
            raise ChannelFailed(f"out of order at {site.url}, {now:%H:%M}, {time_left()}")

    broken(stores)
    published: Published = publisher(stores, Fails(), DraftPosts(stores.drafts, site_settings))(at(6))
    assert (published.failed, published.also) == ({"fails": f"out of order at {URL}, 12:06, 0:03:00"}, {"drafts": 1})


# --- A crash at any call to anything ------------------------------------------------------------------------


class Countdown:
    """Something happens at the number-th call, before it takes effect or after."""

    def __init__(self, number: int, when: str, deed: Callable[[], object] = die) -> None:
        self.left = number
        self._when = when
        self._deed = deed

    def over(self, thing: Any) -> Any:
        """`thing`, each of whose methods counts."""
        return _Counting(thing, self)

    def call(self, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        self.left -= 1
        ours = self.left == 0
        if ours and self._when == "before":
            self._deed()
        found = method(*given, **named)
        if ours and self._when == "after":
            self._deed()
        return found


class _Counting:
    def __init__(self, thing: Any, countdown: Countdown) -> None:
        self._thing = thing
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        return partial(self._countdown.call, found) if callable(found) else found


def everything(stores: Stores, post: Post, hosted: StatuspageStandin, countdown: Countdown | None = None) -> Any:
    """The whole publisher, as the function composes it."""

    def counted(thing: Any) -> Any:
        return countdown.over(thing) if countdown else thing

    page = counted(client(hosted))
    mails = BroadcastToSubscribers(
        counted(stores.subscribers),
        counted(stores.tellings),
        counted(stores.budget),
        TOKENS,
        counted(post),
        CustomerMails(),
        post.passed_over,
        map,
        post.pauses.append,
    )
    also = (
        DraftPosts(counted(stores.drafts), site_settings),
        SyncHostedPage(lambda: page, counted(stores.pushed)),
        mails,
    )
    outside = dataclasses.replace(stores, incidents=counted(stores.incidents), site=counted(stores.site))
    return publisher(outside, *also, told=site_settings(statuspage_id=PAGE_ID))


def a_busy_hour() -> tuple[Stores, Post, StatuspageStandin]:
    """An incident just solved, a maintenance whose time has come, and three who want to know."""
    stores, post, hosted = in_memory(), Post(), StatuspageStandin("iOS app")
    confirmed(stores, *names(3))
    move = IncidentId("20260617-1200-move")
    first = an_update(0, Status.SCHEDULED, "We move the shop.", incident_id=move)
    stores.incidents.add(incident_change(None, a_maintenance(incident_id=move, scheduled_for=at(30)), update=first))
    broken(stores)
    everything(stores, post, hosted)(at(6))
    post.sent.clear()
    say(stores, 29, Status.RESOLVED, "All is well.")
    return stores, post, hosted


def told_to(post: Post) -> Counter[tuple[str, str]]:
    return Counter((address, email.subject) for address, email in post.sent)


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_crash_at_any_call_the_next_runs_make_up_for_it(when: str) -> None:
    stores, post, hosted = a_busy_hour()
    everything(stores, post, hosted)(at(31))
    undisturbed = told_to(post)
    assert len(undisturbed) == 6
    number = 0
    while True:
        number += 1
        stores, post, hosted = a_busy_hour()
        countdown = Countdown(number, when)
        try:
            everything(stores, post, hosted, countdown)(at(31))
        except Killed:
            pass
        else:
            break
        for minute in (36, 41):
            everything(stores, post, hosted)(at(minute))
        assert stores.read() == expected(stores, at(41), site_settings(statuspage_id=PAGE_ID)), number
        assert len(stores.drafts.of(INCIDENT_ID)) == 2, number
        got = told_to(post)
        # The mails of the one batch in flight may have come twice.
        assert got.keys() == undisturbed.keys(), number
        assert got.total() - undisturbed.total() <= 3, number
        said = Counter(one["body"] for incident in hosted.incidents for one in incident["incident_updates"])
        assert said.total() == len(said) == 4, number
    assert number > 40


@pytest.mark.parametrize("when", ["before", "after"])
def test_two_at_once_tell_everything_once_wherever_the_first_stands(when: str) -> None:
    number, reached = 0, True
    while reached:
        number += 1
        stores, post, hosted = a_busy_hour()
        second = partial(everything(stores, post, hosted), at(31.1))
        countdown = Countdown(number, when, second)
        everything(stores, post, hosted, countdown)(at(31))
        reached = countdown.left <= 0
        everything(stores, post, hosted)(at(36))
        assert stores.read() == expected(stores, at(36), site_settings(statuspage_id=PAGE_ID)), number
        assert len(stores.drafts.of(INCIDENT_ID)) == 2, number
        got = told_to(post)
        assert (len(got), got.total()) == (6, 6), number
        said = Counter(one["body"] for incident in hosted.incidents for one in incident["incident_updates"])
        assert said.total() == len(said) == 4, number
    assert number > 40


# --- The functions, as Lambda runs them -------------------------------------------------------------------

# Powertools warns of a run that measured nothing, which is what a failed run does.
unmeasured = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def function(service: str, printed: list[str], **environment: str) -> Function:
    """A function after a cold start, with its environment."""
    given = {
        # A logger is one for its name, and keeps the stream that it was made with.
        "POWERTOOLS_SERVICE_NAME": f"{service} {uuid.uuid4()}",
        "POWERTOOLS_METRICS_NAMESPACE": "Mentiondesk/test",
        "AWS_LAMBDA_FUNCTION_NAME": service,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "TABLE_NAME": TABLE,
    }
    folder = TEMPLATE.parent / "functions" / service
    return Function(
        service, folder, {**given, **environment}, timedelta(minutes=3), 512, lambda _, line: printed.append(line)
    )


def publishing(printed: list[str]) -> Function:
    return function(
        "publish_status",
        printed,
        SITE_BUCKET=BUCKET,
        SITE_URL=URL,
        API_URL=API_URL,
        SUBSCRIBER_PARAMETER="/subscribers",
        STATUSPAGE_PARAMETER="/statuspage-of-the-desk",
        STATUS_SENDER="status@example.com",
        MAIL_EVENTS="mail-events",
    )


def test_the_publisher_publishes(in_aws: Stores, db: "DynamoDBClient") -> None:
    SettingsVersions(DynamoTable(db, TABLE)).store(site_file(), NOON)
    broken(in_aws)
    printed: list[str] = []
    run = publishing(printed)
    run({"Records": []})
    assert b"Part of our service is not working" in in_aws.read()["index.html"]
    SettingsVersions(DynamoTable(db, TABLE)).store(site_file(name="Another name"), at(1))
    run({"source": "aws.scheduler"})
    assert b"Another name" in in_aws.read()["index.html"]
    logged = [json.loads(line) for line in printed]
    assert not [line for line in logged if "_aws" in line]
    (first, second) = [line for line in logged if line.get("message") == "published"]
    assert (first["failed"], second["failed"]) == ({}, {})
    assert first["files"] > 10


def test_the_publisher_tells_subscribers_whom_the_log_does_not_name(in_aws: Stores, db: "DynamoDBClient") -> None:
    SettingsVersions(DynamoTable(db, TABLE)).store(site_file(), NOON)
    put_parameter("/subscribers", parameters.KEY)
    aws.ses().create_email_identity(EmailIdentity="status@example.com")
    confirmed(in_aws, "cleo@example.com")
    now = clock.now()
    in_aws.incidents.add(incident_change(None, a_candidate(created_at=now)))
    incident = in_aws.incidents.get(INCIDENT_ID)
    assert incident is not None
    update = an_update(at=now)
    in_aws.incidents.save(incident_change(incident, incident.moved(update), update=update))
    printed: list[str] = []
    publishing(printed)({"Records": []})
    (line,) = [json.loads(line) for line in printed if '"published"' in line]
    assert line["also"] == {"drafts": 1, "hosted_page": 0, "subscribers": 1}
    assert "cleo" not in "".join(printed)
    assert "home page" not in "".join(printed)


@unmeasured
def test_without_settings_the_run_fails_and_says_why(in_aws: Stores) -> None:
    del in_aws
    with pytest.raises(SettingsMissing):
        publishing([])({"Records": []})


def forgetting(printed: list[str]) -> Function:
    return function("forget_bounced", printed, STAFF_MAIL="staff-mail")


@pytest.mark.parametrize("through", ["bus", "topic"])
def test_the_forgetful_function_forgets(in_aws: Stores, through: str) -> None:
    confirmed(in_aws, "ana@example.com", "ben@example.com")
    told = event("Bounce", bounce={"bounceType": "Permanent", **BOUNCED})
    printed: list[str] = []
    forgetting(printed)({"detail": told} if through == "bus" else {"Records": [{"Sns": {"Message": json.dumps(told)}}]})
    assert in_order(in_aws) == ["ben@example.com"]
    assert "example.com" not in "".join(printed)


@pytest.mark.parametrize(
    "message",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        "",
        "[]",
        "null",
        '"Bounce"',
        '{"eventType": 0}',
    ],
)
def test_what_is_no_report_is_passed_over(in_aws: Stores, message: str) -> None:
    confirmed(in_aws, "ana@example.com")
    forgetting([])({"Records": [{"Sns": {"Message": message}}, {}]})
    forgetting([])({"detail": message})
    forgetting([])({})
    assert in_order(in_aws) == ["ana@example.com"]


@pytest.mark.parametrize(
    ("kind", "told", "reason"),
    [
        ("Bounce", {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.com"}]}},
         "Bounce Permanent"),
        ("Bounce", {"bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "Ana@Example.com"}]}},
         "Bounce Transient"),
        ("Complaint", {"complaint": {"complainedRecipients": [{"emailAddress": "ana@example.com"}]}}, "Complaint"),
        ("Reject", {"reject": {"reason": "Bad content"}}, "Reject"),
    ],
)  # fmt: skip
def test_the_operators_hear_of_staff_whom_mail_does_not_reach(
    in_aws: Stores, db: "DynamoDBClient", kind: str, told: dict[str, Any], reason: str
) -> None:
    SettingsVersions(DynamoTable(db, TABLE)).store(site_file(), NOON)
    confirmed(in_aws, "ana@example.com")
    mail = {"destination": ["ana@example.com"], "tags": {"ses:configuration-set": ["staff-mail"]}}
    printed: list[str] = []
    forgetting(printed)({"detail": {"eventType": kind, "mail": mail, **told}})
    reports, _ = Troubles(DynamoTable(db, TABLE)).load(clock.now() - timedelta(hours=1))
    assert [(one.name, one.count, one.detail) for one in reports] == [("StaffMailFails", 1, f"ana: {reason}")]
    marked = StaffMailMarks(DynamoTable(db, TABLE)).found(StaffId("ana"))
    assert marked is not None
    assert marked[0] == reason
    # She is a subscriber of the status page as well, and her mail from there arrived.
    assert in_order(in_aws) == ["ana@example.com"]
    assert "example.com" not in "".join(printed).lower()
