"""moto without the work that makes its table slow: requests on a wire, scans for each query, and copies of it."""

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import moto.backends
import moto.core.responses
import moto.dynamodb.models
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.loaders import JSONFileLoader
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.useragent import UserAgentString
from moto.core.base_backend import BaseBackend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.exceptions import ConditionalCheckFailed, DynamodbException, TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from infra.local.quick_items import quick_items
from mentiondesk.adapters.storage import keys
from mentiondesk.runtime.botocore_session import QuickFiles

# Calls on items; all others, and those that moto refuses, go the long way.
_STRAIGHT = {
    "BatchGetItem": DynamoHandler.batch_get_item,
    "BatchWriteItem": DynamoHandler.batch_write_item,
    "DeleteItem": DynamoHandler.delete_item,
    "GetItem": DynamoHandler.get_item,
    "PutItem": DynamoHandler.put_item,
    "Query": DynamoHandler.query,
    "Scan": DynamoHandler.scan,
    "TransactWriteItems": DynamoHandler.transact_write_items,
    "UpdateItem": DynamoHandler.update_item,
}
_LOAD_FILE = JSONFileLoader.load_file
_STREAM = ("GetRecords", "GetShardIterator")
# As many as GetRecords gives when no limit is named.
_MOST_RECORDS = 1000
# As many as ListObjectsV2 gives at once.
_MOST_FILES = 1000
_BINARY = ('"B":', '"BS":')


@contextmanager
def quick_table(called: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """A call on items goes from botocore straight to moto's handler, and a query looks at its own items only.

    Transactions are quick as well. botocore checks and writes the request as ever, and its events are heard; nothing
    is signed, sent or parsed. Where a condition does not hold, botocore reads the error that moto would send; other
    calls that moto refuses go the long way, so that the error is the one that AWS' answer makes. `called` gets the name
    of each operation of any service, when it has ended. Whatever the way, moto lists its services, their addresses and
    their methods once, botocore reads its description of each service once, and it does not describe this machine in
    each request.
    """
    make_request = vars(BaseClient)["_make_request"]
    resolve: Any = vars(BaseClient)["_resolve_endpoint_ruleset"]
    resolved: dict[int, tuple[Any, Any]] = {}
    services = frozenset(moto.backends.list_of_moto_modules())
    methods, underscored = cache(method_names_from_class), cache(camelcase_to_underscores)

    def endpoint(client: Any, operation: OperationModel, *rest: Any, **more: Any) -> Any:
        if operation.name not in _STRAIGHT and operation.name not in _STREAM:
            return resolve(client, operation, *rest, **more)
        # The client stands beside its answer, so that no other gets its id.
        if id(client) not in resolved:
            resolved[id(client)] = client, resolve(client, operation, *rest, **more)
        return resolved[id(client)][1]

    def straight(client: Any, operation: OperationModel, request: dict[str, Any], context: Any) -> Any:
        try:
            answer = _answer(client.meta.region_name, operation, request)
            return make_request(client, operation, request, context) if answer is None else answer
        finally:
            called(operation.name)

    with (
        quick_transactions(),
        quick_items(),
        patch.object(UserAgentString, "to_string", lambda _: "botocore"),
        patch.object(JSONFileLoader, "load_file", lambda _, path: _description(path)),
        patch.object(QuickFiles, "load_file", lambda _, path: _description(path)),
        patch.object(moto.backends, "list_of_moto_modules", lambda: services),
        patch.object(moto.core.responses, "method_names_from_class", methods),
        patch.object(moto.core.responses, "camelcase_to_underscores", underscored),
        patch.object(BaseBackend, "urls", _Once(BaseBackend.urls)),
        patch.object(BaseClient, "_resolve_endpoint_ruleset", endpoint),
        patch.object(BaseClient, "_make_request", straight),
        patch.object(Table, "query", _query_of(Table.query)),
    ):
        yield


@cache
def _description(path: str) -> Any:
    """A file of botocore's; every new session would read and parse it again."""
    return _LOAD_FILE(JSONFileLoader(), path)


class _Once:
    """A property of moto's backends that is read once for each of their classes."""

    def __init__(self, read: Any) -> None:
        self._read = read
        self._found: dict[type, Any] = {}

    def __get__(self, backend: Any, kind: type) -> Any:
        if kind not in self._found:
            self._found[kind] = self._read.__get__(backend, kind)
        return self._found[kind]


def _answer(region: str, operation: OperationModel, request: dict[str, Any]) -> tuple[AWSResponse, Any] | None:
    """The HTTP answer and what is parsed from it; None for a call that has to go the long way."""
    if special := _SPECIAL.get((operation.service_model.service_name, operation.name)):
        return special(region, operation, request)
    if operation.service_model.service_name != "dynamodb" or operation.name not in _STRAIGHT:
        return None
    written = request["body"].decode()
    if any(sign in written for sign in _BINARY):
        return None
    handler = DynamoHandler()
    handler.region, handler.current_account = region, DEFAULT_ACCOUNT_ID
    handler.body = handler.params = json.loads(written)
    try:
        result: Any = _STRAIGHT[operation.name](handler).result
    except (ConditionalCheckFailed, TransactionCanceledException) as refused:
        return _refused(refused, operation, request)
    except Exception:  # noqa: BLE001  a refused call has changed nothing, and moto's many errors have one form on the wire
        return None
    return AWSResponse(request["url"], 200, HTTPHeaders(), None), _parsed(result, operation)


def _refused(
    refused: DynamodbException, operation: OperationModel, request: dict[str, Any]
) -> tuple[AWSResponse, dict[str, Any]]:
    """The error as botocore reads it from the wire: first its code, then what the code's shape has beside it."""
    service: Any = operation.service_model
    parser: Any = create_parser(service.resolved_protocol)
    sent = {"status_code": HTTPStatus.BAD_REQUEST, "headers": {}, "body": refused.description.encode()}
    found = parser.parse(sent, operation.output_shape)
    found |= parser.parse(sent, service.shape_for_error_code(found["Error"]["Code"]))
    return AWSResponse(request["url"], HTTPStatus.BAD_REQUEST, HTTPHeaders(), None), found


def _listed(_: str, operation: OperationModel, request: dict[str, Any]) -> tuple[AWSResponse, Any] | None:
    """All files of a bucket: writing and parsing their times is half of publishing a page."""
    name = request["context"]["input_params"]["Bucket"]
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(name)
    if bucket is None or request["query_string"] != {"encoding-type": "url"} or len(bucket.keys) > _MOST_FILES:
        return None
    contents = [_file(bucket.keys[path]) for path in sorted(bucket.keys)]
    counts = {"MaxKeys": _MOST_FILES, "KeyCount": len(contents), "IsTruncated": False, "EncodingType": "url"}
    result = {"Name": name, "Prefix": "", **counts, **({"Contents": contents} if contents else {})}
    return AWSResponse(request["url"], HTTPStatus.OK, HTTPHeaders(), None), _parsed(result, operation)


def _file(file: Any) -> dict[str, Any]:
    checksum = {"ChecksumAlgorithm": [file.checksum_algorithm]} if file.checksum_algorithm else {}
    made = datetime.fromisoformat(file.last_modified_ISO8601)
    return {
        "Key": file.safe_name("url"),
        "LastModified": made,
        "ETag": file.etag,
        **checksum,
        "Size": file.size,
        "StorageClass": file.storage_class,
    }


def _records(region: str, operation: OperationModel, request: dict[str, Any]) -> tuple[AWSResponse, Any] | None:
    """A stream's records: writing and parsing them is half of a story's time."""
    asked = json.loads(request["body"])
    backend = dynamodbstreams_backends[DEFAULT_ACCOUNT_ID][region]
    if asked["ShardIterator"] not in backend.shard_iterators:
        return None
    written = json.dumps(backend.get_records(asked["ShardIterator"], asked.get("Limit", _MOST_RECORDS)), default=str)
    if any(sign in written for sign in _BINARY):
        return None
    result = json.loads(written)
    for record in result["Records"]:
        made = datetime.fromisoformat(record["dynamodb"]["ApproximateCreationDateTime"])
        milliseconds = made.microsecond // 1000
        record["dynamodb"]["ApproximateCreationDateTime"] = made.replace(microsecond=milliseconds * 1000, tzinfo=UTC)
    return AWSResponse(request["url"], 200, HTTPHeaders(), None), _parsed(result, operation)


def _shard_iterator(region: str, operation: OperationModel, request: dict[str, Any]) -> tuple[AWSResponse, Any] | None:
    """A place in a stream: one is asked for before each reading."""
    asked = json.loads(request["body"])
    # moto's types say a string, and it adds to it.
    number: Any = int(asked["SequenceNumber"]) if "SequenceNumber" in asked else None
    backend = dynamodbstreams_backends[DEFAULT_ACCOUNT_ID][region]
    try:
        place = backend.get_shard_iterator(asked["StreamArn"], asked["ShardId"], asked["ShardIteratorType"], number)
    except Exception:  # noqa: BLE001  a refused call has changed nothing, and moto's many errors have one form on the wire
        return None
    return AWSResponse(request["url"], 200, HTTPHeaders(), None), _parsed({"ShardIterator": place.arn}, operation)


def _nothing_received(
    region: str, operation: OperationModel, request: dict[str, Any]
) -> tuple[AWSResponse, Any] | None:
    """The answer of a queue that holds nothing to receive: most are asked again and again without."""
    asked = json.loads(request["body"])
    queue = sqs_backends[DEFAULT_ACCOUNT_ID][region].queues.get(asked["QueueUrl"].rpartition("/")[2])
    if queue is None or queue.messages or asked.get("WaitTimeSeconds"):
        return None
    return AWSResponse(request["url"], 200, HTTPHeaders(), None), _parsed({}, operation)


_SPECIAL = {
    ("dynamodbstreams", "GetRecords"): _records,
    ("dynamodbstreams", "GetShardIterator"): _shard_iterator,
    ("s3", "ListObjectsV2"): _listed,
    ("sqs", "ReceiveMessage"): _nothing_received,
}


def _parsed(result: dict[str, Any], operation: OperationModel) -> dict[str, Any]:
    shape: Any = operation.output_shape
    found = {name: value for name, value in result.items() if name in shape.members and value is not None}
    return {**found, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}


def _query_of(whole: Callable[..., Any]) -> Callable[..., Any]:
    """A query that gives moto's own only the items of its partition, where that is named by one string."""

    def query(table: Table, hash_key: DynamoType | None, *rest: Any, **more: Any) -> Any:
        conditions: list[Any] = more.get("hash_key_conditions") or []
        if hash_key is None or hash_key.type != "S" or len(conditions) != 1:
            return whole(table, hash_key, *rest, **more)
        ((name, _),) = conditions
        narrow: Any = copy.copy(table)
        narrow.items = _partition(table, hash_key) if name == table.hash_key_attr else _indexed(table, name, hash_key)
        return whole(narrow, hash_key, *rest, **more)

    return query


def _partition(table: Table, hash_key: DynamoType) -> dict[DynamoType, Any]:
    return {hash_key: table.items[hash_key]} if hash_key in table.items else {}


def _indexed(table: Table, attribute: str, wanted: DynamoType) -> dict[DynamoType, dict[DynamoType, Item]]:
    """The items that have this string in the attribute."""
    found: dict[DynamoType, dict[DynamoType, Item]] = defaultdict(dict)
    for partition, held in table.items.items():
        for sort, item in held.items():
            value = item.attrs.get(attribute)
            if value is not None and value.value == wanted.value and value.type == wanted.type:
                found[partition][sort] = item
    return found


@contextmanager
def quick_transactions() -> Iterator[None]:
    """A refused transaction is undone item by item; moto itself copies the whole table before each one."""
    transact = DynamoDBBackend.transact_write_items

    def undoing(backend: DynamoDBBackend, items: list[dict[str, Any]]) -> None:
        ((name,),) = [{asked["TableName"] for item in items for asked in item.values()}]
        table = backend.get_table(name)
        before = {}
        for item in items:
            ((_, asked),) = item.items()
            key = asked.get("Key") or {part: asked["Item"][part] for part in (keys.PK, keys.SK)}
            place = backend.get_keys_value(table, key)
            before[place] = copy.deepcopy(table.get_item(*place))
        recorded = len(table.stream_shard.items) if table.stream_shard else 0
        try:
            transact(backend, items)
        except Exception:
            for (partition, sort), held in before.items():
                if held is None:
                    table.items[partition].pop(sort, None)
                else:
                    table.items[partition][sort] = held
            if table.stream_shard:
                del table.stream_shard.items[recorded:]
            raise

    spared = SimpleNamespace(deepcopy=lambda held: held if isinstance(held, Table) else copy.deepcopy(held))
    with (
        patch.object(moto.dynamodb.models, "copy", spared),
        patch.object(DynamoDBBackend, "transact_write_items", undoing),
    ):
        yield
