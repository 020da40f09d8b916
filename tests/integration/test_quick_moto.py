"""The quick way to moto's table and the long one, through botocore's requests: the same answers, errors and stream."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from infra.local.quick_items import quick_items
from infra.local.quick_moto import quick_table
from infra.transform import REGION
from tests.integration.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_DUE = {"IndexName": "due", "KeyConditionExpression": "due_shard = :d"}


@pytest.fixture(scope="module")
def on_the_wire() -> bool:
    return True


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _item(pk: str, sk: str, **more: Any) -> dict[str, Any]:
    return {**_key(pk, sk), **more}


def _due(number: int) -> dict[str, Any]:
    return {"due_shard": {"S": f"DUE#{number % 2}"}, "due_at": {"S": f"2026-06-{number:02}"}}


_ALL = {"tags": {"SS": ["b", "a"]}, "held": {"M": {"x": {"L": [{"N": "1.50"}, {"NULL": True}, {"BOOL": False}]}}}}
_RANGES = ("= :s", "< :s", ">= :s")
_TWO = {":p": {"S": "A"}, ":s": {"S": "04"}}

# Operations with their parameters, in order; they leave something for the next ones to find.
CALLS: list[tuple[str, dict[str, Any]]] = [
    *(("put_item", {"Item": _item("A", f"{number:02}", **_due(number), **_ALL)}) for number in (3, 1, 2, 5, 4)),
    ("put_item", {"Item": _item("B", "01", raw={"B": b"bytes"}, n={"N": "7"}), "ReturnValues": "ALL_OLD"}),
    ("put_item", {"Item": _item("B", "01", n={"N": "8"}), "ReturnValues": "ALL_OLD"}),
    ("put_item", {"Item": _item("", "01")}),
    ("put_item", {"Item": {"pk": {"S": "B"}}}),
    ("put_item", {"Item": _item("B", "02", big={"S": "x" * 410_000})}),
    ("put_item", {"Item": {"pk": "no attribute value"}}),
    *(
        ("put_item", {"Item": _item("A", "01"), "ConditionExpression": "attribute_not_exists(pk)", **more})
        for more in ({}, {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    ),
    ("get_item", {"Key": _key("A", "01"), "ConsistentRead": True}),
    ("get_item", {"Key": _key("A", "99")}),
    ("get_item", {"Key": _key("A", "01"), "ReturnConsumedCapacity": "TOTAL"}),
    ("get_item", {"Key": {"pk": {"S": "A"}}}),
    ("update_item", {"Key": _key("C", "1"), "UpdateExpression": "SET n = if_not_exists(n, :v)"}),
    *(
        (
            "update_item",
            {
                "Key": _key("C", "1"),
                "UpdateExpression": "SET #n = if_not_exists(#n, :v) ADD seen :v REMOVE gone",
                "ExpressionAttributeNames": {"#n": "n"},
                "ExpressionAttributeValues": {":v": {"N": "2"}},
                "ReturnValues": "ALL_NEW",
            },
        )
        for _ in range(2)
    ),
    *(
        (
            "query",
            {
                "KeyConditionExpression": f"pk = :p AND sk {compared}",
                "ExpressionAttributeValues": _TWO,
                "ScanIndexForward": forward,
            },
        )
        for compared in _RANGES
        for forward in (True, False)
    ),
    *(
        ("query", {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "A"}}, **more})
        for more in (
            {"Limit": 2},
            {"Limit": 2, "ExclusiveStartKey": _key("A", "02")},
            {"Select": "COUNT"},
            {"ReturnConsumedCapacity": "TOTAL"},
        )
    ),
    ("query", {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "nothing"}}}),
    ("query", {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"N": "1"}}}),
    ("query", {"KeyConditionExpression": "sk = :p", "ExpressionAttributeValues": {":p": {"S": "1"}}}),
    *(
        ("query", {**_DUE, "ExpressionAttributeValues": {":d": {"S": shard}}, **more})
        for shard in ("DUE#0", "DUE#1", "DUE#2")
        for more in ({}, {"Limit": 1}, {"ScanIndexForward": False}, {"ConsistentRead": True})
    ),
    ("query", {"IndexName": "no such index", "KeyConditionExpression": "pk = :p"}),
    *(
        ("scan", asked)
        for asked in (
            {},
            {"ConsistentRead": True, "Limit": 2},
            {"Limit": 2, "ExclusiveStartKey": _key("A", "02")},
            {"FilterExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "A"}}},
            {"Select": "COUNT"},
            {"FilterExpression": "("},
        )
    ),
    ("delete_item", {"Key": _key("A", "05"), "ReturnValues": "ALL_OLD"}),
    ("delete_item", {"Key": _key("A", "05"), "ConditionExpression": "attribute_exists(pk)"}),
]


# Stand for one request each on several items.
_ABSENT = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
_COUNTED = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
_FIRST = {"Put": {"TableName": TABLE, "Item": _item("T", "1"), **_ABSENT}}
_SECOND = {"Update": {"TableName": TABLE, "Key": _key("T", "2"), **_COUNTED}}
_THIRD = {"Delete": {"TableName": TABLE, "Key": _key("A", "0")}}
_CHECKED = {
    "ConditionCheck": {"TableName": TABLE, "Key": _key("A", "1"), "ConditionExpression": "attribute_exists(pk)"}
}
_PUTS = [{"PutRequest": {"Item": _item("A", str(number), **_ALL)}} for number in range(4)]
_DELETED = {"DeleteRequest": {"Key": _key("A", "9")}}
_WANTED = {"Keys": [_key("A", sk) for sk in ("3", "1", "none")], "ConsistentRead": True}

SEVERAL: list[tuple[str, dict[str, Any]]] = [
    ("batch_write_item", {"RequestItems": {TABLE: [*_PUTS, _DELETED]}}),
    ("batch_write_item", {"RequestItems": {TABLE: [_DELETED, _DELETED]}}),
    ("batch_get_item", {"RequestItems": {TABLE: _WANTED}}),
    ("transact_write_items", {"TransactItems": [_FIRST, _SECOND, _THIRD, _CHECKED]}),
    ("transact_write_items", {"TransactItems": [_SECOND, _FIRST]}),
    ("get_item", {"TableName": TABLE, "Key": _key("T", "2")}),
    ("scan", {"TableName": TABLE}),
]


@pytest.fixture
def told(account: "DynamoDBClient", schema: dict[str, Any]) -> Callable[[], tuple[list[Any], list[Any]]]:
    """All calls on a new table: their answers, and the table's stream afterwards."""
    stream: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}

    def tell() -> tuple[list[Any], list[Any]]:
        account.create_table(TableName=TABLE, **schema, StreamSpecification=stream)
        calls = [(name, {"TableName": TABLE, **parameters}) for name, parameters in CALLS]
        answers = [_answer(account, *call) for call in (*calls, *SEVERAL)]
        shard: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(TABLE).stream_shard
        changes = [(one.record["eventName"], one.record["dynamodb"].get("NewImage")) for one in shard.items]
        account.delete_table(TableName=TABLE)
        return answers, changes

    return tell


def _answer(db: "DynamoDBClient", operation: str, parameters: dict[str, Any]) -> Any:
    """The answer of AWS, or its error, without what belongs to the wire."""
    try:
        found = getattr(db, operation)(**parameters)
    except ClientError as refused:
        found = {"refused": type(refused).__name__, **refused.response}
    except ParamValidationError as invalid:
        found = {"invalid": str(invalid)}
    return {name: value for name, value in found.items() if name != "ResponseMetadata"}


def test_every_call_is_answered_alike(told: Callable[[], tuple[list[Any], list[Any]]]) -> None:
    long = told()
    with quick_table():
        assert told() == long
    assert {"refused", "invalid", "Items", "Attributes", "Responses"} <= {name for one in long[0] for name in one}


def test_the_events_of_botocore_are_heard_on_the_quick_way(db: "DynamoDBClient") -> None:
    heard: list[str] = []
    events = ("before-parameter-build", "before-call", "after-call")
    for event in events:
        db.meta.events.register(f"{event}.dynamodb", lambda event_name, **_: heard.append(event_name), event)
    with quick_table():
        db.get_item(TableName=TABLE, Key=_key("A", "1"))
    for event in events:
        db.meta.events.unregister(f"{event}.dynamodb", unique_id=event)
    assert heard == [f"{event}.dynamodb.GetItem" for event in events]


def test_on_the_quick_way_nothing_is_sent(db: "DynamoDBClient") -> None:
    sent: list[str] = []
    db.meta.events.register("before-send.dynamodb", lambda event_name, **_: sent.append(event_name), "sent")
    with quick_table():
        db.get_item(TableName=TABLE, Key=_key("A", "1"))
        assert sent == []
        db.describe_table(TableName=TABLE)
    db.meta.events.unregister("before-send.dynamodb", unique_id="sent")
    assert sent == ["before-send.dynamodb.DescribeTable"]


def test_a_stream_is_read_alike(account: "DynamoDBClient", schema: dict[str, Any]) -> None:
    stream: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    made = account.create_table(TableName=TABLE, **schema, StreamSpecification=stream)["TableDescription"]
    for item in (_item("A", "1", **_ALL, **_due(1)), _item("A", "1", n={"N": "1.50"}), _item("B", "1")):
        account.put_item(TableName=TABLE, Item=item)
    account.delete_item(TableName=TABLE, Key=_key("A", "1"))
    streams: Any = boto3.client("dynamodbstreams", region_name=REGION)

    def read(limit: int) -> list[Any]:
        place = {"StreamArn": made["LatestStreamArn"], "ShardIteratorType": "TRIM_HORIZON"}
        shard = streams.describe_stream(StreamArn=made["LatestStreamArn"])["StreamDescription"]["Shards"][0]
        iterator = streams.get_shard_iterator(**place, ShardId=shard["ShardId"])["ShardIterator"]
        found: list[Any] = streams.get_records(ShardIterator=iterator, Limit=limit)["Records"]
        return found

    long = [read(limit) for limit in (1, 1000)]
    with quick_table():
        assert [read(limit) for limit in (1, 1000)] == long
    assert [len(one) for one in long] == [1, 4]
    account.delete_table(TableName=TABLE)


@pytest.mark.usefixtures("account")
def test_a_queue_is_received_from_alike() -> None:
    queues: Any = boto3.client("sqs", region_name=REGION)
    url = queues.create_queue(QueueName="some")["QueueUrl"]

    def receive() -> list[str]:
        return [one["Body"] for one in queues.receive_message(QueueUrl=url).get("Messages", [])]

    with quick_table():
        assert receive() == []
        queues.send_message(QueueUrl=url, MessageBody="first")
        assert receive() == ["first"]
        assert receive() == [], "the message is with its reader"
        with pytest.raises(ClientError, match="NonExistentQueue"):
            queues.receive_message(QueueUrl=f"{url}-of-nobody")


@pytest.mark.usefixtures("account")
def test_files_are_listed_alike() -> None:
    files: Any = boto3.client("s3", region_name=REGION)
    for bucket in ("site", "other"):
        files.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})

    def listed(**asked: Any) -> Any:
        pages = files.get_paginator("list_objects_v2").paginate(**asked)
        return [{name: one for name, one in page.items() if name != "ResponseMetadata"} for page in pages]

    def told() -> list[Any]:
        with pytest.raises(ClientError, match="NoSuchBucket"):
            listed(Bucket="nobody-s")
        further = ({"Prefix": "a"}, {"PaginationConfig": {"PageSize": 1}}, {"Delimiter": "/"})
        return [listed(Bucket=name) for name in ("site", "other")] + [listed(Bucket="site", **one) for one in further]

    empty = told()
    with quick_table():
        assert told() == empty
    for name in ("b.html", "a folder/ä+b&c.html", "A.css"):
        files.put_object(Bucket="site", Key=name, Body=name.encode())
    files.put_object(Bucket="site", Key="summed", Body=b"", ChecksumAlgorithm="SHA256")
    full = told()
    with quick_table():
        assert told() == full
    assert [one["Key"] for one in full[0][0]["Contents"]] == ["A.css", "a folder/ä+b&c.html", "b.html", "summed"]


@pytest.mark.parametrize(
    "value",
    [
        *({kind: held} for kind, held in (("S", "dépôt €"), ("N", "1.50"), ("BOOL", True), ("B", "YWI="))),
        {"NULL": True},
        *({kind: ["b", "a"]} for kind in ("SS", "BS")),
        {"NS": ["1", "20"]},
        {"L": [{"S": "é"}, {"L": []}, {"M": {"ü": {"N": "7"}}}]},
        {"M": {"é": {"S": "x"}, "deep": {"M": {"n": {"NS": ["1"]}, "l": {"L": [{"B": "YWI="}]}}}, "none": {"M": {}}}},
    ],
    ids=str,
)
def test_a_value_has_the_size_and_the_form_that_moto_gives_it(value: dict[str, Any]) -> None:
    made = DynamoType(value)
    whole = made.size(), made.to_regular_json()
    with quick_items():
        assert (made.size(), made.to_regular_json()) == whole


def test_what_is_read_shares_nothing_with_what_is_stored() -> None:
    with quick_items():
        stored = DynamoType({"M": {"held": {"L": [{"SS": ["a"]}]}}})
        stored.to_regular_json()["M"]["held"]["L"][0]["SS"].append("b")
        assert stored.to_regular_json() == {"M": {"held": {"L": [{"SS": ["a"]}]}}}
