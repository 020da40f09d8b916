"""Links in a text, as X finds them: with a scheme, or a bare host that ends in a top-level domain."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

# X makes a link of a bare host by its ending. Country codes of ISO 3166 in use as endings, and the common others.
_COUNTRIES = (
    "ac ad ae af ag ai al am ao ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf "
    "cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf "
    "gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki "
    "km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx "
    "my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc "
    "sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us "
    "uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_OTHERS = (
    "com net org edu gov mil int info biz name mobi app dev shop store online site web page blog cloud link help "
    "support live news media agency club life world today tech xyz top vip pro email social chat care health travel "
    "bank money example test gle goo click icu buzz website host ltd gmbh berlin paris amsterdam"
)
_ENDINGS = "|".join(sorted((*_COUNTRIES.split(), *_OTHERS.split()), key=len, reverse=True))
_LABEL = r"[a-z0-9\u00a1-\uffff](?:[a-z0-9\u00a1-\uffff_-]{0,61}[a-z0-9\u00a1-\uffff])?"
# Neither a mail address nor a handle is a link, nor what follows a dot.
_LINK = (
    rf"(?P<scheme>https?://)(?P<host>[^\s/?#<>\"]{{1,253}})(?P<rest>[/?#][^\s<>\"]*)?"
    rf"|(?<![\w@.＠/-])(?P<bare>(?:{_LABEL}\.){{1,8}}(?:{_ENDINGS}))(?![\w@-])(?P<tail>[/?#][^\s<>\"]*)?"
)
# A quick look for what every link holds.
_DOT_INSIDE = re.compile(r"\.[^\s.]")
_CLOSING = ".,;:!?'\")]}…"


class Link(NamedTuple):
    """A link with its place in the text. `host` is in small letters and has no port and no "www."."""

    start: int
    end: int
    host: str


@lru_cache(maxsize=64)
def links_in(text: str) -> tuple[Link, ...]:
    """The links of the text in order; punctuation that ends a sentence is no part of them.

    Remembered: a reply's length, its checks and its price ask for those of one text.
    """
    return tuple(_links(text)) if _DOT_INSIDE.search(text) else ()


@cache
def _link() -> re.Pattern[str]:
    """Compiled when a text is read: it takes 15 ms, and most functions load this module for its other names."""
    return re.compile(_LINK, re.IGNORECASE)


def _links(text: str) -> Iterator[Link]:
    for found in _link().finditer(text):
        written = found[0].rstrip(_CLOSING)
        host = (found["host"] or found["bare"]).rstrip(_CLOSING).lower()
        host = host.rpartition("@")[2].partition(":")[0].removeprefix("www.")
        if "." in host:
            yield Link(found.start(), found.start() + len(written), host)


def belongs(host: str, domains: tuple[str, ...]) -> bool:
    """True for a host that is one of the domains, or lies below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
