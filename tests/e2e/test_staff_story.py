"""A made-up afternoon with acts of staff, in staff_story.yaml, ends in the alerts, cases and incidents written there.

After a change that is meant: `python -m tests.e2e.test_staff_story` writes what happens now; review the difference.
"""

from datetime import datetime, time
from pathlib import Path
from typing import Any

import yaml

from mentiondesk.domain.cases.case import CaseRefuses
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.tags import Kind
from tests.support.builders import NOON
from tests.support.memory_desk import ANA, BEN, LEA, MAX, MemoryDesk

STORY = Path(__file__).with_name("staff_story.yaml")
PEOPLE = {person["id"]: person for person in (ANA, BEN, LEA, MAX)}
_ENDS = "expected:"

Step = dict[str, Any]


class Told:
    """A desk that a story is told to."""

    def __init__(self, story: Step) -> None:
        self.desk = MemoryDesk([PEOPLE[name] for name in story["team"]])
        self.cases: dict[str, CaseId] = {}
        for step in story["steps"]:
            refused = self._step(step)
            assert refused == step.get("refused"), step
        self.desk.run(on_the_day(story["until"]))

    def _step(self, step: Step) -> str | None:
        """Does one step; returns the name of a refusal."""
        at = on_the_day(step["at"])
        match step:
            case {"post": key}:
                kind = Kind(step.get("kind", "complaint")) if step.get("kind", "") is not None else None
                known = self.cases.get(key)
                self.cases[key] = self.desk.post(at, step["text"], step["customer"], kind, case=known)
            case {"answer": key}:
                self.desk.answer(self.cases[key], at, step["text"])
            case {"act": what, "case": key}:
                more = {name: step[name] for name in ("reason", "hold") if name in step}
                try:
                    self.desk.act(step["by"], what, self.cases[key], at, **more)
                except CaseRefuses as refusal:
                    return type(refusal).__name__
            case {"incident": what}:
                self.desk.run(at)
                (incident,) = self.desk.incidents()
                self.desk.act_on_incident(step["by"], what, incident.incident_id, at)
        return None

    def result(self) -> dict[str, Any]:
        """The alerts by minute, the cases by their name in the story, and the incidents."""
        return {
            "alerts": self.desk.told(),
            "cases": {key: self._case(case_id) for key, case_id in self.cases.items()},
            "incidents": [
                {
                    "status": str(one.status),
                    "title": one.title,
                    "people": one.people,
                    "from": f"{one.created_at:%H:%M}",
                    "to": f"{one.ended_at:%H:%M}" if one.ended_at else None,
                }
                for one in self.desk.incidents()
            ],
        }

    def _case(self, case_id: CaseId) -> dict[str, Any]:
        case = self.desk.case(case_id)
        timer = case.timer
        return {
            "state": str(case.state),
            "owner": case.owner,
            "timer": timer and f"{timer.clock} {timer.since:%H:%M}-{timer.answer_by:%d %H:%M}",
            "ended": f"{timer.ended_at:%H:%M}" if timer and timer.ended_at else None,
            "late": case.breached(self.desk.now),
            "record": [" ".join(filter(None, event)) for event in self.desk.events(case_id)],
        }


def on_the_day(clock: str) -> datetime:
    return datetime.combine(NOON.date(), time.fromisoformat(clock), NOON.tzinfo)


def test_the_story_ends_as_written() -> None:
    story = yaml.safe_load(STORY.read_text(encoding="utf-8"))
    assert Told(story).result() == story["expected"]


def _renew() -> None:
    text = STORY.read_text(encoding="utf-8")
    result = {"expected": Told(yaml.safe_load(text)).result()}
    kept = text[: text.index(_ENDS)]
    STORY.write_text(kept + yaml.safe_dump(result, sort_keys=False, width=110, allow_unicode=True), encoding="utf-8")


if __name__ == "__main__":
    _renew()
