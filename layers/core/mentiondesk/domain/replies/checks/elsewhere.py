"""The rule about other sites: links, links in disguise, and the way to somebody else's page, channel or shop."""

import re
from collections.abc import Iterator

from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.word_table import Phrases
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.links import Link, belongs, links_in

# Links made unreadable for programs.
_DOT_SIGN = r"(?:\s?\[\.\]\s?|\s?\(\.\)\s?|\s?[(\[{](?:dot|punkt|point|punto|ponto|punt)[)\]}]\s?)"
_DOT = r"(?:dot|punkt|point|punto|ponto|punt)"
_DOT_WORD = r"\s(?:dot|punkt|point|punto|ponto|punt)\s"
_SLASH_WORD = r"(?:slash|barra|barre|schrägstrich|schraegstrich|querstrich)"
_COMMON = "com|example|net|org|io|info|shop|store|app|biz|site|online|link"
_SHORT = "co|ly|me|gl|cc|de|fr|es|pt|it|nl|uk|eu|at|ch|be|us|to|tv"
_HIDDEN_LINK = Expression(
    rf"\bhxxps?://\S+|\bh\s+t\s+t\s+p\s+(?:s\s+)?:|\bhttps?\s+:|\bw\s?w\s?w\s?\.\s"
    rf"|(?<![\w-])[\w-]{{1,60}}{_DOT_SIGN}(?:{_COMMON}|{_SHORT})\b"
    rf"|(?<![\w-])[\w-]{{1,60}}(?:\[\.\]|\(\.\)|[(\[{{]{_DOT}[)\]}}])[a-z]{{2,10}}\b"
    rf"|(?<![\w-])[\w-]{{1,60}}(?:\s\.\s?|\.\s| dot )(?:com|example|net|org|io|co|ly|me|gl|cc)\b(?:\s?/\s?\S+"
    rf"|(?=\W*$))"
    rf"|(?<![\w-])(?:[\w-]{{3,60}}(?!\spoint\sinfo|\spunto\sinfo|\sponto\sinfo){_DOT_WORD}(?:com|example|net|org|io"
    rf"|info|co)|[\w-]{{7,60}}{_DOT_WORD}(?:{_SHORT})(?=\s?(?:[,.;:!?/)]|$|slash)))\b"
    rf"|\b\w{{3,30}}(?:-\w{{2,30}})?\s?/\s?(?:slash)\s?\w+|\b(?:{_COMMON}|{_SHORT}) {_SLASH_WORD} \w+"
    rf"|\b(?:bit|tiny|cutt|is|goo|ow|t|lnk|rb){_DOT_WORD}(?:{_SHORT}|gd|bio)\b"
    # A name, the dot in words, and an ending, with commas or without; an ending that is also a word ends the clause.
    rf"|(?<![\w-])(?!cada|esse|este)[\w-]{{4,60}}\s?,?\s?{_DOT},?\s(?!info)(?:{_COMMON}|test|dev)\b"
    rf"|(?<![\w-])[\w-]{{4,60}}\s?,?\spunkt,?\s(?:{_SHORT})\b|(?<![\w-])[\w-]{{12,60}}\spunto,?\ses\b"
    rf"|(?<![\w-])[\w-]{{4,60}}\s?,?\s?{_DOT},?\s(?:{_SHORT})(?=\s?(?:[,.;:!?/)]|$))"
    # "Then a full stop, then com", and the way through a search.
    rf"|\b(?:full stop|period|dot|punkt|punto|ponto|point)[\s,]+(?:(?:then|and|followed by|und|dann|puis|et|luego|y"
    rf"|depois|e)[\s,]+)"
    rf"{{1,2}}(?:{_COMMON}|co|uk|de|fr|es|pt|eu|me|ly|tv)\b(?!\s(?:la|le|los|las|el|que|vue|view))"
    rf"|\b(?:tinyurl|bitly|linktree|youtu|telegram|whatsapp|discord|forms?|t me)[\w\s.-]{{0,25}}{_SLASH_WORD}\s\w+"
    rf"|\bwww[ .]+\w+[ .]+\w+|(?<![\w/])[ru] slash \w+|\bgg slash \w+"
    rf"|\bwith a (?:dot|full stop|point) (?:before|after|between)\b"
    r"|\b(?:first|top|second) (?:result|hit|link)s? (?:on|in|of|that|you|from)\b|\b(?:google|search for|look up"
    r"|bing) [^.!?\n]{2,40}"
    r"\b(?:click|tap|open|pick|choose|take) (?:the |on )?(?:first|top|second)\b",
    re.IGNORECASE,
)

# Each hidden link holds one of these. Apart, because each is found quickly by its first letter.
_PARTS_OF_LINKS = (
    "dot", "pun", "point", "ponto", "hxxp", "slash", "[.]", "(.)", "full stop", "period", "result", "search",
    "google",
)  # fmt: skip
_SIGNS_OF_LINKS = tuple(
    map(
        Expression,
        (
            r"\s\.",
            r"h\s+t\s",
            r"https?\s",
            r"w\s?w\s?w",
            r"\.\s(?:com|net|org|io|co|ly|me|gl|cc)\b",
        ),
    )
)
_NEXT_SENTENCE = Expression(r"\w*[a-zà-ÿ]\.[A-Z][a-zà-ÿ]+")

# A sign between Latin letters that readers take for the full stop of a link.
_LIKE_A_DOT = Expression(r"(?<=[a-zA-Z0-9])[․。．｡‧∙](?=[a-zA-Z0-9])")
_PLATFORM = (
    r"(?:youtube|you tube|tiktok|instagram|insta|facebook|reddit|etsy|e-?bay|amazon|vinted|telegram|discord|pinterest"
    r"|twitch|booking(?:\.com)?|expedia|airbnb|trivago|skyscanner|trainline|uber eats|deliveroo|github|gumtree"
    r"|craigslist|leboncoin|le bon coin|kleinanzeigen|wallapop|milanuncios|olx"
    r"|mercado ?li[bv]re"
    r"|marketplace|google drive|dropbox|blogspot|wordpress|blogger|linktree|soundcloud|patreon|substack|medium"
    r"|quora|tumblr|fandom|archive\.org"
    r"|the marketplace)"
)
_SECOND_HAND = (
    "etsy|e-?bay|vinted|gumtree|craigslist|leboncoin|le bon coin|kleinanzeigen|wallapop|milanuncios|olx"
    "|mercado ?li[bv]re|facebook marketplace|blogspot|wordpress"
)
_ON = r"(?:on|auf|bei|über|sur|via|chez|en|por|no|na|at|over at|over on)"
_GO = (
    r"(?:try|look|have a look|head|hop|check|search|find|grab|snap|watch|go|pop over|see|visit|follow|join|download"
    r"|browse"
    r"|there's|there is|there are|you'll find|has|have|schau\w*|such\w*|find\w*|guck\w*|lad\w*|hol\w*|probier\w*"
    r"|versuch\w*"
    r"|gibt es|gibt's|regarde\w*|allez|va|cherche\w*|trouve\w*|essaye\w*|jetez|tentez|il y a|mire?|busque|busca"
    r"|encuentra"
    r"|encontrar\w*|prueb\w+|echa|hay|vete|veja|vej\w+|procur\w+|experiment\w+|dê|há|encontra)"
)
_SOMEBODY = (
    r"(?:channel|blogs?|videos?|vids?|clips?|tutorials?|thread|seller|groups?|playlist|subreddit|server|profile"
    r"|fan page"
    r"|uploads?"
    r"|kanal|verkäufer\w*|gruppe|chaîne|vidéos?|vendeur\w*|groupe|canal|vídeos?|vendedor\w*|grupo|perfil|lista)"
)
_OWN = Expression(
    r"\b(?:our|ours|we|we're|us|my|unser\w*|wir|uns|notre|nos|nous|nuestr\w+|noss\w+|tenemos|temos|estamos"
    r"|not|never|avoid|isn't|aren't|don't|fake|scam|nicht|kein\w*|pas|falso|scam)\b"
)
_RIVAL = (
    r"(?:rivals?|competitors?|(?:the|our) competition"
    r"|the shop (?:next door|across the (?:road|street)|opposite|down the road)"
    r"|konkurrenz|mitbewerber\w*|nachbarn?"
    r"|concurrents?|concurrence|le voisin|la maison d'en face|(?:la|de la) competencia|el vecino|concorrência"
    r"|o vizinho)"
)
_ELSEWHERE = Phrases(
    rf"\b{_SOMEBODY}\b[^.!?\n]{{0,40}}\b{_ON} {_PLATFORM}\b|\b{_ON} {_PLATFORM}\b[^.!?\n]{{0,40}}\b{_SOMEBODY}\b"
    r"|\bon (?:their|his|her) (?:own )?(?:web ?)?(?:site|shop|page|store)\b|\b(?:oberste|erste|premier|primer"
    r"|primeiro)[rsn]? (?:treffer|résultat|resultado)\b"
    r"|\b(?:suchmaschine|search engine|moteur de recherche|buscador|motor de busca)\b"
    rf"|(?:^|(?<=[.!?] )){_ON} {_PLATFORM} (?:bei|by|from|von|chez|de|vom) \w+"
    r"|\b(?:tapez|cherchez|recherchez) (?:leur|son) nom\b|\b(?:sucht?|gebt|gib) (?:nach )?(?:deren|ihrem"
    r"|seinem) namen\b"
    r"|\b(?:premier lien|erste[rn]? link|primer enlace|primeiro link)\b|\ba dot co\b"
    rf"|\b{_ON} (?:{_SECOND_HAND})\b|(?<=[ ,])\w{{6,}} {_ON} (?:blogspot|wordpress|tumblr)\b|\b(?:dot|point|punkt|punto"
    rf"|ponto) and the word\b"
    rf"|\bover (?:at|on|bei|auf) {_PLATFORM}\b|\b(?:big|giant|famous) \w dot com\b"
    rf"|\b{_GO}\b[^.!?\n]{{0,50}}\b{_ON} {_PLATFORM}\b|(?:^|(?<=[.!?,;:] )){_ON}"
    rf" {_PLATFORM}\b[^.!?\n]{{0,40}}\b{_GO}\b"
    rf"|\b(?:by|from|von|de) \w{{3,20}}(?: \w{{3,20}})? {_ON} {_PLATFORM}\b|\b{_PLATFORM} (?:run by|by|of|group"
    rf"|server|von|de) \w+"
    r"|\b(?:search|look up|google) (?:for )?(?:their|its|his|her) names?\b"
    r"|\b(?:place|site|shop|one|app) (?:that|which|whose name) (?:starts|begins) with an? \w+ and ends\b"
)
_TO_A_RIVAL = Expression(
    rf"\b{_GO}\b[^.!?\n]{{0,50}}\b(?<!your ){_RIVAL}\b|(?<!your ){_RIVAL}\b[^.!?\n]{{0,60}}\b(?:sells?|stocks?|has"
    rf"|have|had|do (?:it|them|the|an?|that|this|some)|does|got|hat|haben|führ\w+|ont|vend\w*"
    r"|tien\w+|vend\w+|têm|tem)\b"
)
# Each of these ways holds one of these. Apart, because they are found quickly.
_NAMES_ANOTHER = (
    *("tube", "tiktok", "insta", "facebook", "reddit", "etsy", "bay", "amazon", "vinted", "telegram", "discord"),
    *("pinterest", "twitch", "booking", "expedia", "airbnb", "trivago", "skyscanner", "trainline", "uber", "deliveroo"),
    *(
        "github",
        "gumtree",
        "craigslist",
        "coin",
        "kleinanzeigen",
        "wallapop",
        "milanuncios",
        "olx",
        "mercado",
        "market",
    ),
    *("google", "dropbox", "blogspot", "wordpress", "blogger", "linktree", "soundcloud", "patreon", "substack"),
    *("medium", "quora", "tumblr", "fandom", "archive.", "search", "look up", "suchmaschine", "recherche", "busca"),
    *(
        "treffer",
        "premier",
        "primer",
        "primeiro",
        "dot com",
        "on their ",
        "on his ",
        "on her ",
        " and the word",
        "ends",
    ),
    *("rival", "competit", "the shop ", "konkurrenz", "mitbewerber", "nachbar", "concurren", "voisin", "en face"),
    *("competencia", "vecino", "concorrência", "vizinho"),
)
# A forum of Reddit, and an invitation to a server or a chat.
_FORUM = Expression(r"(?<![\w/.])/?[ru]/\w{3,}|\bjoin\.\w+\b")


def foreign_links(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Links that lead to somebody else's site."""
    for link in links_in(_LIKE_A_DOT.sub(".", reading.text)):
        if not belongs(link.host, context.rules.own_domains) and not _begins_a_sentence(reading.text, link):
            yield Finding("foreign_link", Outcome.HOLD, link.start, link.end, (("host", link.host),))
    hidden = _HIDDEN_LINK.finditer(reading.text) if _may_hide_a_link(reading.text) else ()
    for found in hidden:
        if not belongs(_spoken(found[0]), context.rules.own_domains):
            yield Finding("foreign_link", Outcome.HOLD, *found.span(), (("host", found[0]),))
    for start, end in _elsewhere(reading.plain.text):
        yield Finding(
            "foreign_link", Outcome.HOLD, *reading.plain.place(start, end), (("host", reading.plain.text[start:end]),)
        )


def _elsewhere(text: str) -> Iterator[tuple[int, int]]:
    """The ways to somebody else's page, channel or shop, but for what is said of the brand's own."""
    named = any(map(text.__contains__, _NAMES_ANOTHER))
    for found in _ELSEWHERE.finditer(text) if named else ():
        clause = re.split(r"[.!?;:,\n]", text[: found.start()])[-1] + found[0]
        if not _OWN.search(clause):
            yield found.span()
    yield from (found.span() for found in _FORUM.finditer(text))
    yield from (found.span() for found in _TO_A_RIVAL.finditer(text)) if named else ()


def _spoken(words: str) -> str:
    """The host in an address of words: "example dot com" is example.com."""
    return re.sub(r"\s|[()\[\]{}]", "", re.sub(rf"{_DOT_SIGN}|{_DOT_WORD}", ".", words.lower()))


def _may_hide_a_link(text: str) -> bool:
    low = text.lower()
    return any(map(low.__contains__, _PARTS_OF_LINKS)) or any(sign.search(low) for sign in _SIGNS_OF_LINKS)


def _begins_a_sentence(text: str, link: Link) -> bool:
    """True for "thanks, Nell.Do have a look": a full stop without its space, and no link."""
    return _NEXT_SENTENCE.fullmatch(text[link.start : link.end]) is not None
