"""Rules about private data: numbers and addresses by which somebody else could find or charge the customer."""

import re
from collections.abc import Iterator

from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.dictated import dictated
from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.records import OUR_PLACE, records
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.word_table import Phrases
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.links import belongs, links_in

RULE = "private_data"
_DIGIT = Expression(r"\d")
_CARD = Expression(r"(?<![\d.,])\d(?:[ .\-]{0,2}\d){12,18}(?![\d])")
_IBAN = Expression(r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]){11,30}(?![a-z0-9])")
# Words behind a flight's number make the check digits by chance; no country's accounts have fewer digits.
_FEWEST_IN_IBAN = 10
# "Accounts at Gmail": a word of the language before the provider, and no address.
_PROVIDER_ALONE = Expression(
    r"(?:account|address|inbox|folder|mail|e-?mail|mails|postfach|konto|adresse|anschrift|cuenta|conta|spam|login"
    r"|users?"
    r"|people|issue"
    r"|problem|outage|filter|is|are|look|check|it|us|you|and|und|et|y|e|or)\b\s?(?!@)"
)
# The full stop in an address that is spoken.
_DOT = "(?:dot|punto|ponto|point|punkt|punt)"
_MAIL = Expression(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\]|\{at\}| (?:at|ät|arroba|arobase|chiocciola|apenstaartje"
    r"|klammeraffe) )\s?"
    rf"(?:[a-z0-9-]{{1,40}}(?:\.|\s?\(dot\)\s?|\s?\[dot\]\s?| {_DOT} )){{1,4}}[a-z]{{2,10}}(?![\w-])"
)
_SIGNS_OF_MAIL = ("@", "(at)", "[at]", "{at}")
_PROVIDERS = (
    "gmail", "googlemail", "hotmail", "outlook", "yahoo", "icloud", "gmx", "protonmail", "aol", "sapo", "libero",
    "laposte", "t-online", "web.de",
)  # fmt: skip
# An address that leaves the ending of a well-known provider out.
_MAIL_AT_PROVIDER = Expression(
    r"(?<![\w.+-])[\w.+-]{2,64}\s?(?:@|\(at\)|\[at\]| (?:at|ät|arroba|arobase|chiocciola|apenstaartje|bei|chez"
    r"|en|no) )\s?"
    rf"(?:{'|'.join(map(re.escape, _PROVIDERS))})\b"
)
_AT_IN_WORDS = Expression(r"\b(?:arroba|arobase|chiocciola|klammeraffe|apenstaartje)[ ,]+(\w{3,})")
_LOCAL_PART_IN_WORDS = Expression(rf"[\w.+-]{{1,64}} {_DOT} $")
_IN_WORDS = Expression(rf" {_DOT} ")
# Words with a digit in them; those with letters as well; and the numbers behind a word for an order.
_NUMBERED = Expression(r"(?<![\w-])[a-z-]*\d[\w-]*")
_WITH_LETTERS = Expression(r"(?<![\w-])(?=[\d-]*[a-z])[a-z-]*\d[\w-]*")
_OF_AN_ORDER = Expression(
    r"\b(?:order|booking|parcel|ticket|case|ref|reference|bestellung|auftrag|sendung|buchung|commande|colis|réservation"
    r"|dossier|pedido|reserva|encomenda|paquete)\W{1,3}(?:(?:number|no|nr|nummer|numéro|número|n[º°])\W{1,3})?(\d[\w-]*)"
)
_BEHIND = 30
# Customers who give more than the number of an order.
_OF_A_PERSON = Expression(
    r"\b(?:phone|mobile|call|ring|text|card|account|iban|born|password|passport|pin|tel|handy|konto|karte|tarjeta"
    r"|cuenta|conta"
    r"|carte|compte|móvil|telefon\w*|télé\w+|teléfono|telefone|telemóvel)\b"
)
# Seven digits or more with the separators of phone numbers; dates and hours are taken out before.
_PHONE = Expression(r"(?<![\w.,/@])(?:\+|00|\()?\d(?:(?:[ ()\-/]|\.(?! )){0,3}\d){6,17}(?!\w)")
# Numbers that cost the caller nothing belong to firms.
_TOLL_FREE = Expression(r"(?:\+?1)?8(?:00|33|44|55|66|77|88)\d{7}|0800\d{4,8}|0808\d{6,7}|0120\d{3,6}|\+?800\d{8}")
# The number of a book.
_BOOK = Expression(r"97[89]\d{10}")
_DATE_OR_HOUR = Expression(
    r"\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{1,2}[:.]\d{2}\s?-\s?\d{1,2}[:.]\d{2}"
    r"|\d{1,2}:\d{2}(?::\d{2})?|(?:19|20)\d{2}\s?[-/]\s?(?:19|20)\d{2}|\d+-\d+-\d+(?=\s(?:days|weeks|months)))\b"
)
# A code after the noun that names it: five digits or more, or letters and digits mixed.
_NAMED_CODE = Phrases(
    r"\b(?:order|booking|account|customer|(?:your|su|sua|votre|ihre|tu) (?:reference|ref)|tracking|confirmation"
    r"|invoice|case|ticket|policy|passport|pin"
    r"|password|serial|parcel|bestellung|kundennummer|commande|pedido)\b"
    r"(?:\s(?:number|no|nr|num|ref|reference|code|id|is|nummer|num[eé]ro|n[uú]mero))*[\s.:#'\"-]{1,3}(?:is\s)?"
    r"(?=[a-z0-9-]*\d[a-z0-9-]*\d)(?:\d{5,}|(?=[a-z-]*\d)[a-z0-9-]{6,24})(?![\w-])"
)
_LONG_CODE = Expression(
    # Thirteen digits after 978 and 979 are a book.
    r"(?<![\w/.-])(?!97[89]\d{10}(?!\d))(?=[a-z]{0,4}\d{8,}|\d{1,3}[a-z]{1,3}\d{7,})[a-z]{0,4}\d{0,3}[a-z]{0,3}\d{7,24}[a-z]{0,2}(?![\w/])"
)
# The end of a card's number, a day of birth, a sort code: few digits after the words that name them.
_NAMED_DIGITS = Phrases(
    r"\b(?:card|visa|mastercard|amex)\b[^.!?\d]{0,25}\b(?:ending|ends|ended|last (?:four|4))\b[^.!?\d]{0,12}\d{4}\b"
    r"|\bending (?:in |with )?\d{4}\b"
    r"|\b(?:born|date of birth|dob|birthday)\b[^.!?\d]{0,15}\d{1,2}[./ -]\w{1,9}[./ -]\d{2,4}\b"
    r"|\bsort code\b[^.!?\d]{0,6}\d{2}[ -]?\d{2}[ -]?\d{2}\b"
)
_STREET = Phrases(
    r"(?<![\d:.])\b\d{1,4}\s?[a-z]?,? (?:(?!and |or |to |we |for |on |in |of |one |per )(?:[\w'-]{2,20}|st\.) ){1,3}"
    r"(?:street|st|road|rd|avenue|ave|lane|drive|close|court|way|crescent|terrace|gardens|square|boulevard|blvd"
    r"|row|mews)\b"
    r"|\b(?:flat|apartment|apt) \d{1,4}[a-z]?\b"
    r"|\b[\w-]{3,30}(?:straße|strasse|str\.|weg|gasse|allee|platz|ring|damm|ufer) (?:nr\.? "
    r"|hausnummer )?\d{1,4}\s?[a-z]?\b"
    r"|\b\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|route|square) [\w' -]{3,40}"
    r"|\b(?:calle|c/|avenida|rua|avda\.?|av\.|plaza|paseo|camino|travessa|praça|largo|estrada|piazza|viale|corso)"
    r" (?:(?!(?:e|y|os|as|los|las)\s)[\w'ºª-]+\s?){1,5},? (?:n[º°o]?\.? ?)?\d{1,4}\b"
    r"|\b[\w-]{3,30}(?:straße|strasse|weg|gasse|platz),? (?:hausnummer \w+|[^.!?\n]{0,25}\b\d{5}\b)"
    r"|\b[\w-]{3,30}(?:straat|laan|gracht|kade|plein|dijk|singel) \d{1,4}\b"
    r"|\bat (?:number |no\.? )?\d{1,4}[a-z]?,? (?!the |our |this |that |your |any |a )[a-z'-]{3,20}"
    r" (?:bank|hill|green|grove|park|place|rise|view|walk|vale|croft|mead|yard|quay|wharf|parade|mount|heath|end)\b"
    r"|\b\d{1,4}[a-z]?,? (?!the |our |this |that |your |any |a )(?:[a-z'-]{3,20} ){1,2}"
    r"(?:bank|hill|green|grove|park|place|rise|view|walk|vale|croft|mead|yard|quay|wharf|parade|mount|heath|end)\b"
    r"(?=[^.!?\n]{1,30}\b[a-z]{1,2}\d[a-z0-9]? ?\d[a-z]{2}\b)"
    r"|\b(?:at|to|outside|behind|opposite) (?:number|no\.) \d{1,3}[a-z]?,?"
    r" (?!(?:in|on|of|for|and|or|is|the)\b)[a-z'-]{3,20}\b"
    r"|\b(?:au (?:numéro|n°) \d{1,3},? (?:de la|du|des|de l')|en el (?:número|n[º°]) \d{1,3} de (?:la|tu|su)"
    r"|no (?:número|n[º°]) \d{1,3} d[ao]|al (?:civico|numero) \d{1,3} d\w+"
    r"|(?:bei|vor) (?:haus)?nummer \d{1,3} (?:in|am|an)) "
    r"|\b(?:hausnummer|house number|door number|numéro de maison|portal|huisnummer) \d{1,4}\b"
)
# A shop has none of these.
_FLAT = Expression(
    r"\b(?:flat|apartment|apt|wohnung|appartement|piso|andar|apartamento|etage) (?:n[º°o]?\.? ?)?\d{1,4}\b"
)
# A street without its number, to which something goes.
_STREET_OF_DELIVERY = Phrases(
    r"\b(?:deliver\w*|redeliver\w*|send|sent|sending|drop\w*|bring\w*|left|moved?|live|ship\w*"
    r"|(?:it|he|she|they|we|one|driver|van|courier|engineer)(?:'s|'ll|'re| will| is| are)? (?:goes|come|coming|going"
    r"|go|round))\b"
    r"[^.!?;]{0,60}\b(?:in|on|to|at|off|of)\b "
    r"(?!(?:the|our|a|any|this|that|every|each|one|down|up|along|past|across)\b)"
    r"(?:[\w'-]{3,20} ){1,2}"
    r"(?:street|road|avenue|lane|crescent|terrace|gardens|close|mews|drive)\b"
)
_WHERE_IS_A_SHOP = Expression(
    r"\b(?:how late|when|what time|until when|opening|wann|bis wann|quand|quelle heure|a qué hora|cuándo|a que horas"
    r"|quando)\b"
    r"[^.!?]{0,50}\b(?:open\w*|close[sd]?|shut|offen|auf|geöffnet|zu|ouvr\w+|ouvert\w*|ferm\w+|abr\w+|abiert\w+"
    r"|cierr\w+|fech\w+)"
    r"|\b(?:shop|store|branch|cafe|café|restaurant|gym|clinic|office|filiale|laden|geschäft|boutique|magasin|tienda"
    r"|loja)\b"
    r"(?: \w+)? (?:still |now |gone|moved|shut|closed|on [a-z]+ (?:street|road)|in der|rue|calle|rua)"
    r"|\b(?:nearest|closest|nächste\w*|plus proche|más cerca\w*|mais perto)\b"
    r"|\b(?:where|address|wo|adresse|où|ou|dónde|donde|dirección|onde|morada)\b(?:(?!\bmy\b|\bmein|\bmon\b"
    r"|\bmi\b)[^.!?]){0,50}"
    r"\b(?:shop|store|branch|cafe|café|restaurant|hotel|museum|gym|clinic|office|depot|filiale|laden|geschäft"
    r"|boutique|magasin"
    r"|musée|tienda|museo|loja|museu)s?\b"
)
_MAY_NAME_A_STREET = Expression(
    r"\b(?:close|way|drive|court|square|gardens|row|place|st|park|end|view|bank|rise|walk)$"
)
_WE = Expression(r"\b(?:we|we've|we're|we have|our [\w ]{3,20}?)(?: have| has| just| now)? $")
_POSTCODE = Expression(
    r"\b[a-z]{1,2}\d[a-z0-9]? ?\d[a-z]{2}\b|\b(?:[a-z]{2} )?\d{5}(?:-\d{4})?\b(?! (?:days|people|customers|orders))"
)
_THEIRS = Expression(
    r"\b(?:you|your|yours|you're|ihr|ihre|ihnen|dein|deine|dich|dir|votre|vous|chez toi|tu|su|sua|seu|tua|teu"
    r"|suo|tuo|uw|je)\b"
)
# Signs that a street is a customer's: things are brought, somebody came, lives or is on a list there.
_AT_HOME = Expression(
    r"\b(?:deliver\w*|redeliver\w*|sent|send|ship\w*|post(?:ed|ing)?|left|drop\w*|driver|courier|postie|engineer"
    r"|technician|fitter|parcel|package|letter|order|card|meter|van|round|address|live[sd]?|living|home|house|door"
    r"|account|file|system|record\w*|registered|booked|details|number|moved|neighbou?rs?"
    r"|liefer\w*|geliefert|zugestellt|geschickt|fahrer\w*|techniker\w*|paket|bestellung|karte|adresse|wohn\w*"
    r"|tur|haus\w*|nachbar\w*|konto|livr\w+|envoy\w+|depos\w+|livreur|technicien|colis|commande|carte|domicile"
    r"|habit\w+|porte|voisin\w*|compte|entreg\w*|envia\w*|repartidor\w*|tecnico|paquete|pedido|direccion|domicilio"
    r"|viv\w+|puerta|vecin\w+|cuenta|estafeta|encomenda|morada|mora\w*|casa|porta|vizinh\w+|conta|consegn\w+"
    r"|corriere|pacco|indirizzo|bezorg\w*|pakket|adres|woon\w*|huis)\b"
)
# A place of the brand's, said beside its street.
_IN_HOUSE = Expression(
    r"\b(?:salon|studio|surgery|theatre|cinema|museum|restaurant|cafe|café|bakery|pub|club|upstairs|downstairs"
    r"|sofas|meets?|held"
    r"|venue|entrance|box office|car park|parking|class(?:es)?|workshop|course|depot|desk|counter|library|kiosk"
    r"|cash machine|atm"
    r"|stop|station|platform|museum|kino|theater|praxis|studio|eingang|parkplatz|kurs|treffpunkt|salle|atelier"
    r"|entrée|guichet|agence"
    r"|distributeur|cours|taquilla|sala|estudio|clase|cajero|sucursal|bilheteira|ginásio|aula|caixa automático"
    r"|balcão)(?:'s)?\b"
)
# Words before a number or an address that is the brand's own.
_OURS = Expression(
    r"\b(?:calling|dialling|ringing)\b[^?!;.]{0,20}$"
    r"|\b(?:call|ring|phone|text|whatsapp|e?-?mail|write|reach|contact|visit|find|message)(?: to)? us\b[^?!;]{0,60}$"
    r"|\bour (?:[\w-]+ ){0,3}(?:number|line|helpline|hotline|phone|team|desk|shop|store|office|branch|address|mail"
    r"|email|inbox)\b(?:(?!\bto\b)[^?!;]){0,50}$"
    r"|(?<!we )(?<!will )(?<!'ll )(?<!to )(?<!did )(?<!they )(?<!he )(?<!she )(?<!tried )(?<!could )\b(?:email|mail"
    r"|write to|call|ring|phone|dial)(?: us)?(?: at| on)? ?$"
    r"|\b(?:(?:rufen|erreichen|schreiben) sie uns|appelez-nous|écrivez-nous|llámenos|escríbanos)\b[^?!;]{0,50}$"
)


def private_data(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Private data of a customer in a reply that everybody can read."""
    if context.rules.private_data or context.private:
        return
    taken: list[tuple[int, int]] = []
    for kind, start, end in _all(reading, context):
        if not any(start < other_end and other < end for other, other_end in taken):
            taken.append((start, end))
            yield Finding(RULE, Outcome.BLOCK, start, end, (("kind", kind),))


def _all(reading: Reading, context: CheckContext) -> Iterator[tuple[str, int, int]]:
    yield from _in_letters(reading, context)
    yield from _addresses(reading, context)
    yield from records(reading)
    if _DIGIT.search(reading.digits.text):
        yield from _numbers(reading, context)
    for start, end in dictated(reading):
        if not _is_ours(reading.plain.text, start, reading.plain.text[start:end], context):
            yield "code", *reading.plain.place(start, end)


def _in_letters(reading: Reading, context: CheckContext) -> Iterator[tuple[str, int, int]]:
    text = reading.plain.text
    for found in _MAIL_AT_PROVIDER.finditer(text) if any(map(text.__contains__, _PROVIDERS)) else ():
        if not _PROVIDER_ALONE.match(found[0]) and not _is_ours(text, found.start(), found[0], context):
            yield "mail", *reading.plain.place(*found.span())
    for found in _spoken_mails(text):
        if not any(domain.startswith(found[1]) for domain in context.rules.own_domains):
            yield "mail", *reading.plain.place(*found.span())
    for found in _MAIL.finditer(text) if _may_hold_a_mail(text) else ():
        if _is_mail(found[0]) and not _is_ours(text, found.start(), found[0], context):
            before = _LOCAL_PART_IN_WORDS.search(text, 0, found.start())
            yield "mail", *reading.plain.place(before.start() if before else found.start(), found.end())


def _spoken_mails(text: str) -> Iterator[re.Match[str]]:
    """The sign of an address in words, and what follows it: "arroba hotmail"."""
    return _AT_IN_WORDS.finditer(text)


def _may_hold_a_mail(text: str) -> bool:
    """A quick look for what every address holds: its sign, or its full stop in words."""
    return any(map(text.__contains__, _SIGNS_OF_MAIL)) or _IN_WORDS.search(text) is not None


def _is_mail(found: str) -> bool:
    """False for "look at example.com": words around a link are no address."""
    return any(sign in found for sign in _SIGNS_OF_MAIL) or _IN_WORDS.search(found) is not None


def _numbers(reading: Reading, context: CheckContext) -> Iterator[tuple[str, int, int]]:
    spelled, text = reading.digits, reading.digits.text
    without_dates = _DATE_OR_HOUR.sub(lambda date: "~" * len(date[0]), text)
    found = [("card", match.span()) for match in _CARD.finditer(text) if _luhn(match[0]) and not _is_book(match[0])]
    found += [("iban", match.span()) for match in _IBAN.finditer(text) if _mod97(match[0])]
    found += [("code", match.span()) for match in _NAMED_DIGITS.finditer(text)]
    for kind, pattern in (("code", _NAMED_CODE), ("code", _LONG_CODE), ("phone", _PHONE)):
        numbers = pattern.finditer(without_dates)
        found += [(kind, one.span()) for one in numbers if not _is_public(without_dates, one, context)]
    for kind, span in found:
        place = spelled.place(*span)
        if kind in ("code", "phone") and _is_quoted(text, span, context):
            continue
        if not _in_a_link(reading, place):
            yield kind, *place


def _is_quoted(text: str, span: tuple[int, int], context: CheckContext) -> bool:
    """True for the number of an order that the customer gave in public; it has letters, or "order" before it."""
    said = " ".join(context.customer_words).lower()
    if _OF_A_PERSON.search(said):
        return False
    given = set(map(_bare, (*_WITH_LETTERS.findall(said), *_OF_AN_ORDER.findall(said))))
    around = (one for one in _NUMBERED.finditer(text) if one.start() < span[1] and span[0] < one.end())
    written = [_bare(one[0]) for one in around]
    return bool(written) and given.issuperset(written)


def _is_public(text: str, found: re.Match[str], context: CheckContext) -> bool:
    """True for a number that is the brand's own, or free to call."""
    bare = re.sub(r"[^\d+]", "", found[0])
    return (
        _TOLL_FREE.fullmatch(bare) is not None
        or _BOOK.fullmatch(bare) is not None
        or _is_ours(text, found.start(), found[0], context)
    )


def _addresses(reading: Reading, context: CheckContext) -> Iterator[tuple[str, int, int]]:
    """A street with its number, unless it is said to be a place of the brand's."""
    spelled, text = reading.houses, reading.houses.text
    for found in _STREET.finditer(text) if _DIGIT.search(text) or "hausnummer" in text else ():
        if _is_no_street(reading, found):
            continue
        near = text[max(0, found.start() - 60) : found.end() + 40]
        if _OURS.search(text, 0, found.start()):
            continue
        theirs = _POSTCODE.search(text, found.end(), found.end() + 40) or _THEIRS.search(near) or _FLAT.search(near)
        if _asks_for_a_shop(context) and not _FLAT.search(near):
            continue
        if _IN_HOUSE.search(near) and not _FLAT.search(near) and not _POSTCODE.search(text, found.end()):
            continue
        if theirs or (_AT_HOME.search(text) and not OUR_PLACE.search(near)):
            yield "address", *spelled.place(*found.span())
    for found in _STREET_OF_DELIVERY.finditer(text):
        if not OUR_PLACE.search(text, found.start(), found.end() + _BEHIND) and not _we_moved(text, found):
            yield "address", *spelled.place(*found.span())


def _is_no_street(reading: Reading, found: re.Match[str]) -> bool:
    """True for "12, top row": a word that may name a street, in small letters."""
    last = _MAY_NAME_A_STREET.search(found[0])
    return (
        last is not None and reading.text[reading.houses.place(found.start() + last.start(), found.end())[0]].islower()
    )


def _asks_for_a_shop(context: CheckContext) -> bool:
    """True where the customer asks for a place of the brand's: the street in the answer is its own."""
    return bool(context.customer_words) and _WHERE_IS_A_SHOP.search(context.customer_words[-1].lower()) is not None


def _we_moved(text: str, found: re.Match[str]) -> bool:
    """True for "we have moved to Oxford Street": the brand goes there."""
    return found[0].startswith(("move", "come", "coming", "go")) and _WE.search(text, 0, found.start()) is not None


def _is_ours(text: str, start: int, found: str, context: CheckContext) -> bool:
    """True for the brand's own addresses and numbers, as the settings name them or the words before them say."""
    bare = _bare(found)
    if any(bare.endswith(known[-9:]) for known in map(_bare, context.rules.contacts) if known):
        return True
    host = found.rpartition("@")[2]
    if "@" in found and belongs(host, context.rules.own_domains):
        return True
    before = text[max(0, start - 90) : start]
    return _OURS.search(before) is not None and _THEIRS.search(before[-25:]) is None


def _bare(text: str) -> str:
    return re.sub(r"[^\w@]", "", text.lower())


def _in_a_link(reading: Reading, place: tuple[int, int]) -> bool:
    return any(link.start <= place[0] and place[1] <= link.end for link in links_in(reading.text))


def _is_book(number: str) -> bool:
    return _BOOK.fullmatch(re.sub(r"\D", "", number)) is not None


def _luhn(number: str) -> bool:
    """True for a number with the check digit of payment cards (ISO/IEC 7812)."""
    digits = [int(one) for one in number if one.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod97(number: str) -> bool:
    """True for a number with the check digits of bank accounts (ISO 13616)."""
    bare = number.replace(" ", "")
    return any(
        int("".join(str(int(one, 36)) for one in part[4:] + part[:4])) % 97 == 1
        for part in _lengths(bare)
        if sum(map(str.isdigit, part)) >= _FEWEST_IN_IBAN
    )


def _lengths(bare: str) -> Iterator[str]:
    """The number as it is, and shorter: words may follow it."""
    return (bare[:length] for length in range(min(len(bare), 34), 14, -1))
