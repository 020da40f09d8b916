"""Notices in words: phrases that mails and texts have in common."""

from datetime import UTC, datetime, timedelta

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.places import DESK, subject_path
from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.timers import Clock, ReplyTimer
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.text import clean, quotable
from mentiondesk.presentation.phrases import (
    Quote,
    attention,
    case_label,
    customer,
    people_and_posts,
    post_url,
    posts_so_far,
    quotes,
    reach,
)
from mentiondesk.presentation.times import short_duration, short_moment, time_left
from mentiondesk.presentation.wording import Sentences, capitalised
from mentiondesk.values import Frozen

_LONGEST_TITLE = 80
_ACTS = (Action.CLAIM, Action.ANSWERED, Action.CORRECT)
# The answers to the question whether the customer was answered in private.
_ANSWERS = (Action.ANSWERED, Action.SNOOZE)
# X shows most posts within seconds: only a delay that costs the reader time is mentioned.
_DELAY_SHOWN = timedelta(minutes=3)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class CaseView(Frozen):
    """One notice about a case, in the words of its reader: times on `staff`'s clock at `now`."""

    notice: CaseNotice
    staff: Staff
    now: datetime
    say: Sentences
    brand: str

    @property
    def case(self) -> Case:
        return self.notice.case

    @property
    def number(self) -> str:
        """Like "FF-7K3QD"."""
        return case_number(self.case.case_id, self.brand)

    @property
    def act(self) -> str | None:
        return self.notice.act

    @property
    def timer(self) -> ReplyTimer | None:
        """The timer to work by; news about a reply may concern a customer for whom none ever ran."""
        return self.case.timer

    @property
    def due_at(self) -> datetime:
        """The deadline by which notices are ordered."""
        return self.timer.answer_by if self.timer else _NEVER

    @property
    def late(self) -> bool:
        return self.timer is not None and self.timer.breached(self.now)

    @property
    def asks(self) -> bool:
        """True when the conversation is in direct messages: the desk cannot see an answer, and asks for one."""
        return self.timer is not None and self.timer.clock is Clock.PRIVATE

    @property
    def acts(self) -> tuple[Action, ...]:
        """The acts that a mail offers; each leads to its button on the case's page."""
        return _ANSWERS if self.asks else _ACTS

    def act_words(self, action: Action) -> str:
        """The words of an act's button in a mail."""
        return self.say(f"staff.{'private_act' if self.asks else 'act'}.{action}")

    @property
    def urgent(self) -> bool:
        return self.case.urgency >= Urgency.HIGH

    @property
    def band(self) -> str:
        """The theme's name of the ground on which the deadline stands: it turns at half time, and at the deadline."""
        if self.late or self.case.urgency is Urgency.CRITICAL:
            return "late-band"
        soon = self.urgent or (self.timer is not None and self.timer.half_gone(self.now))
        return "soon-band" if soon else "calm-band"

    @property
    def what(self) -> str:
        """Like "critical complaint" or "question"."""
        return case_label(self.say, self.case)

    @property
    def waits_for(self) -> str:
        return self.say.label("clock", self.timer.clock) if self.timer else ""

    @property
    def who(self) -> str:
        """Like "Priya Shah · @priya_bakes"; the number of the account where X was not asked."""
        return customer(self.say, self.case)

    @property
    def news(self) -> str:
        """A sentence about the owner, in a message to the person who lost or got the case; else empty."""
        stage = self.notice.alert.stage
        return self.say(f"staff.news.{stage}", name=self.notice.owner_name) if stage in set(OwnerNews) else ""

    @property
    def headline(self) -> str:
        """The headline of the mail: its news in a few words, else the time that is left."""
        stage = self.notice.alert.stage
        if stage in set(OwnerNews):
            return self.say(f"staff.headline.{stage}", name=self.notice.owner_name)
        return self.say("case_alert.private") if self.asks else capitalised(self.left)

    @property
    def more(self) -> str:
        """The customer's other cases in this message, like "6 more posts"; empty where there is none."""
        return self.say("staff.more_of_customer", count=self.notice.more) if self.notice.more else ""

    @property
    def beside(self) -> str:
        """A sentence about the alerts that fall due before the next message; empty where there is none."""
        return self.say("staff.beside", count=self.notice.beside) if self.notice.beside else ""

    @property
    def caller(self) -> str:
        """The customer in as few characters as can be."""
        profile = self.case.profile
        return f"@{profile.handle}" if profile else self.who

    @property
    def reach(self) -> str:
        """Like "120,000 followers · seen 5,400 times"; empty where X was not asked."""
        return reach(self.say, self.case)

    @property
    def draws(self) -> str:
        """The strongest reason beside its words for which the case is urgent; empty where there is none."""
        return "".join(attention(self.say, self.case.attention[:1]))

    @property
    def link(self) -> str:
        """X's address of the customer's latest post."""
        return post_url(self.case.post_id or (self.timer.post_id if self.timer else ""))

    @property
    def owned(self) -> str:
        """A sentence about the owner; empty where there is none."""
        if self.case.owner == self.staff.staff_id:
            return self.say("staff.claimed_by_you")
        name = self.notice.owner_name or self.case.owner
        return self.say("staff.claimed_by", name=clean(name)) if name else ""

    @property
    def whole(self) -> str:
        """The address of the whole case at the desk; empty where there is none."""
        return f"{self.notice.desk}{subject_path(self.case.case_id)}" if self.notice.desk else ""

    @property
    def queue(self) -> str:
        """The address of everybody who waits; empty where there is no desk."""
        return f"{self.notice.desk}{DESK}" if self.notice.desk else ""

    @property
    def part_of(self) -> str:
        """The title of the incident that the case is part of, safe to show; empty when it is part of none."""
        return quotable(self.notice.incident.title, _LONGEST_TITLE) if self.notice.incident else ""

    @property
    def left(self) -> str:
        """Time until the deadline."""
        return time_left(self.say, self.timer.answer_by, self.now) if self.timer else self.say("staff.no_deadline")

    @property
    def reply_by(self) -> str:
        """The deadline."""
        return self._clock(self.timer.answer_by) if self.timer else self.say("staff.no_deadline")

    def gist(self, length: int) -> str:
        """The customer's words in short, safe to show: how it began, and what they wrote last."""
        latest, first = quotable(self.case.words, length), quotable(self.case.first_words, length // 2)
        if self.case.first_said_at in (None, self.case.said_at) or not first:
            return latest
        return f"{first} … {quotable(self.case.words, length - len(first) - 3)}"

    @property
    def quotes(self) -> list[Quote]:
        """The conversation in short, oldest first."""
        return quotes(self.say, self.case, self._clock)

    @property
    def posts(self) -> str:
        """Like "5 posts so far"; empty for the first one."""
        return posts_so_far(self.say, self.case)

    @property
    def why(self) -> str:
        """The words that triage matched, what draws attention to the post, and the topics."""
        matched = dict.fromkeys(quotable(words, 40).casefold() for words in self.case.why)
        words = ", ".join(f"“{one}”" for one in matched if one)
        why = self.say("staff.because_of" if words else "staff.by_its_sense", what=self.what, words=words)
        drawn = "; ".join(attention(self.say, self.case.attention))
        why = self.say("staff.draws", why=why, attention=drawn) if drawn else why
        topics = ", ".join(self.say.label("topic", topic) for topic in self.case.topics)
        return self.say("staff.about_topics", why=why, topics=topics) if topics else why

    @property
    def seen_after(self) -> str | None:
        """X's delay in showing us the post, from three minutes on."""
        if self.case.seen_at is None or self.case.said_at is None:
            return None
        delay = self.case.seen_at - self.case.said_at
        return short_duration(self.say, delay) if delay >= _DELAY_SHOWN else None

    def _clock(self, moment: datetime) -> str:
        return short_moment(self.say, moment, self.staff.zone, self.now)


class IncidentView(Frozen):
    """One notice about an incident, in the words of its reader: times on `staff`'s clock at `now`."""

    notice: IncidentNotice
    staff: Staff
    now: datetime
    say: Sentences
    brand: str

    @property
    def incident(self) -> Incident:
        return self.notice.incident

    @property
    def act(self) -> str | None:
        return self.notice.act

    @property
    def whole(self) -> str:
        """The address of the incident at the desk; empty where there is none."""
        return f"{self.notice.desk}{subject_path(self.incident.incident_id)}" if self.notice.desk else ""

    @property
    def title(self) -> str:
        return quotable(self.incident.title, _LONGEST_TITLE)

    @property
    def heading(self) -> str:
        """The key of the sentence that says what kind of incident it is."""
        if self.incident.public:
            return "incident_alert.public"
        return "incident_alert.slow" if self.incident.slow else "incident_alert.possible"

    @property
    def waited(self) -> str:
        """The time since staff were first told of the incident."""
        return short_duration(self.say, self.now - self.notice.alert.since)

    @property
    def news(self) -> str:
        """The new posts of an hourly message, like "15 posts"."""
        return self.say("posts", count=len(self.notice.posts))

    @property
    def about_post(self) -> str:
        """A sentence about the brand's post on X about it, in a message to those whom it concerns; else empty."""
        return self.say(f"incident_alert.post.{self.notice.alert.stage}") if self.notice.about_post else ""

    @property
    def impact(self) -> str:
        return self.say.label("impact", self.incident.impact)

    @property
    def people(self) -> str:
        """Like "12 people, 15 posts"."""
        return people_and_posts(self.say, self.incident)

    @property
    def customers(self) -> str:
        """Like "12 people"."""
        return self.say("people", count=self.incident.people)

    @property
    def since(self) -> str:
        """When the first of them complained."""
        return short_moment(self.say, self.incident.started_at, self.staff.zone, self.now)

    def samples(self, length: int) -> list[tuple[str, str]]:
        """Customers' words, safe to show, each with X's address of the post."""
        return [(quotable(one.words, length), post_url(one.post_id)) for one in self.incident.samples]

    def latest_posts(self, most: int, length: int) -> list[tuple[str, str]]:
        """The latest post of each customer to get back to: words and X's address."""
        latest = {post.author_id: post for post in self.notice.posts}
        return [(quotable(post.words, length), post_url(post.post_id)) for post in list(latest.values())[:most]]
