"""Complaint signals and the detection baseline, in the table."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.batches import get_all
from mentiondesk.adapters.storage.items import fact, plain, values
from mentiondesk.domain.incidents.signals import SIGNALS_KEPT, Baseline, HourlyCounts, Signal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_DAY = timedelta(days=1)


def signal_item(signal: Signal) -> dict[str, Any]:
    """The item of a signal, written in the transaction that classifies its post. An edited post replaces it."""
    expires = int((signal.at + SIGNALS_KEPT).timestamp())
    return plain(signal) | keys.signal(signal.at, signal.post_id) | {keys.EXPIRES: expires}


class DynamoSignals:
    """SignalStore on DynamoDB: one query for a window, two if it spans midnight."""

    def __init__(self, db: "DynamoDBClient", table: str) -> None:
        self._db = db
        self._table = table

    def window(self, since: datetime, until: datetime, limit: int) -> list[Signal]:
        return list(islice(self._newest_first(since, until, limit), limit))

    def _newest_first(self, since: datetime, until: datetime, limit: int) -> Iterator[Signal]:
        day, first = until, keys.signals(since)
        while keys.signals(day) >= first:
            yield from self._of_day(day, since, until, limit)
            day -= _DAY

    def _of_day(self, day: datetime, since: datetime, until: datetime, limit: int) -> Iterator[Signal]:
        # "~" sorts after every post id: the last moment is inside, the first is not.
        pages = self._db.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk AND #sk BETWEEN :since AND :until",
            ExpressionAttributeNames={"#pk": keys.PK, "#sk": keys.SK},
            ExpressionAttributeValues=values(
                {":pk": keys.signals(day), ":since": f"{keys.stamp(since)}~", ":until": f"{keys.stamp(until)}~"}
            ),
            ScanIndexForward=False,
            PaginationConfig={"MaxItems": limit},
        )
        return (fact(Signal, item) for page in pages for item in page["Items"])


class DynamoUsual:
    """BaselineStore on DynamoDB."""

    def __init__(self, db: "DynamoDBClient", table: str) -> None:
        self._db = db
        self._table = table

    def load(self, hour_of_week: int) -> Baseline:
        overall, hour = keys.usual(), keys.usual(hour_of_week)
        found = {item[keys.SK]["S"]: _counts(item) for item in get_all(self._db, self._table, (overall, hour))}
        return Baseline(found.get(overall[keys.SK], HourlyCounts()), found.get(hour[keys.SK], HourlyCounts()))

    def save(self, counts: HourlyCounts, hour_of_week: int | None = None) -> bool:
        if counts.until is None:
            return False
        hour_not_counted_yet = "attribute_not_exists(#pk) OR #until < :until"
        try:
            self._db.put_item(
                TableName=self._table,
                Item=values(plain(counts) | keys.usual(hour_of_week)),
                ConditionExpression=hour_not_counted_yet,
                ExpressionAttributeNames={"#pk": keys.PK, "#until": "until"},
                ExpressionAttributeValues=values({":until": plain(counts)["until"]}),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _counts(item: Mapping[str, Any]) -> HourlyCounts:
    """The counts of an item. Items written before `reporters` had its name call it `voices`."""
    renamed = {"reporters": item["voices"]} if "voices" in item else {}
    return fact(HourlyCounts, {**item, **renamed})
