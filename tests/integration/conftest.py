"""The stores, each test twice: in memory, and on a table that template.yaml makes in moto."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from infra.transform import REGION, transformed
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.dynamo_alerts import DynamoAlerts
from mentiondesk.adapters.storage.dynamo_cases import DynamoCases
from mentiondesk.adapters.storage.dynamo_cursors import DynamoCursors
from mentiondesk.adapters.storage.dynamo_incidents import DynamoIncidents
from mentiondesk.adapters.storage.dynamo_opinions import DynamoOpinions
from mentiondesk.adapters.storage.dynamo_posts import DynamoPosts, post_from_image
from mentiondesk.adapters.storage.dynamo_signals import DynamoSignals
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.items import fact, python, values
from mentiondesk.adapters.storage.memory import (
    MemoryAlerts,
    MemoryCases,
    MemoryCursors,
    MemoryIncidents,
    MemoryOpinions,
    MemoryPosts,
)
from mentiondesk.adapters.storage.memory_signals import MemorySignals
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.ids import CaseId, UserId
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.ports.alerts import AlertStore
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.detection import SignalStore
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.posts import CursorStore, PostStore
from mentiondesk.ports.triage import ClassifierBudget
from mentiondesk.runtime import aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
TABLE = "desk"


def keep() -> timedelta:
    return timedelta(days=400)


class Desk(ABC):
    """The stores over the same data, and what only a test looks at."""

    posts: PostStore
    cases: CaseStore
    signals: SignalStore
    incidents: IncidentStore
    alerts: AlertStore
    cursors: CursorStore
    opinions: ClassifierBudget

    @abstractmethod
    def restarted(self) -> "Desk":
        """The same data under new store objects, as after a cold start."""

    @abstractmethod
    def emptied(self) -> "Desk":
        """Another desk, with nothing in it, in place of this one."""

    @abstractmethod
    def unclassified(self) -> list[Post]:
        """Posts the stream would deliver, as they are stored now, by id."""

    @abstractmethod
    def all_posts(self) -> list[Post]:
        """Every stored post, by id."""

    @abstractmethod
    def counts(self, customer: UserId) -> dict[str, int]:
        """A customer's counts that are not zero."""

    @abstractmethod
    def ledger(self, case: CaseId) -> list[Record]:
        """The latest outcome of every alert of a case, by due time, person and channel."""

    @abstractmethod
    def aside(self) -> list[str]:
        """The reasons of what was set aside."""

    @abstractmethod
    def reads(self, now: datetime) -> dict[Source, int]:
        """The number counted on this UTC day."""


class MemoryDesk(Desk):
    def __init__(self) -> None:
        self.posts = self._posts = MemoryPosts()
        self.signals = MemorySignals()
        self.cases = self._cases = MemoryCases(self._posts, self.signals)
        self.incidents = self._incidents = MemoryIncidents(self._cases.due)
        self.alerts = self._alerts = MemoryAlerts(self._cases, self._incidents)
        self.cursors = self._cursors = MemoryCursors()
        self.opinions = MemoryOpinions()

    def restarted(self) -> Desk:
        return self

    def emptied(self) -> Desk:
        return MemoryDesk()

    def unclassified(self) -> list[Post]:
        return sorted(self._posts.take_untagged(), key=lambda post: int(post.post_id))

    def all_posts(self) -> list[Post]:
        return sorted(self._posts.stored.values(), key=lambda post: int(post.post_id))

    def counts(self, customer: UserId) -> dict[str, int]:
        return dict(self._cases.counts(customer))

    def ledger(self, case: CaseId) -> list[Record]:
        waits = [records for (case_id, _), records in self._alerts._ledger.items() if case_id == case]
        return _in_order(record for records in waits for record in records.values())

    def aside(self) -> list[str]:
        return [unreadable.reason for unreadable in self._posts.aside]

    def reads(self, now: datetime) -> dict[Source, int]:
        return {source: count for (day, source), count in self._cursors.reads.items() if day == f"{now:%Y-%m-%d}"}


class DynamoDesk(Desk):
    def __init__(self, db: "DynamoDBClient", schema: dict[str, Any]) -> None:
        self._db = db
        self._schema = schema
        self.posts = DynamoPosts(db, TABLE, keep)
        self.signals = DynamoSignals(db, TABLE)
        self.cases = DynamoCases(db, TABLE, keep)
        self.incidents = DynamoIncidents(db, TABLE, keep)
        self.alerts = DynamoAlerts(db, TABLE, keep)
        self.cursors = DynamoCursors(db, TABLE)
        self.opinions = DynamoOpinions(db, TABLE)

    def restarted(self) -> Desk:
        return DynamoDesk(self._db, self._schema)

    def emptied(self) -> Desk:
        self._db.delete_table(TableName=TABLE)
        self._db.create_table(TableName=TABLE, **self._schema)
        return self.restarted()

    def items(self, prefix: str) -> list[dict[str, Any]]:
        """Every item whose partition key begins so, as attribute values."""
        pages = self._db.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        return [item for page in pages for item in page["Items"] if item[keys.PK]["S"].startswith(prefix)]

    def next_due(self) -> datetime:
        """When the next case falls due; the end of time when none does."""
        found = self._db.scan(TableName=TABLE, IndexName=keys.DUE_INDEX)["Items"]
        due = [datetime.fromisoformat(str(python(item)[keys.DUE_AT])) for item in found]
        return min(due, default=datetime.max.replace(tzinfo=UTC))

    def unclassified(self) -> list[Post]:
        found = [post_from_image(item) for item in self.items("POST#") if "tagged_at" not in item]
        return sorted(found, key=lambda post: int(post.post_id))

    def all_posts(self) -> list[Post]:
        return sorted(map(post_from_image, self.items("POST#")), key=lambda post: int(post.post_id))

    def counts(self, customer: UserId) -> dict[str, int]:
        found = python(self._db.get_item(TableName=TABLE, Key=values(keys.customer(customer))).get("Item", {}))
        return {name: int(found[name]) for name in ("posts", *Kind) if found.get(name)}

    def ledger(self, case: CaseId) -> list[Record]:
        pages = self._db.get_paginator("query").paginate(
            TableName=TABLE,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :alert)",
            ExpressionAttributeValues=values({":pk": keys.case(case)[keys.PK], ":alert": keys.ALERT}),
        )
        return _in_order(fact(Record, item) for page in pages for item in page["Items"])

    def aside(self) -> list[str]:
        return [str(python(item)["reason"]) for item in self.items("ASIDE#")]

    def reads(self, now: datetime) -> dict[Source, int]:
        found = python(self._db.get_item(TableName=TABLE, Key=values(keys.reads(now))).get("Item", {}))
        return {source: int(found[source]) for source in Source if source in found}


def _in_order(records: Iterator[Record]) -> list[Record]:
    return sorted(records, key=lambda r: (r.alert.due_at, r.alert.staff_id, r.alert.channel))


@pytest.fixture(scope="session")
def resources() -> dict[str, Any]:
    """The resources of template.yaml."""
    found: dict[str, Any] = transformed(TEMPLATE)["Resources"]
    return found


@pytest.fixture(scope="module")
def account() -> Iterator["DynamoDBClient"]:
    """An AWS account with nothing in it. Making clients takes longer than making tables."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
            patch.setenv(name, REGION)
        aws.forget_clients()
        yield aws.dynamodb()
    aws.forget_clients()


@pytest.fixture(scope="session")
def schema(resources: dict[str, Any]) -> dict[str, Any]:
    """The parameters of CreateTable, from the template's table."""
    table = resources["Desk"]["Properties"]
    return {
        name: table[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    }


@pytest.fixture
def db(account: "DynamoDBClient", schema: dict[str, Any]) -> Iterator["DynamoDBClient"]:
    """An account that holds the empty table."""
    account.create_table(TableName=TABLE, **schema)
    yield account
    account.delete_table(TableName=TABLE)


@pytest.fixture(params=["memory", "dynamo"])
def table(request: pytest.FixtureRequest) -> Table:
    """Each implementation of the table port."""
    return MemoryTable() if request.param == "memory" else DynamoTable(request.getfixturevalue("db"), TABLE)


@pytest.fixture
def table_desk(db: "DynamoDBClient", schema: dict[str, Any]) -> DynamoDesk:
    """For what only the table can get wrong."""
    return DynamoDesk(db, schema)


@pytest.fixture(params=["memory", "dynamo"])
def desk(request: pytest.FixtureRequest) -> Desk:
    found: Desk = MemoryDesk() if request.param == "memory" else request.getfixturevalue("table_desk")
    return found
