"""Records AWS calls, and the request units that DynamoDB charges for each, from the items' own sizes.

moto's consumed capacity is not used: it counts one unit whatever the size. Source of the rules: the DynamoDB
developer guide, "Read and write operations", "Item sizes and formats" and "Global secondary indexes".
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from types import TracebackType
from typing import Any, Self

from botocore.model import OperationModel
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from infra.transform import REGION
from mentiondesk.adapters.storage import keys
from mentiondesk.runtime import aws

Item = Mapping[str, Mapping[str, Any]]
_KEYS = (keys.PK, keys.SK)


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its key, and what else it holds of an item."""

    name: str
    key: tuple[str, ...]
    extra: tuple[str, ...]

    def entry(self, item: Item | None) -> Item | None:
        """The index entry for an item; None for an item that lacks part of its key."""
        if item is None or not all(name in item for name in self.key):
            return None
        return {name: item[name] for name in (*_KEYS, *self.key, *self.extra) if name in item}

    def writes(self, before: Item | None, after: Item | None) -> float:
        """Units to bring the index up to date: a changed key is taken out and put in again."""
        was, becomes = self.entry(before), self.entry(after)
        if was == becomes:
            return 0
        moved = was is not None and becomes is not None and any(was[name] != becomes[name] for name in self.key)
        sizes = [size(one) for one in (was, becomes) if one is not None]
        return sum(_kilobytes(one) for one in sizes) if moved else _kilobytes(max(sizes))


def indexes_of(table: Mapping[str, Any]) -> tuple[Index, ...]:
    """From the table's properties in the template."""
    return tuple(
        Index(
            one["IndexName"],
            tuple(key["AttributeName"] for key in one["KeySchema"]),
            tuple(one["Projection"].get("NonKeyAttributes", ())),
        )
        for one in table["GlobalSecondaryIndexes"]
    )


def size(item: Item) -> int:
    """Bytes of an item: names and values, as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return len(str(held).lstrip("-0").replace(".", "")) // 2 + 2
        case "L":
            return 3 + sum(1 + _value_size(one) for one in held)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in held.items())
        case _:
            return 1


def _kilobytes(bytes_: int, unit: int = 1024) -> int:
    return max(1, ceil(bytes_ / unit))


@dataclass(frozen=True, slots=True)
class Call:
    """A call to AWS. `what` is the kind of item, like "POST"; units are 0 for other services."""

    function: str
    operation: str
    what: str
    table_writes: float = 0
    index_writes: float = 0
    reads: float = 0

    @property
    def writes(self) -> float:
        return self.table_writes + self.index_writes


@dataclass
class Meter:
    """Hears every call that functions make while it is open; clients made before are not heard.

    With `everybody` it hears what else in this process calls AWS, too.
    """

    indexes: Sequence[Index]
    everybody: str = ""
    calls: list[Call] = field(default_factory=list)

    def __enter__(self) -> Self:
        heard: Any = aws.session()
        heard.register("before-parameter-build", self._before)
        heard.register("after-call", self._after)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        heard: Any = aws.session()
        heard.unregister("before-parameter-build", self._before)
        heard.unregister("after-call", self._after)
        aws.forget_clients()

    def _before(self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: object) -> None:
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", self.everybody)
        if function:
            context["metered"] = function, params, [_stored(*one) for one in _written(model.name, params)]

    def _after(self, parsed: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: object) -> None:
        if "metered" in context:
            function, params, before = context.pop("metered")
            self.calls.append(self._metered(function, model.name, params, before, parsed))

    def _metered(
        self, function: str, operation: str, params: dict[str, Any], before: list[Item | None], parsed: dict[str, Any]
    ) -> Call:
        written = list(_written(operation, params))
        if written:
            twice = 2 if operation == "TransactWriteItems" else 1
            after = [_stored(*one) for one in written]
            pairs = list(zip(before, after, strict=True))
            table = sum(twice * _kilobytes(max((size(i) for i in pair if i is not None), default=0)) for pair in pairs)
            index = sum(one.writes(*pair) for pair in pairs for one in self.indexes)
            return Call(function, operation, "+".join(_kind(key) for _, key in written), table, index)
        if operation == "GetItem":
            half = 1 if params.get("ConsistentRead") else 0.5
            what = _kind(params["Key"])
            return Call(function, operation, what, reads=half * _kilobytes(size(parsed.get("Item", {})), 4096))
        if operation == "BatchGetItem":
            ((table, asked),) = params["RequestItems"].items()
            half = 1 if asked.get("ConsistentRead") else 0.5
            sizes = [size(item) for item in parsed.get("Responses", {}).get(table, ())]
            # A key without an item costs as much as a small item.
            units = sum(_kilobytes(one, 4096) for one in sizes) + len(asked["Keys"]) - len(sizes)
            return Call(function, operation, "+".join(map(_kind, asked["Keys"])), reads=half * units)
        if operation == "Query":
            half = 1 if params.get("ConsistentRead") else 0.5
            found = sum(size(item) for item in parsed.get("Items", []))
            return Call(function, operation, _queried(params), reads=half * _kilobytes(found, 4096))
        return Call(function, operation, "")


def _written(operation: str, params: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Table and key of each item that a call writes."""
    match operation:
        case "PutItem":
            yield params["TableName"], {name: params["Item"][name] for name in _KEYS}
        case "UpdateItem" | "DeleteItem":
            yield params["TableName"], params["Key"]
        case "TransactWriteItems":
            for write in params["TransactItems"]:
                ((part, asked),) = write.items()
                yield from _written(f"{part}Item", asked)
        case "BatchWriteItem":
            for table, writes in params["RequestItems"].items():
                for write in writes:
                    yield from _written("PutItem", {"TableName": table, **write["PutRequest"]})


def _stored(table: str, key: dict[str, Any]) -> Item | None:
    """The item as moto holds it now."""
    found = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_item(table, key)
    return found.to_json()["Attributes"] if found is not None else None


def _kind(key: Item) -> str:
    """Like POST, CASE, T, A, CUSTOMER, CURSOR."""
    pk, sk = key[keys.PK]["S"].partition("#")[0], key[keys.SK]["S"].partition("#")[0]
    return str(sk if pk == "CASE" else pk)


def _queried(params: dict[str, Any]) -> str:
    if "IndexName" in params:
        return f"index {params['IndexName']}"
    values = params["ExpressionAttributeValues"]
    return "+".join(value["S"].partition("#")[0] for value in values.values())


def steps(calls: Iterable[Call]) -> dict[tuple[str, str], tuple[int, float, float]]:
    """Number of calls, write units and read units by function and step, as in "PutItem POST"."""
    counts: Counter[tuple[str, str]] = Counter()
    writes: Counter[tuple[str, str]] = Counter()
    reads: Counter[tuple[str, str]] = Counter()
    for call in calls:
        kinds = "+".join(dict.fromkeys(call.what.split("+")))
        step = (call.function, f"{call.operation} {kinds}".strip())
        counts[step] += 1
        writes[step] += call.writes  # type: ignore[assignment]
        reads[step] += call.reads  # type: ignore[assignment]
    return {step: (counts[step], writes[step], reads[step]) for step in sorted(counts)}
