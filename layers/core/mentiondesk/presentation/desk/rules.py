"""The settings in force, to be read: who is who, hours, targets, alerts and rules in plain words, and no secret."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from mentiondesk.domain.alerts.roster import Audience, Staff, Stage
from mentiondesk.domain.cases.timers import Target
from mentiondesk.domain.hours import Hours
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.html import render, tag_of
from mentiondesk.presentation.desk.responses import ROOT, Request, Response
from mentiondesk.presentation.times import full_duration
from mentiondesk.presentation.wording import Sentences, capitalised
from mentiondesk.values import Frozen

RULES = f"{ROOT}/rules"
_PERCENT = 100


class Section(Frozen):
    """A heading, by the last part of its key, with its lines."""

    name: str
    lines: tuple[str, ...]


class RulesPage:
    """GET of the settings in force. They are changed by an operator, and not here."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance

    def show(self, request: Request, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        facts = {"visitor": visitor, "tab": "team", "sections": sections(visitor)}
        html = render("desk/rules.html", visitor.say, facts)
        return Response(html, tag=tag_of(html))


def sections(visitor: Visitor) -> tuple[Section, ...]:
    """Everything that people who work here may want to know of the settings."""
    parts = {
        "people": _people,
        "targets": _targets,
        "alerts": _alerts,
        "claims": _claims,
        "incidents": _incidents,
        "replies": _replies,
        "policy": _policy,
        "kept": _kept,
    }
    # Stages differ in what a line does not tell, such as a role's second way.
    return tuple(Section(name, tuple(dict.fromkeys(lines(visitor)))) for name, lines in parts.items())


def _people(visitor: Visitor) -> Iterator[str]:
    say = visitor.say
    for one in visitor.settings.roster.staff:
        roles = ", ".join(say.label("role", role) for role in sorted(one.roles)) or say("role.agent")
        ways = ", ".join(say(f"rules.by.{way}") for way in one.addresses)
        yield say("rules.person", name=one.name, roles=roles, duty=_duty(say, one), ways=ways)
        if one.quiet is not None:
            yield say("rules.quiet", name=one.name, hours=hours_in_words(say, one.quiet))
    if visitor.settings.roster.rooms:
        yield say("rules.rooms", names=", ".join(one.name for one in visitor.settings.roster.rooms))


def _duty(say: Sentences, one: Staff) -> str:
    if one.always_on_duty:
        return say("rules.always")
    return hours_in_words(say, one.shifts) if one.shifts is not None else say("rules.never")


def hours_in_words(say: Sentences, hours: Hours) -> str:
    """Like "Mon to Fri 09:00-17:00, Sat 10:00-12:00 (Europe/London)"."""
    days = enumerate(hours.week, 1)
    runs = [(periods, [day for day, _ in run]) for periods, run in groupby(days, key=lambda item: item[1])]
    told = ", ".join(
        f"{_days(say, run)} {' '.join(f'{one.opens:%H:%M}-{one.closes:%H:%M}' for one in periods)}"
        for periods, run in runs
        if periods
    )
    return say("rules.hours", hours=told, zone=hours.zone)


def _days(say: Sentences, run: list[int]) -> str:
    first, last = (say(f"time.weekday.{day}") for day in (run[0], run[-1]))
    return first if run[0] == run[-1] else say("time.span", start=first, end=last)


def _targets(visitor: Visitor) -> Iterator[str]:
    say, policy = visitor.say, visitor.settings.policy
    for name, targets in (("first", policy.first_reply), ("next", policy.next_reply)):
        for (kind, urgency), target in sorted(targets.items(), key=lambda item: (item[0][0], item[0][1].rank)):
            # A line for what is more urgent stands only where it is stricter.
            if urgency is Urgency.LOW or target != targets.get((kind, _below(urgency))):
                what = say(f"what.{urgency}", kind=say.label("kind", kind))
                yield say(f"rules.target_{name}", what=capitalised(what), within=_within(say, target))
    for name, alone in (("unsure", policy.unsure), ("private", policy.private), ("follow_up", policy.follow_up)):
        if alone is not None:
            yield say(f"rules.target_{name}", within=_within(say, alone))
    if policy.resolve_after is not None:
        yield say("rules.resolve_after", span=full_duration(say, policy.resolve_after))


def _below(urgency: Urgency) -> Urgency:
    """The next lower urgency; the lowest is its own."""
    return next((one for one in Urgency if one.rank == urgency.rank - 1), urgency)


def _within(say: Sentences, target: Target) -> str:
    span = full_duration(say, target.within)
    return say("rules.in_hours", span=span, hours=hours_in_words(say, target.hours)) if target.hours else span


def _alerts(visitor: Visitor) -> Iterator[str]:
    say, settings = visitor.say, visitor.settings
    for stage in settings.policy.stages:
        yield say("rules.stage", at=_at(say, stage), who=_who(say, stage))
    for stage in settings.policy.critical:
        after = full_duration(say, stage.shift)
        yield say(f"rules.critical_{_critical(stage)}", after=after, who=_who(say, stage))
    for stage in settings.incidents.stages:
        yield say("rules.candidate", who=_who(say, stage))
    yield say("rules.budget", most=settings.alerts.budget.most)
    for limit in settings.alerts.text_limits:
        yield say("rules.texts", most=limit.most, span=full_duration(say, limit.span))


def _critical(stage: Stage) -> str:
    """The last part of the key of a stage about danger."""
    if not stage.shift:
        return "at_once"
    return "unless_claimed" if stage.unless_claimed else "once_claimed" if stage.once_claimed else "after"


def _at(say: Sentences, stage: Stage) -> str:
    """When a stage falls due: a share of the time, moved."""
    share = round(stage.share * _PERCENT)
    if not stage.shift:
        return say("rules.at_deadline") if share == _PERCENT else say("rules.at_share", share=share)
    key = "rules.before" if stage.shift < timedelta(0) else "rules.after"
    return say(key, span=full_duration(say, abs(stage.shift)))


def _who(say: Sentences, stage: Stage) -> str:
    told = (_told(say, audience, way) for audience, way in stage.send)
    return ", ".join(dict.fromkeys(told))


def _told(say: Sentences, audience: Audience, way: str) -> str:
    return say("rules.told", who=say(f"rules.audience.{audience}"), way=say(f"rules.by.{way}"))


def _claims(visitor: Visitor) -> Iterator[str]:
    say = visitor.say
    for urgency, span in visitor.settings.policy.lapse.items():
        yield say("rules.lapse", urgency=capitalised(say.label("urgency", urgency)), span=full_duration(say, span))


def _incidents(visitor: Visitor) -> Iterator[str]:
    say, rules = visitor.say, visitor.settings.incidents
    yield say("rules.noticed", people=rules.people, span=full_duration(say, rules.within))
    yield say("rules.confirm", span=full_duration(say, rules.confirm_within))
    yield say("rules.fade", span=full_duration(say, rules.fade_after))
    yield say("rules.go_back", span=full_duration(say, rules.go_back_within))
    if rules.templates:
        yield say("rules.templates", names=", ".join(one.name for one in rules.templates))


def _replies(visitor: Visitor) -> Iterator[str]:
    say, rules = visitor.say, visitor.settings.replies
    yield say("rules.undo", seconds=round(rules.undo_public.total_seconds()))
    yield from _approvals(visitor)
    for own in rules.checks.own_rules:
        yield say("rules.own", rule=own.sentence)
    if rules.saved:
        yield say("rules.saved", count=len(rules.saved))


def _approvals(visitor: Visitor) -> Iterator[str]:
    say, rules = visitor.say, visitor.settings.replies.approval
    yield say("rules.approve_new", span=full_duration(say, rules.new_agent_for))
    asked = {"critical": rules.critical, "money": rules.money, "incidents": rules.incidents}
    for name, wanted in asked.items():
        if wanted:
            yield say(f"rules.approve_{name}")
    if rules.followers is not None:
        yield say("rules.approve_followers", number=f"{rules.followers:,}")
    yield say(f"rules.nobody_{rules.nobody_on_duty}")


def _policy(visitor: Visitor) -> Iterator[str]:
    say, rules, review = visitor.say, visitor.settings.strikes, visitor.settings.review
    for rule in rules.rules:
        yield say("rules.strike", rule=rule.sentence)
    if rules.rules:
        yield say("rules.measure", least=rules.needed, span=full_duration(say, rules.window))
    yield say("rules.review", share=round(review.rate * _PERCENT), least=review.least)


def _kept(visitor: Visitor) -> Iterator[str]:
    say, settings = visitor.say, visitor.settings
    yield say("rules.kept", span=full_duration(say, settings.keep))
    yield say("rules.kept_words", span=full_duration(say, settings.keep_words))
    yield say("rules.reads", number=f"{settings.reading.monthly_reads:,}")
