"""A small, honest set of rules: words that tell what a post is, and why.

Each table is knowledge to read and mend: a rule's name, and the words that meet it. A post is what the
first kind in `_ORDER` whose rules it meets says; a post that meets none is chatter.
"""

import re
from collections.abc import Mapping

from mentiondesk.domain.posts import Post
from mentiondesk.domain.tags import Kind, Reason, Tags, Urgency

_Rules = Mapping[str, re.Pattern[str]]
_LONGEST_READ = 4000
# The last letter of Latin Extended-B.
_LAST_LATIN = 0x24F


def _words(alternatives: str) -> re.Pattern[str]:
    """Any of the alternatives, which stand between " | ", as whole words."""
    either = "|".join(re.split(r"\s+\|\s+", alternatives.strip()))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


_SPAM: _Rules = {
    "offers something": _words(
        r"""
        free followers | crypto giveaway | airdrop | promo code | click (?:the|my) link in (?:my )?bio |
        earn \$?\d+ (?:a|per) (?:day|week) | work from home | guaranteed (?:income|profit)s? | buy followers
        """
    ),
}
_ABUSE: _Rules = {
    "insults a person": _words(
        r"""
        (?:you(?:'re| are| r)?|ur|your) (?:all )?(?:a )?(?:bunch of )?(?:idiots?|morons?|scum|trash|pathetic|clowns?) |
        (?:fuck|screw) (?:you|off) | go (?:die|kill yourselves) | kill your ?sel(?:f|ves)
        """
    ),
}
_COMPLAINT: _Rules = {
    "something failed": _words(
        r"""
        broken? | broke | damaged | cracked | faulty | defective | leak(?:s|ed|ing) | crash(?:es|ed|ing)? |
        (?:not|isn't|doesn't|won't|never|stopped) (?:\w+ ){0,2}(?:work|load|open)(?:s|ed|ing)? |
        (?:not|isn't|doesn't|won't|never|stopped) (?:\w+ ){0,2}(?:arriv|turn|connect)\w* |
        fail(?:s|ed|ing|ure)? | errors? | bugs? | glitch\w* | outage | is down | are down | went down | stuck |
        can(?:'|no)?t (?:\w+ ){0,2}(?:log ?in|pay|order|check ?out|open|play|use|get|find|access|connect|sign) |
        can(?:'|no)?t (?:\w+ ){0,2}(?:reach|track|book|cancel|listen|see|even) |
        unable to | kaputt | funktioniert nicht | geht nicht | no funciona | no me deja | roto | rota |
        ne (?:marche|fonctionne) pas
        """
    ),
    "something is missing or late": _words(
        r"""
        still (?:\w+ ){0,3}(?:waiting|nothing|no|not|haven't|hasn't|can't|isn't) |
        never (?:arrived|came|received|got|turned up|delivered|heard) |
        (?:has|have|had)(?:n't| not) (?:arrived|received|come|got|been|heard|shipped) |
        didn't (?:arrive|come|receive|get|work|turn up) | missing | delayed | delays? | late | lost | overdue |
        no (?:response|reply|answer|show|refund|delivery|update) | where(?:'s| is| are) (?:my|our|the) |
        waiting (?:for|since|on hold) | on hold | cancel(?:l?ed|s)? (?:my|our|the) | noch nicht |
        warte (?:seit|immer) | todav[ií]a no | sigo (?:sin|esperando)
        """
    ),
    "money went wrong": _words(
        r"""
        overcharged? | charged (?:me )?(?:twice|again|for) | double charged? | refund(?:ed|s)? | money back |
        rip(?:ped)? ?off | scam(?:med)? | stole | stolen | reembolso | erstattung | geld zur(?:ü|ue)ck
        """
    ),
    "somebody is hurt or robbed": _words(
        r"""
        (?:caught|catches|catching) fire | (?:in|to) (?:the )?hospital | hospitali[sz]ed | ambulance |
        injur(?:ed|ies|y) | allergic reaction | anaphyla\w+ | food poisoning | electric(?:al)? shock |
        electrocut\w+ | hacked | fraud\w* | identity theft | data (?:leak|breach)
        """
    ),
    "service was bad": _words(
        r"""
        rude | terrible | horrible | awful | worst | disgusting | disgrace\w* | appalling | unacceptable |
        ridiculous | shocking | shambles | useless | pathetic | joke | disappoint\w* |
        poor (?:service|customer|quality|form) | bad (?:service|customer|experience) | frustrat\w+ |
        annoy(?:ed|ing) | fed up | sick of | angry | furious | unhappy | hate | sucks? | wtf |
        wrong (?:item|order|size|one|address) | incorrect | ignor(?:ed|ing|e) | hung up | lied | lies |
        misleading | waste of | never (?:again|buying|using|flying|ordering) | let(?:ting)? (?:me|us) down |
        great job (?:losing|breaking|cancel\w+) | thanks for (?:nothing|losing|ruining|breaking) | p[ée]simo |
        fatal servicio | verg[üu]enza | unversch[äa]mt | schlecht\w* | entt[äa]uscht\w* |
        problem(?:s|as|a|e)? | issues? | complain\w* | what(?:'s| is) (?:going on|wrong|happening) |
        fix (?:it|this|your|the)
        """
    ),
}
_QUESTION: _Rules = {
    "asks": re.compile(
        r"\?|(?<!\w)(?:how (?:do|can|long|much)|when (?:will|do|does|is|are)|do you|can (?:i|you|we|someone)|could you"
        r"|is there|are you|please (?:help|advise|tell)|any (?:idea|update)|anyone know|wie|wann|wo|cu[aá]ndo|c[oó]mo"
        r"|d[oó]nde)(?!\w)",
        re.IGNORECASE,
    ),
}
_PRAISE: _Rules = {
    "thanks or likes": _words(
        r"""
        thanks? | thank you | thx | ty | love(?:d|ly)? | great | amazing | awesome | excellent | brilliant |
        fantastic | best | perfect | kudos | shout ?out | appreciate\w* | impressed | well done | wonderful |
        gracias | danke | merci | obrigad[oa] | superb? | toll | encanta\w* | genial | recommend\w* |
        sorted(?: now)? | works now
        """
    ),
}
_VENT: _Rules = {
    "lets off steam": _words(
        r"""
        ugh+ | mondays? | i can't even | why do i | my life | just saying | rant over | /rant | sigh
        """
    ),
}
_ORDER: tuple[tuple[Kind, _Rules], ...] = (
    (Kind.ABUSE, _ABUSE),
    (Kind.SPAM, _SPAM),
    (Kind.COMPLAINT, _COMPLAINT),
    (Kind.VENT, _VENT),
    (Kind.QUESTION, _QUESTION),
    (Kind.PRAISE, _PRAISE),
)

_CRITICAL: _Rules = {
    "danger or crime": _words(
        r"""
        fire | smok(?:e|ing) | burn(?:t|ed|s|ing)? | scald\w* | injur\w+ | hospital | ambulance | bleeding |
        allerg\w+ | anaphyla\w+ | poison\w* | choking | electric(?:al)? shock | electrocut\w+ | fraud\w* |
        hacked | identity theft | data (?:leak|breach) | kill myself | suicid\w+ | lawyer | solicitor |
        legal action | sue | suing | journalist | unsafe | danger\w*
        """
    ),
}
_HIGH: _Rules = {
    "cannot wait": _words(
        r"""
        stranded | urgent\w* | asap | right now | immediately | today | tonight | tomorrow morning |
        emergency | wheelchair | disabled | third time | 3rd time |
        (?:three|four|five|3|4|5|several|multiple|many) (?:times|emails|calls|messages) |
        charged (?:me )?twice | double charged? |
        cancel(?:l?ing)? my (?:account|subscription|membership|order) | leaving you |
        nobody (?:answers|replies|responds) | heute noch | dringend | urgente
        """
    ),
}
_TOPICS: _Rules = {
    "delivery": _words(
        r"""
        deliver\w* | parcel | package | courier | shipp\w+ | tracking | arrive\w* | post(?:ed|age) | paket |
        lieferung | env[ií]o | paquete
        """
    ),
    "refund": _words(
        r"""
        refund\w* | money back | return(?:s|ed|ing)? | reembolso | erstattung
        """
    ),
    "billing": _words(
        r"""
        charge[ds]? | bill(?:ed|ing)? | invoice | payment | paid | card | overcharged? | rechnung | cobr\w+
        """
    ),
    "product_fault": _words(
        r"""
        broken? | broke | cracked | faulty | defective | damaged | leak(?:s|ing) | kaputt | roto | rota
        """
    ),
    "website_app": _words(
        r"""
        website | site | app | checkout | log ?in | password | page | cart | basket | webseite | web | ios |
        android
        """
    ),
    "outage": _words(
        r"""
        outage | down | not loading | won't load | error \d+
        """
    ),
    "staff_service": _words(
        r"""
        rude | staff | agent | customer service | support | on hold | hung up
        """
    ),
    "store": _words(
        r"""
        store | shop | branch | opening hours | open (?:on|today|tomorrow|sunday)
        """
    ),
    "stock": _words(
        r"""
        stock | sold out | available | restock\w*
        """
    ),
    "price": _words(
        r"""
        price | discount | voucher | code | sale | expensive
        """
    ),
    "safety": _words(
        r"""
        fire | burn\w* | injur\w+ | allerg\w+ | unsafe | danger\w*
        """
    ),
    "privacy_security": _words(
        r"""
        hacked | data | fraud\w* | scam\w* | phishing | privacy
        """
    ),
    "account": _words(
        r"""
        account | sign ?in | password | subscription | membership
        """
    ),
}

_HANDLES = re.compile(r"^(?:\s*@\w+)+")


def triage(post: Post) -> Tags:
    """What the post is, by the words in it; English first, a few cues in Spanish, German and French.

    Never raises. Reads the first 4,000 characters. A post with words in no script these rules know goes
    to a person as a question, with low confidence.
    """
    text = post.text[:_LONGEST_READ].replace("’", "'")
    kind, reasons = _kind(text)
    if kind is Kind.CHATTER and _not_latin(text):
        return Tags(Kind.QUESTION, needs_reply=True, language=post.language, confidence=0.2)
    critical, high = _met(_CRITICAL, text), _met(_HIGH, text)
    urgency = Urgency.NORMAL
    if kind in (Kind.COMPLAINT, Kind.QUESTION) and (critical or high):
        urgency = Urgency.CRITICAL if critical else Urgency.HIGH
        # Danger is reported, not asked about, whatever the sentence ends with.
        kind = Kind.COMPLAINT if critical else kind
        reasons = [*(critical or high), *reasons]
    return Tags(
        kind=kind,
        needs_reply=kind in (Kind.COMPLAINT, Kind.QUESTION, Kind.PRAISE, Kind.ABUSE),
        urgency=urgency,
        topics=tuple(topic for topic, words in _TOPICS.items() if words.search(text)),
        sentiment={Kind.COMPLAINT: -0.6, Kind.ABUSE: -0.9, Kind.VENT: -0.4, Kind.PRAISE: 0.7}.get(kind, 0.0),
        language=post.language,
        confidence=min(0.4 + 0.15 * len(reasons), 0.9),
        reasons=tuple(reasons),
    )


def _kind(text: str) -> tuple[Kind, list[Reason]]:
    for kind, rules in _ORDER:
        reasons = _met(rules, text)
        if reasons:
            return kind, reasons
    return Kind.CHATTER, []


def _met(rules: _Rules, text: str) -> list[Reason]:
    """One reason for each rule the text meets: its first words that do."""
    found = ((name, words.search(text)) for name, words in rules.items())
    return [Reason(name, match.start(), match.end()) for name, match in found if match]


def _not_latin(text: str) -> bool:
    """Whether most of the letters belong to a script these rules cannot read."""
    letters = [c for c in _HANDLES.sub("", text) if c.isalpha()]
    return bool(letters) and sum(ord(c) > _LAST_LATIN for c in letters) > len(letters) / 2
