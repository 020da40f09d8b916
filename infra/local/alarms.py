"""The alarms of infra/alarms.yaml on this machine, fed by what the functions print.

CloudWatch reads metrics from the functions' logs (embedded metric format) and evaluates each alarm every
minute; this does the same for alarms on one metric, so that a revoked token is seen to reach a person.
"""

import itertools
import json
import operator
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

from infra.transform import decided, template

_NAME = re.compile(r"\$\{(\w+)\}")
_MINUTE = timedelta(minutes=1)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "LessThanThreshold": operator.lt,
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
}
_STATISTICS: dict[str, Callable[[list[float]], float]] = {"Maximum": max, "Sum": sum, "Average": mean}


@dataclass(frozen=True)
class Notice:
    """The mail to the operator when an alarm changes."""

    at: datetime
    name: str
    text: str
    alarming: bool


@dataclass
class Alarms:
    """Alarms over metrics by the minute. `since` is the moment at which the stack was made."""

    since: datetime
    parameters: Mapping[str, str]
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        resources = decided(template(Path("infra/alarms.yaml")), self.parameters)["Resources"]
        alarms = [found["Properties"] for found in resources.values() if found["Type"] == "AWS::CloudWatch::Alarm"]
        self._alarms = [alarm for alarm in alarms if "MetricName" in alarm]
        self._values: defaultdict[tuple[Any, ...], deque[tuple[datetime, float]]] = defaultdict(_short)
        self._alarming: set[str] = set()

    def hear(self, line: str, now: datetime) -> None:
        """Reads the metrics in a line that a function printed, if there are any."""
        if '"_aws"' not in line:
            return
        record = json.loads(line)
        for block in record["_aws"]["CloudWatchMetrics"]:
            for dimensions in block["Dimensions"]:
                where = frozenset((name, str(record[name])) for name in dimensions)
                for metric in block["Metrics"]:
                    values = record[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        self.measure(block["Namespace"], metric["Name"], where, value, now)

    def measure(
        self, namespace: str, name: str, dimensions: frozenset[tuple[str, str]], value: float, now: datetime
    ) -> None:
        """Adds a data point."""
        self._values[namespace, name, dimensions].append((now, value))

    def told(self, subject: str, text: str, now: datetime) -> None:
        """Adds what the desk itself told the operators: "desk: title", or "desk: over: title"."""
        title = subject.partition(": ")[2]
        self.notices.append(Notice(now, title.removeprefix("over: "), text, not title.startswith("over: ")))

    def evaluate(self, now: datetime) -> None:
        """Once a minute: adds a notice for each alarm that goes off or is over."""
        for alarm in self._alarms:
            name, span = self._named(alarm["AlarmName"]), timedelta(seconds=alarm["Period"])
            silence_alarms = alarm.get("TreatMissingData") == "breaching"
            if silence_alarms and now < self.since + span * alarm["EvaluationPeriods"]:
                continue
            alarming = self._breaching(alarm, span, now, name in self._alarming)
            if alarming != (name in self._alarming):
                self._alarming ^= {name}
                text = alarm["AlarmDescription"] if alarming else "This is over."
                self.notices.append(Notice(now, name, text, alarming))

    def _breaching(self, alarm: dict[str, Any], span: timedelta, now: datetime, before: bool) -> bool:
        periods = alarm["EvaluationPeriods"]
        points = [self._point(alarm, now - span * (n + 1), now - span * n) for n in range(periods)]
        breaching = _COMPARE[alarm["ComparisonOperator"]]
        missing = alarm.get("TreatMissingData", "missing")
        if missing == "ignore" and all(point is None for point in points):
            return before
        count = sum(
            missing == "breaching" if point is None else breaching(point, alarm["Threshold"]) for point in points
        )
        return bool(count >= alarm.get("DatapointsToAlarm", periods))

    def _point(self, alarm: dict[str, Any], after: datetime, until: datetime) -> float | None:
        where = frozenset((one["Name"], self._named(one["Value"])) for one in alarm.get("Dimensions", []))
        values = self._values[self._named(alarm["Namespace"]), alarm["MetricName"], where]
        recent = itertools.takewhile(lambda point: point[0] > after, reversed(values))
        found = [value for at, value in recent if at <= until]
        if not found:
            return None
        return _STATISTICS[alarm["Statistic"]](found)

    def _named(self, value: Any) -> str:
        """A string with the nested stack's parameters filled in."""
        if isinstance(value, dict) and "Ref" in value:
            return self.parameters.get(value["Ref"], value["Ref"])
        text = value["Fn::Sub"] if isinstance(value, dict) else str(value)
        return _NAME.sub(lambda match: self.parameters.get(match[1], match[1]), text)


def _short() -> deque[tuple[datetime, float]]:
    """As many points as the longest alarm looks at, and some."""
    return deque(maxlen=2000)
