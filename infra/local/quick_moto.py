"""moto without the work that makes its transactions slow."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import moto.dynamodb.models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from mentiondesk.adapters.storage import keys


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
