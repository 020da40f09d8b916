"""The rule about placeholders: what stands where a name, a place, a time or a value should."""

import re
from collections.abc import Iterator

from mentiondesk.domain.replies.checks import tables
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.word_table import Phrases, unaccented
from mentiondesk.domain.replies.finding import Finding, Outcome

# Things that templates have slots for, without accents.
_SLOTS = (
    "name|names|first name|firstname|last name|surname|full name|customer|customer name|client|client name|guest"
    "|guest name|passenger|member|user|username|user name|agent|agent name|colleague|manager|hotel|hotel name"
    "|store|store name|shop|shop name|branch|restaurant|museum|venue|location|place|city|town|country|street"
    "|address|postcode|region|area|depot|airport|date|day|month|year|time|hour|hours|deadline|product"
    "|product name|item|model|colour|color|size|brand|title|dish|event|course|flight|flight number|route|number"
    "|ref|reference|order|order number|link|url|email|phone|amount|price|sum|reason|issue|problem|topic|details"
    "|value|company|department|carrier|courier|version|tariff|vorname|nachname|kunde|kundin|kundenname|filiale"
    "|ort|stadt|datum|uhrzeit|tag|produkt|artikel|grund|betrag|nummer|anrede|prenom|nom|ville|magasin|boutique"
    "|heure|jour|produit|lien|motif|raison|montant|nombre|apellido|tienda|ciudad|fecha|hora|dia|producto|enlace"
    "|motivo|importe|cliente|nome|apelido|loja|cidade|data|produto|valor|cognome|negozio|naam|winkel"
)
_CAPITALS = Expression(rf"(?<![\w@#/.'-])(?:YOUR[-_ ])?(?:{_SLOTS.upper()})(?![\w@'-])")
_LOUD = Expression(r"\b[A-ZÀ-Ý]{4,}\b")
# In a reply with more loud words than these, a noun in capitals is loud as well, and no slot.
_MOST_LOUD = 2
_MARKS = r"[*~|^=+@&\\/:%$-]{1,3}"
_GREETING = (
    r"(?:hi|hello|hey|dear|thanks|thank you|sorry|cheers|morning|hallo|liebe[r]?|danke|bonjour|merci|cher|chere"
    r"|desoles?|hola"
    r"|gracias|querid[oa]|estimad[oa]|ola|oi|obrigad[oa]|ciao|grazie|dag|beste)"
)
_BARE = (
    r"(?:nombre|tienda|fecha|hora|enlace|ciudad|producto|motivo|nom|prenom|ville|magasin|date|heure|lien|produit"
    r"|raison"
    r"|nome|loja|data|link|cidade|produto|name|store|shop|city|time|number|product|reason|datum|uhrzeit|filiale|ort"
    r"|grund)"
)
_WRITTEN = Phrases(
    # Marks around a noun: *name*, |date|.
    rf"(?<!\S){_MARKS}(?:{_SLOTS}){_MARKS}(?!\w)|\((?:{_SLOTS}|n[o°º]|nr|num|#|n\. ?n)\.?\)|\bn\. ?n\.(?!\w)"
    # Quotation marks of several languages, around a slot.
    rf"|«\s?(?:votre |your |su |seu )?(?:{_SLOTS})\s?»"
    r"|«[^«»\n]{0,20}\b(?:inser\w+|einfugen|ajouter|completer|poner)\b[^«»\n]{0,20}»"
    # The value of a variable that has none.
    r"|\b(?:undefined|nullptr)\b"
    rf"|\b{_GREETING},? (?:null|none|nil|n/a|unknown)\b"
    r"|\b(?:at|on|to|by|from|of|your|the) null\b(?! and void)"
    rf"|\b{_GREETING},? (?:(?:customer|client|guest|user|first|last|full) ?name|name|nombre|prenom|vorname"
    rf"|nome)(?= ?[,.!:;]|$)"
    r"|(?<![\w@])@(?:name|customer|customername|user|username|firstname|handle|guest|client|cliente|nombre|kunde"
    r"|usuario)\b|\b(?:customer|client|guest|user|agent|passenger|member)(?:'s)? (?:first|last|full"
    r"|sur) ?name(?= ?[,.!:;]|$)|\b(?:in|at|from|to|by|with|of|for) (?:branch|store|shop|teacher|manager|driver"
    r"|agent|customer|client|product|street|city|hotel|venue) name\b|\b(?:jour/mois|day/month|tag/monat|dia/mes"
    r"|tt/mm|giorno/mese)\b"
    # A noun that is joined to its kind, or an example of one.
    r"|\b(?:first|last|customer|client|store|shop|manager|agent|product|order|branch|guest|user|hotel"
    r"|city)-(?:manager-name|name|number|date|id|link|city|town)\b|\b(?!right|over|out|up)[a-z]+-here\b"
    r"|\bexample (?:street|road|city|town|name|store|shop|product)\b|\((?:destination|origin|station|stop|mins"
    r"|minutes|hours|platform|gate|train|dish|room|floor|event|price|colou?r|size)\)|\b(?:at|on|in|by|from|to|is"
    r"|until|are) \?{2,}|(?<!\S)[-_?]{1,3}[/:.][-_?]{1,3}(?![^\s,.!?])|\((?:agent|colleague|internal|todo|editor"
    r"|team|template|macro|reminder|to agent)\b ?[:;-][^()\n]{0,50}\)"
    # A note to whoever fills the slot.
    r"|\((?:change|swap|edit|replace|paste|copy|choose|pick|select)\b[^()\n]{0,30}\)|\b(?:copy|paste)(?: text"
    r"| reply| answer)? from (?:the )?(?:faq|list|file|sheet|template|wiki|macro|crm)\b"
    r"|(?<!the )(?<!this )(?<!that )(?<!what )(?<!it )(?<!everything )\b[a-z]+ (?:goes|belongs) here\b|\b(?:nombre"
    r"|apellidos?|nom|prenom|nome|name|vorname) (?:del?|de la|du|des|do|da|der) (?:client\w*|kunden?|kundin"
    r"|usuari\w+|utilisateur|tienda|producto|magasin|produit|loja|produto|filiale|produkts?|hotels?|agente?)\b"
    rf"|(?:[,.;:!?(] ?|\b(?:de|del|en|el|la|le|du|a|no|na|do|da|hasta|au|at|on|in|of|by|until|from|am|um|bis"
    rf"|fur) )(?:poner|insertar|anadir|rellenar|completar|mettre|inserer|ajouter|completer|inserir|colocar"
    rf"|preencher|inserire|insert|put|add|fill in) {_BARE}\b"
    rf"|(?<!das )(?<!den )(?<!die )(?<!ihr )(?<!dein )(?<!ein )"
    rf"\b{_BARE} (?:bitte )?(?:einfugen|erganzen|einsetzen|nachtragen)\b"
    r"|\b(?:first|second|third|next|other) (?:colou?r|name|option|reason|product|date|size|shop|store) (?:here|tbc"
    r"|tbd)\b"
    # Alternatives of which none was chosen.
    r"|\b(?:is/isn't|is/is not|has/hasn't|has/has not|will/won't|can/can't|can/cannot|does/doesn't|today/tomorrow"
    r"|yes/no)\b"
    r"|\b(?:john|jane) doe\b|\(\?+\)|\b00[/.:]00[/.:]00(?:00)?\b"
    r"|\b(?:on|at|by|from|until|is|am|um|le|el|las|to|in) (?:\.{3}|…)(?=[,.]|$| (?:at|in|and|by|on|um|am|und|a|et|y"
    r"|e|las|les|the|your|our)\b)"
)
# Notes in brackets to whoever fills the slot or sends the reply.
_IN_BRACKETS = Expression(
    r"\((?:poner|insertar|mettre|inserer|einfugen|inserir|por|colocar|put|insert) (?:el |la |le |o |a |the )?[a-z]+\)|"
    r"\((?:a voir|a ver|zu klaren|to check|check|ask|frag\w*|preguntar|perguntar|demander)\b[^()\n]{0,20}\b(?:avec"
    r"|con|com|mit|with|a|bei) \w+\)"
    r"|\((?:delete|strike|cross out|loschen|streichen|rayer|tachar|riscar)\b[^()\n]{0,25}\)"
    r"|\([^()\n]{0,60}\b(?:before|prior to|vor|avant|antes de)(?: the| dem| l'| d'| el)? ?(?:sending|posting|publishing"
    r"|you (?:send|post)|senden|posten|envoi|envoyer|publier|enviar|publicar)\b[^()\n]{0,20}\)"
    r"|\((?:repeat|name|state|describe|insert|mention|quote|use|copy|ask|say|explain|thank|apologi[sz]e|reference)\b"
    r"[^()\n]{0,50}\b(?:customer\w*|client\w*|problem|issue|product|reason|name|topic|complaint|order)\b"
    r"[^()\n]{0,25}\)"
)
# A sign that seldom stands in a reply, on both sides of a word.
_BETWEEN_SIGNS = Expression(
    rf"(?<!\S)([^\w\s\"'“”‘’«»().,;:!?*])(?:{_SLOTS})\1(?!\w)"
    r"|(?<!\S)(@{1,3}|[#~|^=+&$§¤¬/\\]{2,3})[a-z_ .-]{2,25}\2(?!\w)|(?<!\S)([~|^=+$§¤¬])[a-z]{1,15}\3(?=[\s,.;:!?]|$)"
)
_ODD_SIGN = Expression(r"(?<!\S)[^\w\s\"'“”‘’«»().,;:!?*-]")
# A word that needs another, and the gap where that stood.
_GAP = Expression(
    r"\b(?:in|at|on|by|from|to|within|until|of|for|am|um|bis|in der|im|a|le|du|el|en|de|em|no|na) {2,}(?=[a-z])"
    r"|\b(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[r]?|guten (?:tag|morgen)|bonjour|hola"
    r"|buenos dias|ola|bom dia) {1,2},(?= )"
)
# Signs that count as written alone: TK of printers, X for a number or an hour.
_AS_WRITTEN = Phrases(
    r"\b(?:[Ss]tation|[Ss]tore|[Ss]hop|[Pp]roduct|[Cc]ity|[Tt]own|[Cc]ustomer|[Cc]ompany|[Bb]rand"
    r"|[Pp]erson) [ABCXYZ]\b|\bX{1,2}(?:th|st|nd|rd)\b|\bof Month\b|\b(?:las|um|at|à|às|le|el|am|on) (?:HH|DD|TT|JJ"
    r"|MM)\b|\b(?:Nom|Nombre|Nome|Name|Date|Datum|Fecha|Ville|Stadt|Ciudad|Cidade|Produit|Produkt|Producto|Produto"
    r"|Lien|Store|Shop|Customer|Client|City|Product)(?:Du|De|Del|Do|Da|Des|Of|The|Von|Der)?(?:[A-Z][a-z]{2,})+\b"
    r"|\bTK(?:TK)?\b(?! ?\d| ?Maxx?)|\b(?:at|by|until|till|before|after|around|between) X\b(?! \()"
    r"|[£€$] ?[Xx]+(?:[.,][Xx]+)?\b"
    r"|\b[xy] ?%|\b(?:PET|FIRST|LAST|CUSTOMER|PRODUCT|STORE|SHOP|CLIENT)NAME\b"
    r"|\bX ?(?:am|pm|%|o'clock|Uhr|€|£)(?!\w)|(?<!siglo )(?<!século )(?<!siècle )(?<!secolo )(?<!size"
    r" )(?<!Jahrhundert )\bXX\b|\bNaN\b"
)
# Keys of a keyboard, as instructions name them.
_KEY = Expression(r"\[(?:esc|enter|return|tab|shift|ctrl|strg|alt|cmd|space|del|entf|echap|intro|f\d{1,2})\]")


def placeholders(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Placeholders and slots that nobody has filled; signs that the customer wrote first are none."""
    text = reading.unaccented
    said = unaccented(" ".join(context.customer_words).lower())
    for found in _written(text):
        if not _belongs_to_a_legend(found[0], said):
            yield _finding(reading, *reading.plain.place(*found.span()))
    slots = tables.NAME_OF_A_SLOT.finditer(reading.text) if tables.may_name_a_slot(reading.text) else ()
    for found in (*slots, *_AS_WRITTEN.finditer(reading.text), *_in_capitals(reading.text, said)):
        yield _finding(reading, *found.span())


def _written(text: str) -> Iterator[re.Match[str]]:
    """Placeholders in signs and in words."""
    for table in (tables.placeholder_signs(), tables.placeholder_words(), _WRITTEN):
        yield from table.finditer(text)
    for pattern in _rare(text):
        yield from pattern.finditer(text)


def _rare(text: str) -> Iterator[Expression]:
    """The patterns of which the text holds a sign at all: few do."""
    if "(" in text:
        yield _IN_BRACKETS
    if _ODD_SIGN.search(text):
        yield _BETWEEN_SIGNS
    if "  " in text or " ," in text:
        yield _GAP


def _in_capitals(text: str, said: str) -> list[re.Match[str]]:
    """Nouns in capitals in a reply that is not loud; those that the customer used may be quoted."""
    found = [one for one in _CAPITALS.finditer(_plain_capitals(text)) if one[0].lower() not in said]
    others = [one for one in _LOUD.findall(text) if not _CAPITALS.fullmatch(_plain_capitals(one))]
    return found if len(others) <= _MOST_LOUD else []


def _plain_capitals(text: str) -> str:
    """The text, as long as before, with its capitals without accents."""
    return (
        text if text.isascii() else "".join(unaccented(one.lower()).upper() if one.isupper() else one for one in text)
    )


def _belongs_to_a_legend(sign: str, said: str) -> bool:
    """True for a sign in the customer's own words, a key, and "[S] is 20 cm" to one who asked what [L] means."""
    if sign in said or _KEY.fullmatch(sign):
        return True
    return len(sign) == len("[L]") and sign[0] + sign[2] == "[]" and "[" in said and "]" in said


def _finding(reading: Reading, start: int, end: int) -> Finding:
    return Finding("placeholder", Outcome.BLOCK, start, end, (("words", reading.text[start:end]),))
