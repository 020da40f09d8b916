"""Many items in one request, and once more what the table did not take or give."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters.storage.items import values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

# What one request may hold.
_WRITES = 25
_READS = 100
_TRIES = 5


class TableBusy(RuntimeError):
    """The table took too many tries; the run fails, and a later one does it again."""


def put_all(db: "DynamoDBClient", table: str, items: Iterable[Mapping[str, object]]) -> None:
    """Writes items, no two of which may have one key. Raises TableBusy."""
    writes: Iterator[WriteRequestTypeDef] = ({"PutRequest": {"Item": values(item)}} for item in items)
    while batch := list(islice(writes, _WRITES)):
        for _ in range(_TRIES):
            answer = db.batch_write_item(RequestItems={table: batch})
            batch = list(answer.get("UnprocessedItems", {}).get(table, []))  # type: ignore[arg-type]
            if not batch:
                break
        else:
            raise TableBusy(f"{len(batch)} items were not taken")


def get_all(db: "DynamoDBClient", table: str, keys: Iterable[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """The items under these keys, as they are now, in no order; those that are not there are left out.

    Raises TableBusy.
    """
    rest = iter(keys)
    while batch := list(islice(rest, _READS)):
        wanted: dict[str, Any] = {"Keys": [values(key) for key in batch], "ConsistentRead": True}
        for _ in range(_TRIES):
            found = db.batch_get_item(RequestItems={table: wanted})  # type: ignore[dict-item]
            yield from found["Responses"].get(table, [])
            wanted = dict(found.get("UnprocessedKeys", {}).get(table, {}))
            if not wanted:
                break
        else:
            raise TableBusy(f"{len(wanted['Keys'])} items were not given")
