"""The checks of a reply: every rule, applied to one text."""

from mentiondesk.domain.replies.checks import elsewhere, fit, form_rules, tables, wording_rules
from mentiondesk.domain.replies.checks.asking import asks_identifiers
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.leak import leak
from mentiondesk.domain.replies.checks.placeholders import placeholders
from mentiondesk.domain.replies.checks.private_data import private_data
from mentiondesk.domain.replies.checks.sameness import sameness
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.wording_rules import Rule
from mentiondesk.domain.replies.finding import Finding

# No rule looks further: X takes 280 characters in public, and a private message this long is read by nobody.
LONGEST_READ = 10_000

RULES: tuple[Rule, ...] = (
    form_rules.size,
    placeholders,
    private_data,
    asks_identifiers,
    wording_rules.guarantees,
    leak,
    form_rules.media,
    sameness,
    wording_rules.money,
    wording_rules.legal,
    wording_rules.medical,
    wording_rules.danger,
    wording_rules.harm,
    wording_rules.insults,
    elsewhere.foreign_links,
    form_rules.approvals,
    wording_rules.own_rules,
    fit.no_apology,
    fit.shouting,
    wording_rules.blame,
    fit.sarcasm,
    fit.off_topic,
    fit.other_language,
    fit.too_late,
)


def check(text: str, context: CheckContext) -> tuple[Finding, ...]:
    """The rules that the reply breaks, the heaviest first and then in the order of the text.

    `text` is what the author wrote, without the signature.
    """
    tables.load()
    reading = Reading(text[:LONGEST_READ])
    found = [finding for rule in RULES for finding in rule(reading, context)]
    return tuple(sorted(found, key=lambda finding: (finding.outcome.rank, finding.start)))
