"""Details of a customer that the brand reads out of its books: "we have you down as", a room, a name, a birthday."""

from collections.abc import Iterator

from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.spelling import NUMBERS_IN_WORDS, Reading
from mentiondesk.domain.replies.checks.word_table import Phrases

_NUMBER = rf"(?:\d{{1,4}}[a-z]?|{'|'.join(NUMBERS_IN_WORDS)})"
# "We have you down as …", in the languages of the tables.
_RECORD = Phrases(
    r"\b(?:(?:we|i)(?:'ve| have|'d)?(?: still| only| just)? (?:have|got|see|hold|show)(?: got)? (?:you|him|her|them"
    r"|it|that|this|your \w+|mr|mrs|ms)|we've (?:you|him|her|it)|(?:you're|you are|he's|she's|they're|it's|that's"
    r"|booked|booking is|order is|parcel is) (?:still |all )?(?:down|registered|listed|booked|checked in"
    r"|in the name|under the name)|on (?:file|record|our (?:records|system|screen|list))|in our (?:system|records"
    r"|books)|(?:haben|sehen|führen) (?:wir|ich) (?:sie|dich|ihn|es)|(?:wir|ich) (?:haben|sehen|führen) (?:sie|dich"
    r"|ihn|ihre|deine)|bei uns (?:steht|stehen|sind|ist)|hinterlegt (?:ist|sind)|(?:on|nous) (?:vous|te|l') ?(?:a"
    r"|avons|voit|voyons|retrouve|retrouvons)|on t'a|enregistrée? (?:au|à|sous)|(?:te|le|os) (?:tenemos|vemos|veo"
    r"|tengo|encontramos)|(?:lo|la) (?:tenemos|tengo|encontramos)|(?:nos|me) (?:figura|consta|sale|aparece)"
    r"|(?:temos|tenho|vemos|vejo)(?:-o|-a|-vos| o senhor| a senhora| aqui| a sua| o seu)|consta(?:-nos| aqui)?)\b"
)
_NAMED = (
    r"(?:Mr|Mrs|Ms|Miss|Dr|Mme|Mlle|Monsieur|Madame|Herrn?|Frau|Sra?|Señora?|Senhora?|Dona|Doña"
    r"|Signora?)\.? [A-ZÀ-Ý]\w+"
    r"|(?:in the name of|under the name|au nom de|auf den Namen|a nombre de|em nome de|a nome di"
    r"|op naam van) [A-ZÀ-Ý]\w+"
    r"|(?:as|under|als|sous|como|sob) ['\"“‘]?[A-ZÀ-Ý]\w+ [A-ZÀ-Ý]\w+"
)
_STREETS = (
    r"[A-ZÀ-Ý][\w'’-]+ (?:Road|Rd|Street|St|Row|Terrace|Lane|Avenue|Ave|Close|Drive|Crescent|Gardens|Mews|Way|Court"
    r"|Hill"
    r"|Grove|Park|Square|Place|Walk|Rise|View)\b|\b[A-ZÄÖÜ]\w{2,25}(?:straße|strasse|str\.|weg|gasse|platz|allee"
    r"|straat|laan)\b"
    r"|\b(?:rue|avenue|boulevard|impasse|quai|calle|avenida|plaza|rua|travessa|praça|via|viale) (?:d\w{1,2} |de la "
    r"|l')?[A-ZÀ-Ý]"
)
_ROOM = Expression(
    rf"\b(?:room|flat|door|house|apartment|apt|chambre|appartement|porte|zimmer|wohnung|haus|habitación|puerta|piso"
    rf"|quarto"
    rf"|porta|camera|kamer) (?:number |no\.? |nr\.? |n[°º] ?)?{_NUMBER}\b"
)
_STREET = Expression(rf"\b(?:{_STREETS})")
_NAME_OR_STREET = Expression(rf"\b(?:{_NAMED}|{_STREETS})")
# A place that is said to be the brand's.
OUR_PLACE = Expression(
    r"\b(?:(?:nearest|closest)|nächste[rns]?|plus proche|más cercan[oa]|mais próxim[oa]|shops?|stores?|branch"
    r"|office|showroom|we are|we're|come (?:to|by|and)|visit|find us|opening|open"
    r"|estamos en|(?:nuestra|la) tienda|abrimos|abierta|(?:unsere?r?|die|der) (?:filiale|laden)|gesch[aä]ft"
    r"|filiale|ge[oö]ffnet"
    r"|boutique|magasin|ouverte?|loja|aberta|estamos na|abrimos|negozio|siamo in|aperto|winkel|geopend|wij zitten)\b"
)
# A person near the customer, by name, and the one who fetched or signed.
_SOMEBODY = Phrases(
    r"\b[Yy]our (?:partner|wife|husband|mum|mother|dad|father|son|daughter|neighbour|neighbor|flatmate|brother"
    r"|sister|boss|boyfriend|girlfriend|ex|ex-?(?:husband|wife)|fiancée?|landlord|carer|nan|gran|grandad|uncle|aunt"
    r"|cousin)(?:,| called| named)? (?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][a-z]+"
    r"|\b[Ss]igned (?:for )?by ['\"“‘]?[A-Z][\w.]*(?: [A-Z]\w+)?|\b[Yy]ou (?:saw|met|see|are seeing) (?:Dr|Mr|Mrs"
    r"|Ms)\.? [A-Z]\w+|(?<!\w )\b[A-Z]\w+ [A-Z]\w+, (?:party of|table for|two|three|four|five|six|\d+) (?:people"
    r"|guests|adults|persons|nights)|\b(?:bei|an|von|mit) (?:Familie|Frau"
    r"|Herrn?) [A-ZÄÖÜ]\w+(?=[^.!?\n]{0,60}\b(?:abgegeben|hinterlegt|zugestellt|angenommen|unterschrieben|gelassen"
    r"|Stock|nebenan))|\b(?:chez|à|par) (?:M\.|Mme|Mlle|Monsieur|Madame"
    r"|la famille) [A-ZÀ-Ý]\w+(?=[^.!?\n]{0,60}\b(?:étage|voisine?|déposé|remis|au \d))|\b(?:remis|déposé|laissé"
    r"|signé|entregad[oa]|dejad[oa]|firmad[oa]|entregue|deixad[oa]|assinad[oa])\b[^.!?\n]{0,30}\b(?:M\.|Mme"
    r"|Monsieur|Madame|señora?|Sra?\.|familia|senhora?|Dona|família) [A-ZÀ-Ý]\w+|\b(?:booked|reserved|registered"
    r"|made|signed|left|collected|picked up|handed|delivered|it's)(?: \w+){0,2} (?:for|by|to|with|under) (?:Mr|Mrs"
    r"|Ms|Miss|Dr)\.? [A-Z][a-z]+(?: [A-Z][a-z]+)?"
    r"|\b(?:[Vv]otre|[Tt]a|[Tt]on) (?:ex-?)?(?:mari|femme|mère|père|fils|fille|frère|sœur|copain|copine|conjointe?"
    r"|compagnon|compagne),? [A-ZÀ-Ý][a-zà-ÿ]+"
    r"|\b(?:[Ss]u|[Tt]u) (?:ex-?)?(?:marido|mujer|madre|padre|hijo|hija|hermano|hermana|novi[oa]|cuñad[oa]"
    r"|suegr[oa]),? [A-ZÀ-Ý][a-zà-ÿ]+"
    r"|\b(?:[Ss]eu|[Ss]ua|[Tt]eu|[Tt]ua) (?:ex-?)?(?:marido|mulher|mãe|pai|filho|filha|irmão|irmã|namorad[oa]"
    r"|sogr[oa]),? [A-ZÀ-Ý][a-zà-ÿ]+"
)
# The code of a keypad, the ends of a number, a room with its floor, a door on a landing.
_PIECES = Phrases(
    r"\b(?:code|keycode|pin|keypad)\b[^.!?\n]{0,10}?(?:\b[a-z0-9][ -]){3,}[a-z0-9]\b"
    r"|\b(?:mobile|phone|number|card|account|line)\b[^.!?\n]{0,15}\bending(?: in| with)? \d{2,4}\b"
    r"|\b(?:door|gate|porch|steps|garden) (?:of|at) (?:number |no\.? )?\d{1,4}\b"
    r"|\b(?:your|temporary|new) (?:\w+ )?(?:password|passcode|pass ?phrase|word to get in"
    r"|login word)(?: to \w+ \w+)?(?: is|:) ['\"“]?"
    r"(?!(?:on|at|in|the|case|wrong|too|not|sent|changed|printed|your|only|never|there|reset|safe|yours|up|a|an"
    r"|already|still)\b)[\w-]{4,}"
    r"|\b(?:balance|limit|overdraft|debt)\b[^.!?\n]{0,15}\b(?:is|was|of|stands at|at) [£€$] ?\d[\d.,]*"
    r"|[£€$] ?\d[\d.,]* (?:left )?on"
    r" (?:it|your (?:card|account))\b"
    r"|\b(?:primero|segundo|tercero|cuarto|quinto|bajo) [a-d]\b|\b(?:hash|star|asterisk) \d{3,}|\b\d{3,8} (?:star"
    r"|hash)\b"
    r"|\b(?:begin(?:s|ning)|start(?:s|ing)) (?:with )?[a-z0-9]{1,6} ?\d{1,6} (?:and|,|to) ?(?:finish|end)\w*"
    rf"|\b(?:visa|mastercard|amex|card|account|monzo|bank|iban|one|number|karte|carte"
    rf"|tarjeta)\b[^.!?\n]{{0,20}}\b(?:end(?:s|ed|ing)"
    rf"|finish\w*|endet|finit|termin\w+|acab\w+)(?: (?:in|with|on|auf|par|en|em))? {_NUMBER}[ -]{_NUMBER}\b"
    r"|(?<!unit )(?<!suite )(?<!room )\b\d{3,4}, (?:top|ground|first|second|third|fourth|fifth|\d+(?:st|nd|rd"
    r"|th)) floor\b"
    r"|\b(?:primero|segundo|tercero|cuarto|quinto|sexto|\dº|\d[.o]) (?:izquierda|derecha|izda|dcha|izq|der)\b"
    r"|\b(?!polka|the|a|red|blue|green|orange|black|white|that|this|each|every|one|small|little|big)[a-z]+ (?:dot"
    r"|punkt|punto|ponto)"
    r" [a-z]+[^.!?\n]{0,25}\b(?:at|over at|with|bei|en|chez|no) (?:the )?(?:google|microsoft|apple|yahoo|gmail"
    r"|hotmail|outlook)"
)
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai"
    "|juni|juli"
    r"|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero"
    r"|febrero|marzo"
    r"|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janeiro|fevereiro|março|maio|junho|julho"
    r"|setembro"
    r"|outubro|novembro|dezembro"
)
# A password described, money that came and went, a home described, who is staying, digits of a card or a passport.
_TYPED = (
    r"(?:capital|upper ?case|lower ?case|exclamation (?:mark|point)|underscore|hash(?:tag)?|asterisk"
    r"|großbuchstabe\w*|großem|ausrufezeichen|unterstrich|majuscules?|point d'exclamation|tiret bas|mayúsculas?"
    r"|signo de exclamación|guion bajo|maiúsculas?|ponto de exclamação)"
)
_SIDE = r"(?:left|right|links|rechts|gauche|droite|izquierda|derecha|esquerd[oa]|direit[oa])"
_NTH = (
    r"(?:first|second|third|fourth|fifth|last|next-?door|erste[rsn]?|zweite[rsn]?|dritte[rsn]?|vierte[rsn]?"
    r"|letzte[rsn]?|premi[eè]re?|deuxi[eè]me|troisi[eè]me"
    r"|quatri[eè]me|cinqui[eè]me|derni[eè]re?|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|últim[oa]|primeir[oa]"
    r"|terceir[oa]|quart[oa])"
)
_COLOUR = (
    r"(?:red|green|blue|yellow|black|white|brown|grey|gray|orange|pink|purple|rote[nr]?|grüne[nr]?|blaue[nr]?"
    r"|gelbe[nr]?|schwarze[nr]?|weiße[nr]?|braune[nr]?)"
)
_BROUGHT_TO = (
    r"(?:courier|driver|carried|delivered|left (?:it|the|your)|dropped|handed|brought|parcel|fahrer|bote|abgelegt"
    r"|geliefert|livreur|facteur|colis|laissée?|repartidor|dejó|paquete|estafeta|deixou|encomenda)"
)
_DESCRIBED = Phrases(
    rf"\b{_TYPED}\b[^.!?\n]{{0,60}}(?<!least )\b\d{{2,4}}\b(?! (?:characters|letters|signs|zeichen))"
    rf"|\b\d{{2,4}}\b[^.!?\n]{{0,40}}\b{_TYPED}\b"
    r"|\byour (?:wages|salary|rent|pension|benefits|mortgage|loan|maintenance|gambling|direct debit) (?:to|from|of"
    r"|come|came|only comes?|went) (?:mr|mrs|ms|[£€$]|\d|in from|the council|out|on the)|\b(?:took|takes|brought"
    r"|leaves?|left) you (?:down |just |only |with )*(?:to |with |at )?(?:[£€$] ?\d|\w+ (?:pounds?|euros?|quid)|minus)"
    rf"|\b{_NTH}(?: floor| étage| stock| andar| piso)?,? (?:on the )?{_SIDE}\b(?=[^.!?\n]{{0,80}}\b(?:bell|buzzer"
    rf"|sonnette|portail|porte|gate|code|klingel|timbre|puerta|campainha|name|nom)\b)|\b{_NTH} (?:house|bungalow"
    rf"|cottage|flat|gate) (?:past|after|before|from|along|down|up|on)\b"
    rf"|\b{_BROUGHT_TO}\b[^.!?\n]{{0,90}}\b{_COLOUR} (?:front )?(?:door|gate|tür|haustür|tor)\b"
    r"|\b(?:sonnette|interphone|klingel|timbre|telefonillo|campainha|buzzer|doorbell"
    r"|bell)\b[^.!?\n]{0,20}\b(?:au nom d|marked|that says|named|mit dem namen|a nombre d|com o nome)"
    r"|\b(?:chez vous|chez toi|you live at|ihre adresse ist|your place is|vive en"
    r"|mora n[ao])\b[^.!?\n]{0,20}\b\d{1,4}\b|\b(?:gate|door|portail|porte|portillon|tor|tür|puerta|portal|portão"
    r"|porta)\b[^.!?\n]{0,12}\b(?:s'ouvre avec|opens with|öffnet (?:sich )?mit|se abre con"
    r"|abre com) (?=\w*\d)\w{3,8}\b|\b(?:he|she|they)(?:'s|'ve| is| are| has| have)? (?:already "
    r"|just )?(?:picked up (?:his|her|their|the) keys?|checked (?:in|out)(?! (?:\d+|\w+) times)|up in (?:room )?\d"
    r"|in room \d|staying with us|booked in with)\b|\b(?:visa|mastercard|amex|card|karte|carte|tarjeta"
    r"|cartão)\b[^.!?\n]{0,40}?\b(?!19|20)\d{4}\b[^.!?\n\d]{0,20}[a-z][^.!?\n]{0,30}\b(?!19|20)\d{4}\b"
    r"|\b(?:passport|passeport|pasaporte|passaporte|reisepass|ausweis|dni|permis|führerschein"
    r"|licen[cs]e)\b[^.!?\n]{0,60}(?:\b[a-z], [a-z]\b|\d{2}-\d{1,3}-\d|\b\d{3,}\b[^.!?\n]{1,20}\b\d{2,}\b)"
    r"|\b(?:que nos (?:contou|contaste|contó)|dont vous nous avez parlé|you told us (?:about )?(?:privately"
    r"|in confidence|by dm))\b|\b(?:your|sua|seu|votre|ihr\w*|tu|su) (?:date of birth|birthday|dob|geburtstag"
    r"|geburtsdatum|date de naissance|cumpleaños|fecha de nacimiento|data de nascimento)(?:,| is| was| as| of|:"
    r"| ist| est| es| é)[^.!?\n]{0,20}"
    rf"(?:\b(?:{_MONTHS})\b|\d)|\b(?:zur welt gekommen|came into (?:the|this) world|vu le jour|vio la luz"
    rf"|veio ao mundo)\b|\b(?:fez|cumplió|cumpliste|turned|wurden? sie|avez eu|a eu) (?:\w+ )?(?:\d\d|eighteen"
    rf"|dezoito|dieciocho|achtzehn|dix-huit)\b[^.!?\n]{{0,40}}\b(?:{_MONTHS})\b"
    r"|\byou(?:'re| are) (?:all )?(?:away|abroad|on holiday|in (?!luck|time|good|the|for|line|safe)[a-z]+) (?:till"
    r"|until)\b|\byou're back from [a-z]+\b|\b\d{3,6},? (?:then|and then|followed by|dann|puis|luego|después"
    r"|depois) \d{2,5},? (?:then|and then|followed by|dann|puis|luego|después|depois|and|und|et|y|e) \d{2,5}\b"
    r"|\b\d{3}\b[^.!?\n]{0,40}\b(?:three|little) (?:little )?digits\b|\b(?:cvv|cvc|security code|digits on the back"
    r"|kartenprüfnummer|cryptogramme)\b[^.!?\n]{0,30}\b\d{3}\b|\b(?:gentleman|lady|man|woman|neighbour|lad|chap"
    r"|bloke|girl|guy) (?:named|called) \w+\b(?=[^.!?\n]{0,60}\b(?:at|house|number|next door|doors|signed|took"
    r"|has it)\b)|\b(?:maiden|married|birth) name [a-z]+\b(?=[^\n]*)(?<!name is)(?<!name on)(?<!name"
    r" and)(?<!name or)(?<!name at)(?<!name in)(?<!name to)(?<!name for)|\bnée?s? (?:à|le|un|en) [^.!?\n]{0,30}\d"
    r"|\bpuerta de la (?:derecha|izquierda)\b"
    rf"|\b(?:starts?|begins?|empieza|comienza|começa|commence|fängt|beginnt) (?:with |por |con |com |par "
    rf"|mit )?{_NUMBER}\b[^.!?\n]{{0,50}}\b(?:ends?|finish\w*|acaba|termina|finit|endet|hinten)\b (?:in |with |em "
    rf"|en |con |par |auf |mit |die |on )?{_NUMBER}\b"
    r"|\b(?:dni|nif|passport|passeport|pasaporte|ausweis)\b[^.!?\n]{0,25}\b(?:acaba|ends?|endet|termina"
    r"|finit)\b[^.!?\n]{0,8}\d"
    r"|\b(?:ihr|dein|votre|ton|su|tu|seu|sua|your) (?:arbeitslosengeld|bürgergeld|kindergeld|gehalt|lohn|rente"
    r"|salaire|rsa|chômage|loyer|nómina|paro|pensión|alquiler"
    r"|salário|subsídio|renda|dole|benefits)\b[^.!?\n]{0,50}(?:[€£] ?\d|\d ?(?:€|euros?|£)|zu spät|en retard|tarde"
    r"|late|short)"
    r"|\b(?:prénom|nombre|nome|vorname|name)n? (?:de |of |del? |des |der |d[ao] )?(?:votre |your |su |tu |sua |seu "
    r"|ihr\w* |dein\w* )?(?:fille|fils|chien|chat|daughter|son|dog|cat|hund\w*|katze|tochter|sohn\w*"
    r"|hij[oa]|perr[oa]|gat[oa]|filh[oa]|cão)\b[^.!?\n]{0,15}\b(?:suivi|followed|gefolgt|seguid[oa]|plus|and then"
    r"|et son|und dann)\b"
)
# A home beside the street where it stands.
_HOME = Expression(
    r"\b(?:flat|bungalow|maisonette|studio|cottage|buzzer|doorbell|bell|porch|doorstep|doormat|letterbox|front door"
    r"|side gate"
    r"|back door|basement|attic|neighbours?|klingel|hinterhaus|briefkasten|nachbar\w*|sonnette|interphone|palier"
    r"|boîte aux lettres"
    r"|voisine?|timbre|buzón|portal|vecin[oa]|campainha|vizinh[oa]|caixa do correio)\b"
)
_BORN = Phrases(
    r"\b(?:you|your|she|he|her|his|vous|votre|usted|su|sie|ihr|du|dein|tu|o senhor|a senhora|sua|seu|bien|as"
    r"|:)\b[^.!?\n]{0,50}"
    rf"\b(?:born|née?|geboren|nacid[oa]|nascid[oa]|nat[oa])\b[^.!?\n]{{0,25}}\b(?:{_MONTHS}|\d{{4}})\b"
    r"|\b(?:deine?n?|ihre?n?) [^.!?\n]{0,40}\bwohnhaft\b"
)
# A code that opens something, told in few digits.
_OPENS = Phrases(
    r"(?<!error )(?<!promo )(?<!discount )(?<!voucher )(?<!product )"
    r"(?<!country )(?<!area )(?<!dialling )(?<!dress )(?<!qr )"
    r"\b(?:(?:door|gate|pick-?up|collection|access|entry|locker|safe|security|login|verification|one-time) codes?"
    r"|codes?|pin"
    r"|passcode|password|keypad|key ?safe|lock ?box|combination|zugangscode|passwort|kennwort|digicode|mot de passe"
    r"|contraseña"
    r"|clave|senha)\b(?: \w+){0,4}?(?: is| are|:| =| ist| lautet| est| es| é)(?: still| now| just)? ['\"“]?"
    r"(?=[\w-]*\d)(?!\d{1,3}\b(?!-))[\w-]{4,20}"
)
# Digits set apart, behind the word to key them in.
_KEYED = Phrases(
    r"\b(?:key in|type|enter|press|dial|tap|code|pin|tippen|eingeben|tapez|marque|pulse|tecle|digite)\b"
    r"[^.!?\n]{0,25}\b\d(?:[- ]\d){3,}\b"
)
# Letters by the words of radio.
_RADIO = Phrases(
    r"\b(?:(?:alfa|alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar"
    r"|papa"
    r"|quebec|romeo|sierra|tango|uniform|victor|whiskey|x-ray|yankee|zulu|zero|one|two|three|four|five|six|seven"
    r"|eight"
    r"|nine|\d)[- ,]{1,2}){3,}(?:alfa|alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike"
    r"|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whiskey|x-ray|yankee|zulu)\b"
)
_PLATE = Phrases(
    r"\b(?:plate|reg|registration|car|van|vehicle|kennzeichen|immatriculation|matrícula|matricula)\b[^.!?\n]{0,25}?"
    r"\b(?:[a-z]{2}\d{2} ?[a-z]{3}|[a-z]{2}-\d{3}-[a-z]{2}|\d{4} [bcdfghjklmnpqrstvwxyz]{3}"
    r"|[a-z]{1,3}-[a-z]{1,2} ?\d{2,4})\b"
)


def records(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Each kind of detail with its place in the text as written."""
    plain, text = reading.plain, reading.plain.text
    for found in _RECORD.finditer(text):
        end = _end_of_sentence(text, found.end())
        room = _ROOM.search(text, found.end(), end)
        if room:
            yield "record", *plain.place(*room.span())
        start, last = plain.place(found.end(), end) if end > found.end() else (0, 0)
        named = _NAME_OR_STREET.search(reading.text, start, last)
        if named:
            yield "record", *named.span()
    for somebody in _SOMEBODY.finditer(reading.text):
        yield "record", *somebody.span()
    for street in _STREET.finditer(reading.text) if _HOME.search(text) else ():
        home = _HOME.search(text, max(0, street.start() - 60), street.end() + 60)
        if home and not OUR_PLACE.search(text, max(0, street.start() - 60), street.end() + 40):
            yield "record", *plain.place(*home.span())
    for kind, pattern in (
        ("record", _BORN),
        ("code", _OPENS),
        ("code", _KEYED),
        ("code", _RADIO),
        ("code", _PLATE),
        ("code", _PIECES),
        ("record", _DESCRIBED),
    ):
        for one in pattern.finditer(text):
            yield kind, *plain.place(*one.span())


def _end_of_sentence(text: str, start: int) -> int:
    """The place of the mark that ends the sentence, at most 90 characters on."""
    found = _SENTENCE_ENDS.search(text, start, start + 90)
    return found.start() if found else min(len(text), start + 90)


_SENTENCE_ENDS = Expression(r"[!?\n]|(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)(?<!\bsr)(?<!\bsra)\.(?=\s|$)")
