"""The table on DynamoDB."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, assert_never

from botocore.exceptions import ClientError

from mentiondesk.adapters.storage.attributes import from_attributes, plain_value, to_attributes, values
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.keys import PK, SK, Index, Key
from mentiondesk.adapters.storage.table import (
    Absent,
    And,
    AtMost,
    Check,
    Condition,
    Conflict,
    Delete,
    Equals,
    Exists,
    Less,
    Or,
    Put,
    Query,
    Refused,
    TableBusy,
    Update,
    Write,
    distinct,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Limits of one request: BatchWriteItem and BatchGetItem in the API reference of DynamoDB.
_WRITES = 25
_READS = 100
_TRIES = 5
_OWN = Index("", PK, SK)
# Why DynamoDB cancels a transaction that may go through when it is tried again (TransactWriteItems, API reference).
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_NAMES: dict[type[Write], str] = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
_OPERATORS: dict[type[Condition], str] = {Equals: "=", Less: "<", AtMost: "<="}

_Request = dict[str, Any]


class DynamoTable:
    """Table on DynamoDB."""

    def __init__(self, db: "DynamoDBClient", name: str) -> None:
        self._db = db
        self._name = name

    def get(self, key: Key) -> Item | None:
        found = self._db.get_item(TableName=self._name, Key=values(key.attributes), ConsistentRead=True)
        return from_attributes(found["Item"]) if "Item" in found else None

    def get_many(self, keys: Iterable[Key]) -> Iterator[Item]:
        rest = iter(keys)
        while batch := list(islice(rest, _READS)):
            wanted: _Request = {"Keys": [values(key.attributes) for key in batch], "ConsistentRead": True}
            for _ in range(_TRIES):
                found: Any = self._db.batch_get_item(RequestItems={self._name: wanted})  # type: ignore[dict-item]
                yield from map(from_attributes, found["Responses"].get(self._name, ()))
                wanted = found.get("UnprocessedKeys", {}).get(self._name, {})
                if not wanted:
                    break
            else:
                raise TableBusy(f"{len(wanted['Keys'])} items were not given")

    def query(self, query: Query) -> Iterator[Item]:
        found = (from_attributes(item) for page in self._pages(_query(query)) for item in page["Items"])
        return islice(found, query.limit)

    def scan(self) -> Iterator[Item]:
        """Every item; for an operator's rare commands, since it reads the whole table."""
        pages = self._db.get_paginator("scan").paginate(TableName=self._name, ConsistentRead=True)
        return (from_attributes(item) for page in pages for item in page["Items"])

    def count(self, query: Query) -> int:
        found: int = sum(page["Count"] for page in self._pages(_query(query) | {"Select": "COUNT"}))
        return found if query.limit is None else min(found, query.limit)

    def put(self, item: Item, when: Condition | None = None) -> None:
        self._single(self._db.put_item, Put(item, when))

    def put_many(self, items: Iterable[Item]) -> None:
        writes: Iterator[Any] = ({"PutRequest": {"Item": to_attributes(item)}} for item in items)
        while batch := list(islice(writes, _WRITES)):
            for _ in range(_TRIES):
                answer = self._db.batch_write_item(RequestItems={self._name: batch})
                batch = list(answer.get("UnprocessedItems", {}).get(self._name, ()))
                if not batch:
                    break
            else:
                raise TableBusy(f"{len(batch)} items were not taken")

    def update(self, update: Update) -> Item:
        found = self._single(self._db.update_item, update, ReturnValues="ALL_NEW")
        return from_attributes(found["Attributes"])

    def delete(self, key: Key, when: Condition | None = None) -> None:
        self._single(self._db.delete_item, Delete(key, when))

    def transact(self, parts: Mapping[str, Write]) -> None:
        items: Any = [{_NAMES[type(part)]: self._request(part)} for part in distinct(parts).values()]
        try:
            self._db.transact_write_items(TransactItems=items)
        except self._db.exceptions.TransactionCanceledException as cancelled:
            raise _explained(parts, cancelled) from cancelled
        except self._db.exceptions.TransactionInProgressException as busy:
            raise Conflict from busy

    def _pages(self, request: _Request) -> Iterator[Any]:
        """Every page of a query; a page is asked for when it is needed."""
        request |= {"TableName": self._name}
        while True:
            page: Any = self._db.query(**request)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _single(self, call: Callable[..., Any], write: Write, **more: Any) -> Any:
        try:
            return call(**self._request(write), **more)
        except self._db.exceptions.ConditionalCheckFailedException as refused:
            raise Refused({"": _there(refused.response)}) from refused
        except self._db.exceptions.TransactionConflictException as busy:
            raise Conflict from busy

    def _request(self, write: Write) -> _Request:
        """A write as DynamoDB takes it, alone and in a transaction alike."""
        expression = _Expression()
        request: _Request = {"TableName": self._name}
        match write:
            case Put(item):
                request["Item"] = to_attributes(item)
            case Update():
                request |= {"Key": values(write.key.attributes), "UpdateExpression": expression.update(write)}
            case Delete(key) | Check(key):
                request["Key"] = values(key.attributes)
            case _:
                assert_never(write)
        if write.when is not None:
            request["ConditionExpression"] = expression.condition(write.when)
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return request | expression.parameters


class _Expression:
    """Expressions of one request, with the names and the values that they use."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Value] = {}

    @property
    def parameters(self) -> _Request:
        found: _Request = {"ExpressionAttributeNames": self._names} if self._names else {}
        return found | ({"ExpressionAttributeValues": values(self._values)} if self._values else {})

    def name(self, name: str) -> str:
        self._names[f"#{name}"] = name
        return f"#{name}"

    def value(self, value: Value) -> str:
        alias = f":{len(self._values)}"
        self._values[alias] = plain_value(value)
        return alias

    def condition(self, condition: Condition) -> str:
        match condition:
            case Absent(name):
                return f"attribute_not_exists({self.name(name)})"
            case Exists(name):
                return f"attribute_exists({self.name(name)})"
            case Equals(name, value) | Less(name, value) | AtMost(name, value):
                return f"{self.name(name)} {_OPERATORS[type(condition)]} {self.value(value)}"
            case And(parts):
                return " AND ".join(f"({self.condition(part)})" for part in parts)
            case Or(parts):
                return " OR ".join(f"({self.condition(part)})" for part in parts)
        assert_never(condition)

    def update(self, update: Update) -> str:
        sets = [f"{self.name(n)} = {self.value(v)}" for n, v in update.set.items() if v is not None]
        for name, value in update.set_if_absent.items():
            sets.append(f"{self.name(name)} = if_not_exists({self.name(name)}, {self.value(value)})")
        clauses = {
            "SET": sets,
            "REMOVE": [self.name(name) for name, value in update.set.items() if value is None],
            "ADD": [f"{self.name(name)} {self.value(number)}" for name, number in update.add.items()],
        }
        return " ".join(f"{clause} {', '.join(actions)}" for clause, actions in clauses.items() if actions)


def _query(query: Query) -> _Request:
    expression, index = _Expression(), query.index or _OWN
    wanted = f"{expression.name(index.partition)} = {expression.value(query.partition)}"
    if query.prefix:
        wanted += f" AND begins_with({expression.name(index.sort)}, {expression.value(query.prefix)})"
    elif query.first is not None and query.last is not None:
        first, last = expression.value(query.first), expression.value(query.last)
        wanted += f" AND {expression.name(index.sort)} BETWEEN {first} AND {last}"
    elif query.first is not None:
        wanted += f" AND {expression.name(index.sort)} >= {expression.value(query.first)}"
    elif query.last is not None:
        wanted += f" AND {expression.name(index.sort)} <= {expression.value(query.last)}"
    request: _Request = {"KeyConditionExpression": wanted, "ScanIndexForward": not query.newest_first}
    request |= {"ConsistentRead": True} if query.index is None else {"IndexName": index.name}
    if query.limit is not None:
        request["Limit"] = query.limit
    if query.after is not None:
        place = {name: plain_value(query.after[name]) for name in {PK, SK, index.partition, index.sort}}
        request["ExclusiveStartKey"] = values(place)
    return request | expression.parameters


def _explained(parts: Mapping[str, Write], cancelled: ClientError) -> Exception:
    """The reasons of a cancelled transaction by the names of its parts; the failure itself where they are others."""
    reasons: list[Any] = cancelled.response.get("CancellationReasons", [])
    named = dict(zip(parts, reasons, strict=False))
    refused = {name: _there(reason) for name, reason in named.items() if reason["Code"] == "ConditionalCheckFailed"}
    if refused:
        return Refused(refused)
    return Conflict() if any(reason["Code"] in _PASSING for reason in reasons) else cancelled


def _there(refusal: Mapping[str, Any]) -> Item | None:
    """The item at which a condition did not hold."""
    return from_attributes(refusal["Item"]) if refusal.get("Item") else None
