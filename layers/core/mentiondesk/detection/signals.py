"""The fingerprint of a complaint: the concepts in its text, and the telling words around them.

Different words for one problem share a concept; the words around it name the subject.
"""

import re
from collections.abc import Collection, Iterable
from hashlib import blake2s

from mentiondesk.detection.concepts import CONCEPTS, FAILURES, concepts_in
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.domain.text import clean, quotable

# Bounds on the characters read, the stems kept, the letters in one, and the characters shown.
_LONGEST_READ = 1200
_MOST_WORDS = 16
_LONGEST_WORD = 24
_SAMPLE = 200
# Fewest words that make equal texts copies: short ones like "it is down" are equal by chance.
_SHORTEST_COPY = 4
# Longest echo in words: a longer post says more than "same here".
_LONGEST_ECHO = 12
# Posts of these kinds are no complaints, whatever their words, if triage is this confident.
_NO_COMPLAINT, _CONFIDENT = (Kind.PRAISE, Kind.SPAM), 0.8

_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+\.\w+|@\w+|&\w+;")
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_WORD = re.compile(r"[^\W_]+")

# Openings that repeat the complaint of the post that is answered.
_ECHO = re.compile(
    r"^(?:\w+ ){0,3}?(?:"
    r"same(?: (?:here|issue|problem|thing|for|with|boat|story|to me|on|in|happening|happened|as))?|"
    r"(?:me|mine|us|for me) (?:too|also|as ?well|neither)|mine is the same|nor me|ditto|plus one|"
    r"you ?(?:are|re) not (?:alone|the only)|not (?:just|only) (?:you|me)|"
    r"(?:happen\w*|doing it|doing this|it) to me (?:too|also|as well)|"
    r"(?:i|we) ?(?:am|m|are|re|have|ve)? (?:having |have |got |getting )?(?:the|this|that) (?:very |exact )?same|"
    r"so (?:am|do|did) i|neither can i|i cant either)\b"
)
_ONE_MORE = re.compile(r"^\s*(?:@\w+\s*)*\+\s?1\b")
# Words of posts that report the end of a problem.
_OVER = re.compile(
    r"\b(?:(?:its|is|are|all|seems?|everything|now|back|it) (?:\w+ )?"
    r"(?:working|fine|fixed|sorted|resolved|solved|good|ok|okay)(?: \w+)? ?(?:now|again)|"
    r"works? (?:now|again|fine now)|working (?:now|again)|(?:got it|all|now) (?:sorted|fixed|working)|"
    r"(?:its|is|are|theyre|were) back(?: now| up)?|problem solved|no longer (?:an issue|a problem|happening))\b"
)

_NAMES = frozenset(CONCEPTS)

_STOP = frozenset(
    """
    a able about above absolutely across actually add after again against ago ah ain all almost already also always am
    amp an and annoying another any anybody anymore anyone anything anyway appreciate are aren around as asap ask
    assistance at away awful back bad basically be because been before being below best better between big bit both
    bring bro but by call came can cannot cant care change check click clicked clicking come coming completely
    constantly could couldn couldnt currently customer customers damn day days did didn didnt different dm dms do does
    doesn doesnt doing don done dont down dude due during each either else end enough entirely error errors etc even
    ever every everybody everyone everything exactly except far fed feel few finally find fine first fix fixed fixing
    folks for forever found from frustrating fuck fucking full get gets getting give given gives giving go god goes
    going gone gonna good got great guess guy guys had happen happened happening happens happy has hasn hasnt have
    haven havent having he hear heard hell hello help helped helping her here heres hey hi him his hope hopefully
    horrible hour hours how however i id idea if ill im in instead into is isn isnt issue issues it its itself ive
    joke just keep keeps kept kind kindly know knows lads last late later least left let lets like literally little ll
    log logged logging lol long longer look looking looks lot love made make makes making man many mate may maybe me
    mean means message messages might min mine mins minute minutes month months more morning most much must my myself
    na need needed needs never new next nice night no nobody none nope nor not nothing now occur of off often oh ok
    okay old omg on once one ones only onto or other others our ours out over own part people per please pls plz
    possible press pressed pretty probably problem problems put question quit quite quits rather re read really reason
    recently reinstall reinstalled reinstalling reply reset restart restarted restarting ridiculous right rn said same
    say saying says seconds see seem seems seen send sent service set several shall she shit should show shows sign
    signed signing simply since sir so solve solved some somehow someone something sometimes soon sorry sort sorted
    start started still stop stopped stuff such suddenly support sure take taken takes taking talk tap tapped tapping
    team tell terrible than thank thanks that thats the their them then there theres these they theyre thing things
    think this those though thought through thru thx till time times to today together told tomorrow tonight too took
    totally tried tries true try trying tweet twice twitter two u ugh uninstall uninstalled until up update updated
    upon upset ur us use used uses using usually ve very via wait waiting want wanted wants was wasn wasnt way ways we
    week weeks well went were weren what whatever whats when whenever where wheres whether which while who whole why
    will wish with within without won wont work worked working works worse worst would wouldn wow wrong wtf ya yall
    yeah year years yep yes yesterday yet you your youre yours yourself
    """.split()  # noqa: SIM905 -- a list of words reads best as words
)


def signal_of(post: Post, tags: Tags, brand: Collection[str] = ()) -> Signal | None:
    """The fingerprint of a complaint, of a question about a fault ("is it down?") or of a "same here"; else None.

    `brand` holds the stems of the brand's names, as `brand_stems` returns them; they are left out of the terms.
    """
    if post.own or (tags.kind in _NO_COMPLAINT and tags.confidence >= _CONFIDENT):
        return None
    text = _plain_text(post.text)
    answers = post.replied_to or post.quoted
    echo = answers is not None and _is_echo(post.text, text)
    concepts, rest = concepts_in(text, post.text)
    complains = tags.kind in (Kind.COMPLAINT, Kind.ABUSE) or not FAILURES.isdisjoint(concepts)
    if not echo and (not complains or _OVER.search(text)):
        return None
    return Signal(
        post_id=post.post_id,
        author_id=post.author_id,
        at=post.created_at,
        terms=(*concepts, *_subject_stems(rest, brand)),
        words=quotable(clean(post.text), _SAMPLE),
        topics=tags.topics,
        digest="" if echo else _digest(text),
        answers=answers,
        echo=echo,
        case_id=CaseId(post.conversation_id, post.author_id),
        critical=tags.urgency is Urgency.CRITICAL,
    )


def brand_stems(names: Iterable[str]) -> frozenset[str]:
    """The stems of the brand's own names, which occur in every post and so tell nothing."""
    words = [word for name in names for word in _WORD.findall(_APOSTROPHES.sub("", name.lower()))]
    return frozenset(stem(word) for word in words) | {stem("".join(words))}


def stem(word: str) -> str:
    """A word without its regular English endings, so that "songs" equals "song" and "loading" equals "loaded"."""
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            return word[:-1] if word[-1] == word[-2] and word[-1] not in "ls" else word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _plain_text(text: str) -> str:
    """The text in lower case: words only, separated by single spaces."""
    bare = _APOSTROPHES.sub("", _NOT_WORDS.sub(" ", clean(text[:_LONGEST_READ])))
    return " ".join(_WORD.findall(bare.lower()))


def _is_echo(raw: str, text: str) -> bool:
    return text.count(" ") < _LONGEST_ECHO and (bool(_ECHO.match(text)) or bool(_ONE_MORE.match(raw)))


def _subject_stems(rest: str, brand: Collection[str]) -> list[str]:
    """Stems of the words that name the subject, in the order of the text."""
    stems = [stem(word) for word in rest.split() if word not in _STOP and 2 < len(word) <= _LONGEST_WORD]
    kept = (one for one in stems if one not in brand and one not in _STOP and one not in _NAMES and not one.isdigit())
    return list(dict.fromkeys(kept))[:_MOST_WORDS]


def _digest(text: str) -> str:
    words = [word for word in text.split() if not word.isdigit()]
    return blake2s(" ".join(words).encode(), digest_size=8).hexdigest() if len(words) >= _SHORTEST_COPY else ""
