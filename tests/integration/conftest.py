"""The stores, each test twice: in memory, and on a table that template.yaml makes in moto."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from infra.local.quick_moto import quick_table
from infra.replay.spilling_table import SpillingTable
from infra.transform import REGION, transformed
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.classifier_calls import ClassifierCalls
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.score_counts import ScoreCounts
from mentiondesk.adapters.storage.stores.signals import Signals
from mentiondesk.adapters.storage.table import Query, Table
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.ids import CaseId, UserId
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.ports.alerts import AlertStore
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.detection import SignalStore
from mentiondesk.ports.incidents import DraftStore, IncidentStore
from mentiondesk.ports.posts import CursorStore, PostStore
from mentiondesk.ports.triage import ClassifierBudget, ScoreStore
from mentiondesk.runtime import aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
TABLE = "desk"


def keep() -> timedelta:
    return timedelta(days=400)


class Desk(ABC):
    """The stores over one table, and what only a test looks at."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.posts: PostStore = Posts(table, keep)
        self.signals: SignalStore = Signals(table)
        self.cases: CaseStore = Cases(table, keep)
        self.incidents: IncidentStore = Incidents(table, keep)
        self.alerts: AlertStore = Alerts(table, keep, self.cases, self.incidents)
        self.drafts: DraftStore = Drafts(table, keep)
        self.cursors: CursorStore = Cursors(table)
        self.opinions: ClassifierBudget = ClassifierCalls(table)
        self.scores: ScoreStore = ScoreCounts(table)

    @abstractmethod
    def restarted(self) -> "Desk":
        """The same data under new store objects, as after a cold start."""

    @abstractmethod
    def emptied(self) -> "Desk":
        """Another desk, with nothing in it, in place of this one."""

    @abstractmethod
    def all_items(self, prefix: str = "") -> list[Item]:
        """Every item whose partition key begins so."""

    def next_due(self) -> datetime:
        """When the next alert falls due; the end of time when none does."""
        shards = (Query(keys.due_shard(number), keys.DUE, limit=1) for number in range(keys.SHARDS))
        due = (item.value(keys.DUE_AT, datetime) for shard in shards for item in self.table.query(shard))
        return min((at for at in due if at is not None), default=datetime.max.replace(tzinfo=UTC))

    def unclassified(self) -> list[Post]:
        """Posts the stream would deliver, as they are stored now, by id."""
        return self._posts(item for item in self.all_items("POST#") if item.get(keys.TAGGED_AT) is None)

    def all_posts(self) -> list[Post]:
        """Every stored post, by id."""
        return self._posts(self.all_items("POST#"))

    def _posts(self, items: Iterable[Item]) -> list[Post]:
        return sorted((item.read(Post) for item in items), key=lambda post: int(post.post_id))

    def counts(self, customer: UserId) -> dict[str, int]:
        """A customer's counts that are not zero."""
        found = self.table.get(keys.customer(customer))
        counts = {name: int((found and found.get(name)) or 0) for name in ("posts", *Kind)}
        return {name: count for name, count in counts.items() if count}

    def ledger(self, case: CaseId) -> list[Record]:
        """The latest outcome of every alert of a case, by due time, person and channel."""
        found = self.table.query(Query(keys.case(case).pk, prefix=keys.ALERT))
        return _in_order(item.read(Record) for item in found)

    def aside(self) -> list[str]:
        """The reasons of what was set aside."""
        return [str(item.get("reason")) for item in self.all_items("ASIDE#")]

    def reads(self, now: datetime) -> dict[Source, int]:
        """The number counted on this UTC day."""
        found = self.table.get(keys.reads(now))
        return {source: int(found.get(source)) for source in Source if found and found.get(source) is not None}


class MemoryDesk(Desk):
    def __init__(self, table: MemoryTable | None = None) -> None:
        self.memory = table or MemoryTable()
        super().__init__(self.memory)

    def restarted(self) -> Desk:
        return MemoryDesk(self.memory)

    def emptied(self) -> Desk:
        return MemoryDesk()

    def all_items(self, prefix: str = "") -> list[Item]:
        return [item for item in self.memory.scan() if item.key.pk.startswith(prefix)]


class DynamoDesk(Desk):
    def __init__(self, db: "DynamoDBClient", schema: dict[str, Any]) -> None:
        super().__init__(DynamoTable(db, TABLE))
        self._db = db
        self._schema = schema

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

    def all_items(self, prefix: str = "") -> list[Item]:
        return list(map(from_attributes, self.items(prefix)))


def _in_order(records: Iterator[Record]) -> list[Record]:
    return sorted(records, key=lambda r: (r.alert.due_at, r.alert.staff_id, r.alert.channel))


@pytest.fixture(scope="session")
def resources() -> dict[str, Any]:
    """The resources of template.yaml."""
    found: dict[str, Any] = transformed(TEMPLATE)["Resources"]
    return found


@pytest.fixture(scope="module")
def on_the_wire() -> bool:
    """True in the suites that hold the table's contract: there each call is written, signed, sent and parsed."""
    return False


@pytest.fixture(scope="module")
def account(on_the_wire: bool) -> Iterator["DynamoDBClient"]:
    """An AWS account with nothing in it. Making clients takes longer than making tables."""
    wired = on_the_wire or "DYNAMODB_LOCAL" in os.environ
    with mock_aws(), pytest.MonkeyPatch.context() as patch, nullcontext() if wired else quick_table():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
            patch.setenv(name, REGION)
        # make emulators: the table is on DynamoDB Local, everything else on moto.
        if local := os.environ.get("DYNAMODB_LOCAL"):
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", local)
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


@pytest.fixture(params=["memory", "file", "dynamo"])
def table(request: pytest.FixtureRequest) -> Table:
    """Each implementation of the table port; of the one in a file, hardly anything is in memory."""
    if request.param == "dynamo":
        return DynamoTable(request.getfixturevalue("db"), TABLE)
    return MemoryTable() if request.param == "memory" else SpillingTable(most=0)


@pytest.fixture
def table_desk(db: "DynamoDBClient", schema: dict[str, Any]) -> DynamoDesk:
    """For what only the table can get wrong."""
    return DynamoDesk(db, schema)


@pytest.fixture(params=["memory", "dynamo"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """A desk on each table that a desk can have; the table in a file is held to the table's own contract."""
    if request.param == "dynamo":
        found: Desk = request.getfixturevalue("table_desk")
        return found
    return MemoryDesk()
