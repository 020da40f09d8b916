"""Tables of words for the checks: regular expressions over a reply in its plain spelling."""

import re
from functools import cache
from importlib.resources import files


@cache
def table(name: str) -> re.Pattern[str]:
    """The whole words and phrases of a table, as one pattern."""
    return re.compile(rf"(?<!\w)(?:{alternatives(name)})(?!\w)")


@cache
def placeholder() -> re.Pattern[str]:
    """Placeholders, which may touch words."""
    return re.compile(alternatives("placeholder"))


@cache
def identifier() -> re.Pattern[str]:
    """A noun by which somebody can be found, with the word before it where that counts."""
    return re.compile(rf"(?<!\w)(?:{alternatives('identifier')})(?!\w)")


@cache
def asks_identifier() -> re.Pattern[str]:
    """A request and, in the same sentence, an identifier behind it."""
    between, what = r"[^.!?\n]{0,70}?", alternatives("identifier")
    return re.compile(rf"(?<!\w)(?:{alternatives('ask')})\b{between}(?<!\w)(?P<what>{what})(?!\w)")


@cache
def question_of_identifier() -> re.Pattern[str]:
    """An identifier that ends in a question mark."""
    return re.compile(rf"(?<!\w)(?P<what>{alternatives('identifier')})\s?\?")


def alternatives(name: str) -> str:
    """The lines of a table as one alternation."""
    text = files("mentiondesk.domain.replies.checks").joinpath(f"words/{name}.txt").read_text(encoding="utf-8")
    return "|".join(line for line in text.split("\n") if line and not line.startswith("# "))


# "Please do not post your address", "we have sent a new order number": nobody is asked.
NOT_ASKED = re.compile(
    r"\b(?:without|don't|do not|not|never|no need|avoid|remove|delete|hide|instead of)\b"
    r"|\b(?:nicht|kein|keine|ohne|pas|sans|sin|sem)\b"
    r"|\b(?:our|the shop's|new|change|updated?|wrong|correct|check|reset|enter|add|added|sent|emailed) (?:\w+ ){0,2}$"
)
BRANDS_OWN = re.compile(r"\b(?:our|ours|unsere?r?|notre|nuestr[ao]|nosso|nossa)(?: \w+)? $")
_OPEN = (
    r"(?:here|below|in this thread|in the (?:thread|replies|comments)|publicly|in public"
    r"|(?:under|underneath|beneath) (?:this|the) (?:post|tweet|thread))\b"
)
# Words that set a private way aside, or name the thread as the place to answer.
IN_THE_OPEN = re.compile(
    r"\b(?:no need (?:to|for a?)|don't (?:need to|have to|bother)|(?:instead of|rather than)(?: a)?|not (?:by|in|via))"
    r" ?(?:a )?(?:dm|direct message|private|message)\b"
    rf"|\b{_OPEN}(?!:)"
)
INTO_THE_OPEN = re.compile(
    r"\b(?:reply|respond|answer|post|drop|leave|type|comment|tell us|write|pop|put|share|give us|send)\b"
    r"(?:[^.!?]|(?<= no)\.){0,80}"
    rf"\b{_OPEN}(?!:| via| by| in (?:a )?(?:dm|direct|private))"
)
# "Under guarantee", "a two-year guarantee": the paper that comes with a product. And what is said not to be one.
NO_GUARANTEE = re.compile(
    r"(?:(?:\b(?:not|cannot|never|no|without|unable to|nicht|keine?|pas|no podemos|não)|n't)\b[^.!?,]{0,25}"
    r"|\b(?:under|years?|months?|lifetime|product|manufacturer'?s|extended|your|the|of|its|maker's)[ -])$"
)
GUARANTEE_NOUN = re.compile(r"^ (?:period|card|claim|certificate|covers|applies|runs|ends|terms)\b")
# A reply that leaves a question of health to those who know may name them.
DECLINES = re.compile(
    r"(?:\b(?:cannot|not able to|unable to)|n't(?: able to)?)\b[^.!?]{0,20}\b(?:advise|say|comment|tell|judge)\b"
)
REFERRAL = re.compile(
    r"\b(?:ask|see|speak (?:to|with)|talk to|consult|check with|contact) (?:a|your) (?:doctor|gp|pharmacist|nurse)"
    r"(?: or (?:a |your )?(?:doctor|gp|pharmacist|nurse))?"
)
SARCASTIC_PICTURES = re.compile("[🙄🤡💩🤦🖕😒🥱]")
