"""The rule about requests in public for what identifies the customer, and the private ways that make them harmless."""

from collections.abc import Iterator

from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.replies.checks import tables
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.word_table import Phrases
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.links import links_in

# A request and what it asks for stand in one sentence, and near each other.
_ENDS, _NEAR = Expression(r"[.!?;\n]"), 70
# "Poste hier keine Adresse": what is asked for may be denied behind the place.
_DENIED_BEHIND = Expression(r" ?(?:\w+ )?(?:keine?\w*|nichts|nothing|none|rien|nada|niets)\b")
_CLAUSE_ENDS = Expression(r"[.!?;\n]|\b(?:just|simply|but|nur|einfach)\b")
# "Please do not post your address", "we have sent a new order number": nobody is asked.
_NOT_ASKED = Expression(
    r"\b(?:without|don't|do not|not|never"
    r"|no need(?! (?:to (?:message|dm|write|mail)|for a? ?(?:dm|message)))"
    r"|avoid|ignore|remove|delete|hide|instead of|leave out|leave off"
    r"|keep)\b"
    r"|\b(?:nichts?|kein|keine[nr]?|ohne|pas|sans|sin|sem|nao|jamas|nunca|senza|non|niet|geen|zonder)\b"
    r"|\b(?:modifier|changer|verifier|corriger|cambiar|modificar|actualizar|comprobar|revisar?|alterar"
    r"|mudar|atualizar"
    r"|verificar|cambiare|modificare|wijzig\w*|verander\w*) (?:\w+ ){0,2}$"
    r"|\b(?:our|the shop's|(?<!your )(?<!your full )(?<!what's the )(?<!what is the )(?<!what's your )new"
    r"|change|updated?|wrong|correct|check|reset|enter|add|added|sent|emailed) (?:\w+ ){0,2}$"
)
# "So that it does not happen again, …": the purpose of a request, which may be that something is not.
_PURPOSE = Expression(
    r"\b(?:so(?: that)?|to make sure|damit|sodass|pour (?:que|eviter)|afin (?:que|de)"
    r"|para(?: que)?|perche|affinche|zodat|om)"
    r"\b[^,.!?]{0,60},"
)
# Words after a noun that make a request of it: "your order number?", "the postcode, please".
_ASKED_BEHIND = Expression(
    r"[^.!?\n]{0,3}(?:\?|,? ?(?:please|pls|bitte|s'il vous plait|svp|stp|por favor|per favore|alstublieft"
    r"|aub|graag)\b"
    r"|(?:,| and)? (?:here|below|(?:would|will) (?:help|do|suffice)|[^.!?\n]{0,70}would do (?:the trick"
    r"|nicely)|(?:einfach|simply|just|simplement|simplemente|so|solo) [^.!?\n]{0,25}(?:darunter|hier"
    r"|antwort|here|below|reply|ici|reponse|aqui|respuesta|resposta)|is (?:all|missing|needed)|hier"
    r"|reicht|genugt|fehlt"
    r"|[^.!?\n]{0,70}\b(?:(?:is|are|will be|would be) (?:plenty|enough|all (?:we|i) need)|(?:we|i) need"
    r"|(?:we're|i'm|we are|i am) after|would (?:really |also )?(?:help|be (?:great|lovely|perfect|ideal|handy))"
    r"|(?:pop|drop|put|post|type|leave|add) (?:it|them|that|both) (?:in|on|under|to|as|here|below)"
    r"|reich(?:t|en)|genug(?:t|en)|suffi(?:t|sent|rait|raient)|basta(?:n|ria|rian|riam)?|chega(?:m)?|bastano"
    r"|volstaa[nt])\b"
    r"|(?:in|as) your next (?:tweet|post|reply)|ici|suffit|manque|nous aiderait|aqui|basta|falta|nos ajuda\w*|qui"
    r"|serve|volstaat)\b)"
)
# "You can change your address there": what the customer does alone, where the verb stands last.
_DONE_ALONE = Expression(
    r"(?:(?!\b(?:wir|ich|dann|wij|we|ik)\b)[^.!?\n]){0,60}\b"
    r"(?:andern|aktualisieren|prufen|anpassen|hinterlegen|behalten|mitnehmen|mitbringen|vorzeigen"
    r"|vorlegen|bereithalten|bereitlegen|dabeihaben|bereit halten|ubertragen|wijzigen"
    r"|aanpassen|veranderen)\b"
)
# "You'll get an e-mail": what comes to the customer.
_COMES = Expression(r"\b(?:you'll|you will|you'd|you should|it'll|they'll)(?: \w+)? $")
_BRANDS_OWN = Expression(r"\b(?:our|ours|unsere?r?|notre|nuestr[ao]|nosso|nossa|nostr[ao]|onze?)(?: \w+)? $")
_OPEN = (
    r"(?:here|below|underneath|in this thread|in the (?:thread|replies|comments)|publicly|in public"
    r"|(?:under|underneath|beneath|below) (?:this|the) (?:post|tweet|thread|message|reply|comment)"
    r"|under(?:neath)? this(?=[,.!]| and)|(?:in|into|as) (?:a|the|your)(?: next)? (?:comments?|reply|tweet|post)|(?:on"
    r"|to) (?:this|the) thread"
    r"|to this (?:tweet|post)|auf diesen (?:tweet|post|beitrag)|a ce (?:tweet|message|post)|a este (?:tuit|tweet"
    r"|mensaje|post)"
    r"|in a (?:tweet|post)|in einem (?:tweet|post|kommentar)|offentlich|als antwort|dans un (?:tweet|post"
    r"|commentaire)"
    r"|en public|en reponse|en un (?:tuit|tweet|post|comentario)|en abierto|en publico|num (?:tuite|tweet|post"
    r"|comentario)"
    r"|em publico|hier(?:unter|onder)?|drunter|darunter|in den kommentaren|als kommentar|unter (?:diesem|dem) (?:post"
    r"|tweet|beitrag)"
    r"|ici|(?:ci-|en |la-)?dessous|en commentaire|sous ce (?:post|tweet|message)|por aqui|aqui|abajo|abaixo"
    r"|en (?:los )?comentarios"
    r"|nos comentarios|neste post|en este hilo|qui sotto|qui(?=[.,!?;]|$)|nei commenti|in de reacties)\b"
)
# Words that set a private way aside, or name the thread as the place to answer.
_IN_THE_OPEN = Expression(
    r"\b(?:no need (?:to|for a?)|don't (?:need to|have to|bother)|(?:instead of|rather than)(?: a)?"
    r"|not (?:by|in|via)|keine?|nicht|pas (?:besoin )?(?:de|en)|sans|sin|no hace falta|sem|nao precisa)"
    r"[^.!?,;]{0,25}?\b(?:dms?|direct messages?|private|message|direktnachricht|pn|mp|md|mensaje|privado|mensagem"
    r"|inbox)\b"
    rf"|\b{_OPEN}(?!:)"
)
_VERBS_OF_TELLING = (
    r"(?:reply|respond|answer|post|drop|leave|type|comment|tell (?:us|me)|write|pop|put|share|give (?:us|me)|send|add"
    r"|shout|stick|hang|snap|bung|chuck|jot|paste|copy|tweet|show (?:us|me)|spell|quote|list|let (?:us|me) (?:know"
    r"|have)"
    r"|schreib\w*|poste\w*|schick\w*|gib|geben|gebt|nenn\w*|tipp\w*|setz\w*|stell\w*|verrat\w*|antworte\w*"
    r"|kommentier\w*|sag\w*|donne[zr]?|envoye[zr]|dites|tape[zr]|indique[zr]?|mett\w+|laisse[zr]?|ecri[vr]\w+"
    r"|recopie[zr]?|note[zr]?|poste[zr]|repond(?:e?[zs]|re)|precise[zr]?|glisse[zr]?|colle[zr]?|partage[zr]?"
    r"|pon|ponga\w*|ponnos|envi[ae]\w*|mand[ae]\w*|contesta\w*|dinos|diga\w*|deja\w*|escrib\w+|pasa\w*"
    r"|comparte\w*|cuelga\w*|deixe\w*|escreva\w*|respond[ae]\w*|coloque\w*|passe\w*|partilhe\w*|ponha\w*)"
)
_INTO_THE_OPEN = Phrases(
    rf"\b{_VERBS_OF_TELLING}\b(?:[^.!?]|(?<= no)\.){{0,80}}"
    rf"\b{_OPEN}(?!:| via| by| in (?:a )?(?:dm|direct|private))"
)
# "Right here is fine", "street and bell below, then we ask": the thread named as the place, without a verb.
_HERE_WILL_DO = Phrases(
    r"\btweet (?:it|them|that|us)\b|"
    rf"\b{_OPEN}(?: is| works| will do| would do|'s)(?: just| absolutely)?"
    r" (?:fine|ok|okay|perfect|great|enough|best|easiest|quickest|good|nicely|the trick)\b"
    r"|\b(?:below|underneath|in this thread|in the (?:replies|comments)|hier drunter|darunter|drunter"
    r"|(?:ci-|en )dessous|aqui abajo|(?:quick|straight|right|kurz|einfach|juste|justo) (?:here|hier|ici|aqui))"
    r",? (?:and|then|so|dann|und|et|puis|y|e) (?:we|i|wir|ich|nous|on|fragen|schauen|lo|la|le|vemos|miramos)\b"
)
# The words before a verb that make a request of it, and those that make it the brand's own promise.
_REQUEST_BEFORE = Expression(
    r"(?:^|[.!?:;,-] ?|\b(?:please|pls|just|simply|kindly|and|then|or|so|you|then|only|quickly|maybe|it|bitte|einfach"
    r"|kurz|doch|und|por favor|plait|svp|veuillez|pouvez|vous|nous|puedes?|podrias?|pode(?:ria)?|de|le|nos|me|e|y|et"
    r"|sie|du) )$"
)
_OWN_PROMISE = Expression(r"\b(?:we|i|they|wir|ich|nous|on)(?:'ll| will|'re going to| can| shall| werden?| va)\b[^,]*$")
_MAIL = Expression(r"\w@\w[\w-]*\.\w")
# Private ways at whose end nobody reads.
_WITHOUT_A_PERSON = Expression(
    r"\b(?:in (?:the|our) app|log ?in|sign ?in|(?:log|sign)(?:ging|ning)? ?in (?:to|on|at|and|here|there|via|through"
    r"|first)"
    r"|(?:in|im|dans|en|na|nel) (?:your|ihrem|deinem|votre|tu|su|sua|suo|uw) (?:kundenkonto|account|konto"
    r"|espace client|compte"
    r"|espace|cuenta|conta)|kundenkonto)\b"
)
# Questions that a reply may ask in the open, and things among them that identify all the same.
_HARMLESS = Expression(
    r"\b(?:(?<!see )(?<!you )(?<!check )(?<!wir )(?<!nachsehen )(?<!verrons )(?<!vemos )(?<!vejo )(?:if"
    r"|whether|ob|si)|how (?:it|that|you|things)|what (?:happened|happens|went|you|the (?:screen|error|display))"
    r"|(?:which|what|welche\w*|quel\w*|que|cual|qual) (?:\w+ ){0,2}(?:branch|shop|store|restaurant|hotel|museum|gym"
    r"|colou?r"
    r"|size|flavour|model|version|browser|device|phone|app|city|town|village|area|region|stop|station|line|route|day"
    r"|time|dish|film|song|game|level|product|item|one|filiale|laden|farbe|grosse|stadt|magasin|ville|couleur"
    r"|taille|tienda|ciudad|color|talla|loja|cidade|cor|tamanho)"
    r"|photos?|pictures?|foto\w*|feedback|story|stories|recipes?|ideas?|thoughts?|questions?|experience|suggestions?"
    r"|favou?rites?|wishes|tips?|pics?)\b"
)
_IDENTIFYING = Expression(
    r"\b(?:box(?:es)?|(?:you|you're) (?:typ(?:e|ed|ing)|enter(?:ed)?|log|sign)|with capitals|capitals and|wallet"
    r"|digits?|numbers?|letters|characters|(?:bar)?codes?|figures|inbox|e-?mail|mail|names?|surname|born"
    r"|address|street|house|door|flat|doorbell|postcode|post code|zip|licen[cs]e|passport|card|account|log-?ins?"
    r"|user ?name|booking|reservation|order|reference|ref|e-?tickets?|tickets?|confirmation|label|badge|contract"
    r"|plate"
    r"|policy|pin|password|receipt|invoice|nummer|adresse|name|strasse|ziffern|numeros?|lettres?|letras?|cartera"
    r"|portefeuille|carteira|nom|chiffres|nombre|direccion"
    r"|cifras|nome|morada|digitos)\b"
)
# A picture that everybody sees, and papers with a name or a number on them.
_PICTURE_IN_PUBLIC = Phrases(
    r"\b(?:photos?|snaps?|pictures?|pics?|screenshots?|selfies?|fotos?|bild|cliche|imagen"
    r"|imagem)\b[^.!?\n]{0,60}\b(?:tag us|tweet|mention us|post (?:it|them)"
    r"|here|below|in (?:a |the )?(?:reply|thread)|markier\w*|hier|darunter|taguez|ici|etiquet\w+|aqui|identifi\w+"
    r"|marque-nos)\b"
)
_PAPERS = Phrases(
    r"\b(?:(?:bank|credit|debit|money|loyalty|membership|id) cards?|cards?|passports?|e?-?tickets?|licen[cs]es?"
    r"|bills?|statements?|invoices?|labels?|contracts?"
    r"|boarding pass|karten?|ausweis|rechnung|vertrag|carte|facture|passeport|tarjeta|factura|pasaporte|cartao"
    r"|fatura|passaporte)\b"
)
# Things that identify and are seldom asked for in public, in a question or a request to tell the brand.
_HELD_THINGS = (
    r"(?:codes?|inbox|mailbox|booking|reservation|reference|confirmation|contract|policy|pin|passwords?|passport"
    r"|licen[cs]e|cards?"
    r"|account|log-?in|user ?name|handle|post ?code|zip|surname|birthday|born|receipt|invoice|statement|badge|iban"
    r"|digits"
    r"|characters|house number|e-?mail address|phone number"
    r"|buchung|reservierung|bestatigung|vertrag|passwort|ausweis|karte|konto|rechnung|beleg|geburtstag|geboren"
    r"|postleitzahl"
    r"|reservation|contrat|mot de passe|passeport|compte|facture|recu|naissance|nee?"
    r"|reserva|contrato|contrasena|pasaporte|tarjeta|cuenta|factura|recibo|nacimiento|apellidos"
    r"|senha|passaporte|cartao|conta|fatura|nascimento|apelido)"
)
_HELD_QUESTION = Phrases(
    r"(?:\b(?:what|which|whose|welche\w*|quel\w*|cual|qual)(?:'s| is| are| was| ist| est| es| e)?"
    r" (?:(?:the|your|that|ihre?|deine?|die|der|votre|ta|le|la|tu|su|el|a sua|o seu|a|o) )?(?:\w+ ){0,2}"
    r"|\b(?:who|whose|wer|auf wen|qui|quien|quem)\b[^.!?\n]{0,40}?"
    r"|\b(?:could you|can you|would you|will you|may (?:i|we)|do you (?:know|remember|mind)|mind|care to|any chance"
    r"|konnen sie"
    r"|konnten sie|kannst du|pouvez-vous|pourriez-vous|puedes|puede|podrias|podria|pode|podia)\b[^.!?\n]{0,20}"
    r"\b(?:tell|give|send|share|confirm|post|quote|read|say|spell|have|let|drop|pop|type|nennen|sagen|geben|schicken"
    r"|donner"
    r"|dire|envoyer|indiquer|decir|dar|enviar|indicar|dizer)\w*\b[^.!?\n]{0,60}?)"
    rf"\b{_HELD_THINGS}\b(?! (?:site|app|page|slot|reader|machine|desk|office|type|provider|company|system|tool"
    rf"|colou?r))"
    r"(?:(?!\b(?:or|oder|ou|o)\b)[^.!?\n]){0,80}\?"
)
_TO_US = Phrases(
    r"\b(?:(?:tell|give|send|read|show|hand|text|shoot|drop|ping|fire|spell|let) (?:us|me)(?: have| know| see)?"
    r"|(?:share|reply|answer"
    r"|respond|tweet|comment|quote|post|come back(?= (?:to us |here )?with\b))(?: back| us)?(?: with)?|(?:nenn|sag"
    r"|schick|gib|geb|schreib"
    r"|verrat)\w*"
    r" (?:sie |du )?(?:uns|mir)|(?:dites|donnez|envoyez|indiquez|precisez|ecrivez|communiquez)-(?:nous|moi)"
    r"|(?:di|da|pasa|manda|envia|indica|dinos|danos|pasanos|mandanos|envianos|diga|deme|digan)(?:nos|me)"
    r"|(?:diga|de|mande|envie|indique|passe)-(?:nos|me))\b"
    rf"[^.!?\n]{{0,60}}\b{_HELD_THINGS}\b"
)
# "Which phone do you have, and which version": the thing, and not the number by which it is called.
_PHONE = Expression(r"(?:phone|mobile|handy|telephone|portable|movil|celular|telemovel)")
_OF_A_PHONE = Expression(
    r"\b(?:version\w*|appli?|app|modele?|modelo|model|screen|battery|system|navegador|browser|update)\b"
)
# Things that the customer brings along, shows at a desk or types into a page.
_BROUGHT = Expression(
    r"\b(?:bring|bringing|apportez|munissez|presentez|trae|traiga|traer|lleva|lleve|traga|leve)\b[^.!?\n]{0,60}"
    r"|\b(?:have|bring|take|keep) (?:it|them|that) (?:with you|along|to hand)\b[^.!?\n]{0,90}"
    r"|\bhave (?:your|the) [^.!?\n]{0,40}\b(?:ready|to hand|at hand|with you)\b"
    r"|\b(?:enter|type|put|fill in|paste|show|scan|give|tell)\b[^.!?\n]{0,40}\b(?:into|on|in|at|to) (?:the"
    r"|our) (?:\w+ )?(?:page|box|search"
    r"|map|app|site|machine|desk|till|counter|gate|door|form|field|driver|crew|reception)\b"
    r"|\b(?:al (?:pagar|comprar|pedir)|en (?:la|el|nuestra) (?:web|app|pagina|formulario|carrito)|beim (?:bezahlen"
    r"|bestellen)"
    r"|im (?:warenkorb|formular|bestellfeld)|an der kasse|au moment de (?:payer|commander)|dans (?:le|votre) panier"
    r"|sur (?:le site|le formulaire|l'appli)|ao (?:pagar|comprar|encomendar)|no (?:carrinho|formulario|site"
    r"|checkout)|na app"
    r"|at (?:the )?checkout|in the (?:form|notes? (?:box|field)))\b[^.!?\n]{0,90}"
    r"|\b(?:tell|give|show) the (?:desk|driver|crew|reception|team|guide|till)\b[^.!?\n]{0,40}"
)
# The place of a thing that happened in public: "which street is it?", about holes in a road.
_PLACE_OF_EVENT = Expression(r"(?:which |what )?(?:street|road|village|building|square) (?:is|was) (?:it|this|that)$")
_DELIVERY = Expression(
    r"\b(?:deliver\w*|parcel|package|courier|driver|orders?|ordered|postman|box|shipment|engineer|technician"
    r"|my (?:house"
    r"|home|flat|door))\b"
)


def asks_identifiers(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Requests for what identifies the customer, in public and without a private way.

    Requests to answer in the open that do not say for what are held.
    """
    if context.private:
        return
    text = reading.words.text
    for start, end in _asked(text):
        if not _asked_of_nobody(text, start) and not (
            _is_no_home(text[start:end], reading, context) or _is_a_device(text, start, end) or _is_brought(text, start)
        ):
            if not _DONE_ALONE.match(text, end) and not private_way(reading):
                yield _finding("asks_identifiers", Outcome.BLOCK, reading, start, end)
            return
    said = " ".join(context.customer_words[-1:])
    for start, end in (*_into_the_open(text, context.kind), *_asks_for_things(text), *_shows_papers(text, said)):
        if not private_way(reading):
            yield _finding("asks_in_public", Outcome.HOLD, reading, start, end)
        return


def _finding(rule: str, outcome: Outcome, reading: Reading, start: int, end: int) -> Finding:
    place = reading.words.place(start, end)
    return Finding(rule, outcome, *place, (("words", reading.text[slice(*place)]),))


def _asked(text: str) -> Iterator[tuple[int, int]]:
    """The places of what is asked for: questions that mean nothing else, and nouns with a request beside them."""
    yield from (found.span() for found in tables.table("asks_who").finditer(text))
    nouns = list(tables.table("identifier").finditer(text))
    asked = tables.table("ask").finditer(text) if nouns else ()
    requests = [found.end() for found in asked if not _is_no_request(text, found.start())]
    for noun in nouns:
        start, end = noun.span()
        before = any(start - _NEAR <= place <= start and not _ENDS.search(text, place, start) for place in requests)
        if before or _ASKED_BEHIND.match(text, end):
            yield start, end


def _is_no_request(text: str, start: int) -> bool:
    """True for the name of a button, and for what comes to the customer by itself."""
    return text[start - 1 : start] in ("'", '"', "«") or _COMES.search(text, max(0, start - 20), start) is not None


def _is_no_home(asked: str, reading: Reading, context: CheckContext) -> bool:
    """True for the place of what happened in public, where nothing is brought to the customer."""
    if not _PLACE_OF_EVENT.search(asked):
        return False
    said = " ".join(context.customer_words[-1:]).lower()
    return not _DELIVERY.search(said) and not _DELIVERY.search(reading.words.text)


def _is_brought(text: str, start: int) -> bool:
    """True for what the customer shows at a desk or types into a page."""
    return any(one.start() <= start < one.end() for one in _BROUGHT.finditer(text))


def _is_a_device(text: str, start: int, end: int) -> bool:
    """True where the thing is asked for and not its number."""
    behind = _ENDS.search(text, end)
    rest = text[start : behind.start() if behind else len(text)]
    return _PHONE.search(text, start, end) is not None and _OF_A_PHONE.search(rest) is not None


def _into_the_open(text: str, kind: Kind) -> Iterator[tuple[int, int]]:
    """Requests to answer in the thread, but for what everybody may read."""
    told = ((True, found) for found in _INTO_THE_OPEN.finditer(text))
    for verb, found in (*told, *((False, found) for found in _HERE_WILL_DO.finditer(text))):
        start, end = found.span()
        if verb and (not _REQUEST_BEFORE.search(text[max(0, start - 20) : start]) or _OWN_PROMISE.search(text[:start])):
            continue
        if not _asked_of_nobody(text, _with_denial(text, end)) and not _is_harmless(text, start, end, kind):
            yield start, end


def _with_denial(text: str, end: int) -> int:
    """The end of a request with the denial behind it."""
    denied = _DENIED_BEHIND.match(text, end)
    return denied.end() if denied else end


def _shows_papers(text: str, said: str) -> Iterator[tuple[int, int]]:
    """Requests to post a picture of a card or a paper."""
    if _PAPERS.search(text) or _PAPERS.search(said.lower()):
        yield from (found.span() for found in _PICTURE_IN_PUBLIC.finditer(text))


def _asks_for_things(text: str) -> Iterator[tuple[int, int]]:
    """Questions and requests with something in them that may identify."""
    for found in (*_HELD_QUESTION.finditer(text), *_TO_US.finditer(text)):
        if not _asked_of_nobody(text, found.end()) and not _OWN_PROMISE.search(text[: found.start()]):
            yield found.span()


def _is_harmless(text: str, start: int, end: int, kind: Kind) -> bool:
    """True where the request is for a choice, a picture or a story, and nothing near it identifies."""
    sentences = [0, *(found.end() for found in _ENDS.finditer(text, 0, start))]
    before = sentences[-2] if len(sentences) > 1 else 0
    behind = _ENDS.search(text, end)
    passage = text[before : behind.end() if behind else len(text)]
    if _IDENTIFYING.search(passage):
        return False
    return kind in (Kind.PRAISE, Kind.CHATTER) or _HARMLESS.search(passage) is not None


def private_way(reading: Reading) -> bool:
    """True when the reply names a private way, and does not ask for the answer in the open all the same."""
    text = reading.words.text
    if links_in(reading.text) or _MAIL.search(text):
        return True
    if not tables.table("private_way").search(text):
        return False
    into = _INTO_THE_OPEN.search(text)
    passage = text[into.start() : into.end() + _NEAR] if into else ""
    if (
        into
        and tables.table("identifier").search(_ENDS.split(passage)[0])
        and not _NOT_ASKED.search(_clause(text, into.end()))
    ):
        return False
    return tables.table("private_way").search(_IN_THE_OPEN.sub(" ", text)) is not None


def names_a_contact(reading: Reading) -> bool:
    """True when the reply names a private way that leads to a person."""
    text = _WITHOUT_A_PERSON.sub(" ", reading.words.text)
    found = links_in(reading.text) or _MAIL.search(text) or tables.table("private_way").search(text)
    return bool(found) and private_way(reading)


def _asked_of_nobody(text: str, start: int) -> bool:
    """True for "please do not post your address" and "our address is …"."""
    clause = _PURPOSE.sub("", _clause(text, start))
    return _NOT_ASKED.search(clause) is not None or _BRANDS_OWN.search(clause) is not None


def _clause(text: str, end: int) -> str:
    """The clause before a place, at most 90 characters of it."""
    return _CLAUSE_ENDS.split(text[max(0, end - 90) : end])[-1]
