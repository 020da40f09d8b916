"""SettingsFile as domain values."""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import timedelta

from mentiondesk.domain.alerts.budget import Budget
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.message import BECAME_CRITICAL
from mentiondesk.domain.alerts.roster import Audience, Channel, Roster, Staff, Stage
from mentiondesk.domain.audit import AuditRules
from mentiondesk.domain.cases.timers import Policy, Target
from mentiondesk.domain.desk import AlertRules, DeskSettings
from mentiondesk.domain.incidents.incident import STILL_UNCONFIRMED, UNCONFIRMED, Affected
from mentiondesk.domain.incidents.rules import IncidentRules, IncidentTemplate
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.brand_words import Always, BrandWords
from mentiondesk.domain.posts.reading import ReadingRules, SecondOpinionRules
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.praise import PraiseRules
from mentiondesk.domain.replies.price import Prices
from mentiondesk.domain.replies.rules import ApprovalRules, CheckRules, OwnRule, ReplyRules
from mentiondesk.domain.replies.saved import SavedReply
from mentiondesk.domain.replies.signature import Signature
from mentiondesk.domain.review.sample import ReviewRules
from mentiondesk.domain.status.page import Logo, MailRules, PageComponent, StatusPage
from mentiondesk.domain.status.wording import Wording
from mentiondesk.settings.first_words import FIRST_WORDS
from mentiondesk.settings.problems import validated
from mentiondesk.settings.replies import OwnRuleSettings, RepliesSettings, SavedReplySettings
from mentiondesk.settings.schema import (
    FIRST_REPLY,
    PRIVATE_QUESTION,
    TOLD_AGAIN,
    ComponentSettings,
    CriticalStageSettings,
    IncidentSettings,
    SendSettings,
    SettingsFile,
    StaffSettings,
    StageSettings,
    TargetSettings,
    TemplateSettings,
    TriageSettings,
    WeekSettings,
    WordingSettings,
    brand_of,
)
from mentiondesk.settings.types import stage_time

# Stages of alerts about incidents; the last goes to managers as well.
_INCIDENT_STAGES = ("noticed", BECAME_CRITICAL, "go_back", UNCONFIRMED)


def parse_settings(raw: object, stored: bool = False) -> DeskSettings:
    """The desk described by `raw`, parsed from YAML or JSON. Raises SettingsInvalid with every problem found.

    `stored` is as in `validated`.
    """
    return desk_settings(validated(raw, stored))


def desk_settings(settings: SettingsFile) -> DeskSettings:
    """Validated settings as the rest of the package uses them."""
    brand, alerts, second = brand_of(settings), settings.alerts, settings.triage.second_opinion
    return DeskSettings(
        brand=brand,
        zone=settings.zone,
        policy=_policy(settings),
        roster=Roster(
            tuple(_staff(one, settings.zone) for one in settings.staff),
            tuple(Staff(one.id, one.name, {Channel.ROOM: one.address}, settings.zone) for one in settings.rooms),
        ),
        alerts=AlertRules(
            tuple(TextLimit(one.most, one.within) for one in alerts.text_limits),
            Budget(alerts.budget.most, alerts.budget.gather),
        ),
        reading=ReadingRules(**dict(settings.reading)),
        audit=AuditRules(**dict(settings.audit)),
        incidents=_incident_rules(settings.incidents, settings.status_page.components),
        page=_status_page(settings),
        wording=_wording(settings),
        brand_words=_brand_words(settings.triage, brand),
        second_opinion=SecondOpinionRules(second.below, second.a_day),
        keep=settings.keep,
        keep_words=settings.keep_words,
        reach=settings.reach.to_rules(),
        sentences=settings.sentences,
        figures=settings.figures.to_rules(),
        strikes=settings.strikes.to_rules(),
        praise=PraiseRules(**dict(settings.praise)),
        review=ReviewRules(**dict(settings.review)),
        replies=_reply_rules(settings.replies),
        events=settings.events.to_rules(),
    )


def _wording(settings: SettingsFile) -> Wording:
    """The brand's own sentences, and the page language's where the brand has left the English ones as they are."""
    english = dict(WordingSettings())
    own = {key: text for key, text in settings.wording if text != english[key]}
    return Wording(**{**english, **FIRST_WORDS.get(settings.status_page.language, {}), **own})


def _staff(one: StaffSettings, zone: str) -> Staff:
    """A staff member; `zone` applies where they have none of their own."""
    zone = one.zone or zone
    return Staff(
        staff_id=one.id,
        name=one.name,
        addresses=one.addresses,
        zone=zone,
        always_on_duty=one.duty == "always",
        shifts=one.duty.hours(zone) if isinstance(one.duty, WeekSettings) else None,
        quiet=one.quiet.hours(zone) if one.quiet else None,
        roles=frozenset(Audience(role) for role in one.roles),
        started=one.started,
    )


def _policy(settings: SettingsFile) -> Policy:
    """Deadlines by kind: the defaults, then first_reply, then (for the next reply) next_reply."""
    targets = settings.targets
    first = {**FIRST_REPLY, **targets.first_reply}
    return Policy(
        first_reply=_targets(first, settings),
        next_reply=_targets({**first, **targets.next_reply}, settings),
        follow_up=_target(targets.follow_up, Urgency.NORMAL, settings) if targets.follow_up else None,
        private=_target(targets.private, Urgency.NORMAL, settings) if targets.private else None,
        resolve_after=targets.resolve_after,
        unsure=_target(targets.unsure, Urgency.NORMAL, settings) if targets.unsure else None,
        stages=tuple(_stage(one) for one in settings.alerts.stages),
        critical=tuple(_critical_stage(one) for one in settings.alerts.critical),
        again=Stage(TOLD_AGAIN, 0.0, timedelta(0), ((Audience.DUTY, Channel.EMAIL),)),
        lapse=settings.alerts.claims.spans,
        question=Stage(PRIVATE_QUESTION, 0.5, timedelta(0), ((Audience.DUTY, Channel.EMAIL),)),
    )


def _targets(
    by_kind: Mapping[Kind, TargetSettings | None], settings: SettingsFile
) -> dict[tuple[Kind, Urgency], Target]:
    return {
        (kind, urgency): _target(target, urgency, settings)
        for kind, target in by_kind.items()
        if target is not None
        for urgency in Urgency
    }


def _target(target: TargetSettings, urgency: Urgency, settings: SettingsFile) -> Target:
    hours = settings.hours[target.hours].hours(settings.zone) if target.hours else None
    return Target(target.by_urgency(urgency), hours, target.alerts)


def _stage(stage: StageSettings) -> Stage:
    share, shift = stage_time(stage.at)
    return Stage(stage.name, share, shift, _recipients(stage.send))


def _critical_stage(stage: CriticalStageSettings) -> Stage:
    return Stage(stage.name, 0.0, stage.after, _recipients(stage.send), stage.unless_claimed, stage.once_claimed)


def _recipients(send: Iterable[SendSettings]) -> tuple[tuple[Audience, Channel], ...]:
    return tuple((one.to, channel) for one in send for channel in one.channels)


def _incident_rules(incidents: IncidentSettings, components: Iterable[ComponentSettings]) -> IncidentRules:
    recipients = _recipients(incidents.tell)
    stages = [Stage(name, 0.0, timedelta(0), recipients) for name in _INCIDENT_STAGES]
    stages.append(Stage(STILL_UNCONFIRMED, 0.0, timedelta(0), (*recipients, (Audience.MANAGER, Channel.EMAIL))))
    told = {name: value for name, value in incidents if name not in ("tell", "templates")}
    return IncidentRules(
        **told,
        stages=tuple(stages),
        templates=tuple(map(_template, incidents.templates)),
        least_impact={one.id: one.impact for one in components},
    )


def _template(one: TemplateSettings) -> IncidentTemplate:
    affected = tuple(Affected(component, health) for component, health in one.components.items())
    return IncidentTemplate(one.name, one.title, one.body, one.impact, affected)


def _status_page(settings: SettingsFile) -> StatusPage:
    page = settings.status_page
    return StatusPage(
        name=page.name or settings.brand.name,
        zone=settings.zone,
        components=tuple(
            PageComponent(one.id, one.name, one.description, one.group, one.topics, one.words)
            for one in page.components
        ),
        history=page.history,
        x_links=page.x_links,
        hosted_id=page.statuspage_id,
        mails=MailRules(**dict(page.mails)),
        language=page.language,
        colour=page.colour,
        logo=_logo(page.logo) if page.logo else None,
    )


def _logo(written: str) -> Logo:
    """The logo in a data: address."""
    kind, _, content = written.removeprefix("data:").partition(";base64,")
    ending = kind.removeprefix("image/").partition("+")[0]
    return Logo(f"logo.{ending}", kind, b64decode(content))


def _brand_words(triage: TriageSettings, brand: Brand) -> BrandWords:
    handles = tuple(handle for _, handle in brand.handles)
    return BrandWords(
        words=tuple((meaning, phrases) for meaning, phrases in triage.words if phrases),
        topics=tuple(triage.topics.items()),
        always=tuple(Always(rule.phrase, rule.kind, rule.urgency) for rule in triage.always),
        never=triage.never,
        handles=handles,
        names=(brand.name, *handles, *brand.words),
    )


def _reply_rules(replies: RepliesSettings) -> ReplyRules:
    return ReplyRules(
        undo_public=replies.undo.public,
        undo_private=replies.undo.private,
        signature=Signature(replies.signature.name, replies.signature.mark),
        prices=tuple(Prices(**dict(one)) for one in replies.prices),
        approval=ApprovalRules(**dict(replies.approval)),
        checks=CheckRules(
            replies.own_domains, replies.contacts, replies.private_data, tuple(map(_own_rule, replies.rules))
        ),
        saved=tuple(map(_saved, replies.saved)),
        private_way=replies.private_way,
        privacy_policy=replies.privacy_policy,
    )


def _own_rule(rule: OwnRuleSettings) -> OwnRule:
    return OwnRule(rule.id, rule.outcome, rule.sentence, rule.phrases, rule.pattern or "")


def _saved(one: SavedReplySettings) -> SavedReply:
    return SavedReply(one.id, one.title, one.text, one.language, one.owner, one.expires, one.use)
