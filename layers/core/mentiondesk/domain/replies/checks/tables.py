"""Tables of words for the checks: regular expressions over a reply in its plain spelling."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

from mentiondesk.domain.replies.checks.word_table import SignTable, WordTable, unaccented

# The tables that are compared with replies; that of harm is compared with what customers write.
_OF_REPLIES = (
    "apology", "ask", "asks_who", "blame", "danger", "guarantee", "identifier", "insult", "legal", "medical", "money",
    "private_way", "reassurance", "sarcasm", "still_looking",
)  # fmt: skip


@cache
def table(name: str) -> WordTable:
    """The whole words and phrases of a table."""
    return WordTable(lines_of(name), _places if name in _OF_REPLIES else None)


@cache
def placeholder_words() -> WordTable:
    """Placeholders that stand as words do."""
    return WordTable(_placeholder_words(), _places)


def _placeholder_words() -> Iterator[str]:
    return (line.removeprefix(r"\b") for line in lines_of("placeholder") if line.startswith(r"\b"))


@lru_cache(maxsize=64)
def _places(text: str) -> tuple[tuple[int, str], ...]:
    """The places where a line of any table matches. Remembered: few words of a reply stand in any, and each asks."""
    return _all_words().places(text)


@cache
def _all_words() -> WordTable:
    return WordTable((*(line for name in _OF_REPLIES for line in lines_of(name)), *_placeholder_words()))


@cache
def placeholder_signs() -> SignTable:
    """Placeholders in signs, which may touch words."""
    return SignTable(line for line in lines_of("placeholder") if not line.startswith(r"\b"))


def may_name_a_slot(text: str) -> bool:
    """A quick look for what every name of a slot holds."""
    return any(middle in text for middle in _MIDDLES_OF_SLOTS)


def lines_of(name: str) -> list[str]:
    """The lines of a table, without accents."""
    text = files("mentiondesk.domain.replies.checks").joinpath(f"words/{name}.txt").read_text(encoding="utf-8")
    return [unaccented(line) for line in text.split("\n") if line and not line.startswith("# ")]


# "Please do not post your address", "we have sent a new order number": nobody is asked.
NOT_ASKED = re.compile(
    r"\b(?:without|don't|do not|not|never|no need|avoid|remove|delete|hide|instead of)\b"
    r"|\b(?:nicht|kein|keine[nr]?|ohne|pas|sans|sin|sem|nao|jamas|nunca|senza|non|niet|geen|zonder)\b"
    r"|\b(?:modifier|changer|verifier|corriger|cambiar|modificar|actualizar|comprobar|revisar?|alterar"
    r"|mudar|atualizar"
    r"|verificar|cambiare|modificare|wijzig\w*|verander\w*) (?:\w+ ){0,2}$"
    r"|\b(?:our|the shop's|(?<!your )(?<!your full )(?<!what's the )(?<!what is the )(?<!what's your )new"
    r"|change|updated?|wrong|correct|check|reset|enter|add|added|sent|emailed) (?:\w+ ){0,2}$"
)
# "So that it does not happen again, …": the purpose of a request, which may be that something is not.
PURPOSE = re.compile(
    r"\b(?:so(?: that)?|to make sure|damit|sodass|pour (?:que|eviter)|afin (?:que|de)"
    r"|para(?: que)?|perche|affinche|zodat|om)"
    r"\b[^,.!?]{0,60},"
)
# Words after a noun that make a request of it: "your order number?", "the postcode, please".
ASKED_BEHIND = re.compile(
    r"[^.!?\n]{0,3}(?:\?|,? ?(?:please|pls|bitte|s'il vous plait|svp|stp|por favor|per favore|alstublieft"
    r"|aub|graag)\b"
    r"|(?:,| and)? (?:here|below|(?:would|will) (?:help|do|suffice)|[^.!?\n]{0,70}would do (?:the trick"
    r"|nicely)|(?:einfach|simply|just|simplement|simplemente|so|solo) [^.!?\n]{0,25}(?:darunter|hier"
    r"|antwort|here|below|reply|ici|reponse|aqui|respuesta|resposta)|is (?:all|missing|needed)|hier"
    r"|reicht|genugt|fehlt"
    r"|[^.!?\n]{0,70}\b(?:(?:is|are|will be|would be) (?:plenty|enough|all (?:we|i) need)|(?:we|i) need"
    r"|(?:we're|i'm|we are|i am) after"
    r"|(?:pop|drop|put|post|type|leave|add) (?:it|them|that|both) (?:in|on|under|to|as|here|below)"
    r"|reich(?:t|en)|genug(?:t|en)|suffi(?:t|sent|rait|raient)|basta(?:n|ria|rian|riam)?|chega(?:m)?|bastano|volstaa[nt])\b"
    r"|ici|suffit|manque|nous aiderait|aqui|basta|falta|nos ajuda\w*|qui|serve|volstaat)\b)"
)
# "You can change your address there": what the customer does alone, where the verb stands last.
DONE_ALONE = re.compile(
    r"[^.!?\n]{0,60}\b(?:andern|aktualisieren|prufen|anpassen|hinterlegen|wijzigen|aanpassen|veranderen)\b"
)
# The name of a slot of a template, as programs write it: COURIER_NAME, orderNumber.
NAME_OF_A_SLOT = re.compile(
    r"(?<![@#/\w.-])(?:[A-Z]{2,20}(?:_[A-Z]{2,20}){1,3}|[a-z]{2,20}(?:_[a-z]{2,20}){1,3}"
    r"|(?:first|last|customer|client|agent|user|order|product|store|tracking|delivery)(?:Name|Id|ID|Number|Date"
    r"|Link))(?![\w@.])"
)
_MIDDLES_OF_SLOTS = ("_", "Name", "Id", "ID", "Number", "Date", "Link")
BRANDS_OWN = re.compile(r"\b(?:our|ours|unsere?r?|notre|nuestr[ao]|nosso|nossa|nostr[ao]|onze?)(?: \w+)? $")
_OPEN = (
    r"(?:here|below|in this thread|in the (?:thread|replies|comments)|publicly|in public"
    r"|(?:under|underneath|beneath|below) (?:this|the) (?:post|tweet|thread|message|reply|comment)"
    r"|(?:in|as) (?:a|the|your) (?:comments?|reply)|(?:on|to) (?:this|the) thread"
    r"|hier(?:unter|onder)?|drunter|darunter|in den kommentaren|als kommentar|unter (?:diesem|dem) (?:post"
    r"|tweet|beitrag)"
    r"|ici|ci-dessous|en commentaire|sous ce (?:post|tweet|message)|por aqui|aqui|abajo|abaixo"
    r"|en (?:los )?comentarios"
    r"|nos comentarios|neste post|en este hilo|qui|qui sotto|nei commenti|in de reacties)\b"
)
# Words that set a private way aside, or name the thread as the place to answer.
IN_THE_OPEN = re.compile(
    r"\b(?:no need (?:to|for a?)|don't (?:need to|have to|bother)|(?:instead of|rather than)(?: a)?"
    r"|not (?:by|in|via))"
    r" ?(?:a )?(?:dm|direct message|private|message)\b"
    rf"|\b{_OPEN}(?!:)"
)
INTO_THE_OPEN = re.compile(
    r"\b(?:reply|respond|answer|post|drop|leave|type|comment|tell us|write|pop|put|share|give us|send|add"
    r"|schreib\w*|poste\w*"
    r"|schick\w*|gib|geben|donne[zr]?|envoyez|dites|tapez|ponga|pongan|envie\w*|manda\w*|type"
    r"|nenn\w*|indiquez|mettez|laissez|ecrivez|contesta\w*|pon|ponnos|dinos|deja\w*|indique|deixe|escreva|responda)\b"
    r"(?:[^.!?]|(?<= no)\.){0,80}"
    rf"\b{_OPEN}(?!:| via| by| in (?:a )?(?:dm|direct|private))"
)
# "Under guarantee", "a two-year guarantee": the paper that comes with a product. And what is said not to be one.
NO_GUARANTEE = re.compile(
    r"(?:(?:\b(?:not|cannot|never|no|without|unable to|nicht|keine?|pas|no podemos|nao|non|niet|geen)"
    r"|n't)\b[^.!?,]{0,25}"
    r"|\b(?:under|years?|months?|lifetime|product|manufacturer'?s|extended|your|the|of|its|maker's)[ -])$"
)
GUARANTEE_NOUN = re.compile(
    r" nicht(?=[,.!:;]| leider)| (?:period|card|claim|certificate|covers|applies|runs|ends|terms"
    r"|(?:kann|konnen) (?:ich|wir) (?:\w+ ){0,2}(?:nur|nicht|nichts|leider))\b"
)
# The noun, or the verb of the maker, and what shows that it is meant: for how long, and by whom.
GUARANTEE_OF_A_MAKER = re.compile(
    r"(?:guarantees?|warrant\w*|garantie|garantias?|garanzia|garantit|garantiza|garante|garantisce|garandeert"
    r"|garantiert)$"
)
MAKER_OR_YEARS = re.compile(
    r"\b(?:years?|months?|jahre?n?|monaten?|ans?|annees?|mois|anos?|meses|anni|mesi|jaar|maanden|manufacturer|maker"
    r"|hersteller\w*|fabricante?|produttore|fabrikant|receipt|kassenbon|ticket de caisse|recibo|fatura)\b"
)
# Offers and prices that hold for everybody.
FOR_EVERYBODY = re.compile(
    r"\b(?:for everyone|to everyone|pour tout le monde|a tout le monde|fur jeden|bei allen|para toda a gente|per tutti"
    r"|voor iedereen|gilt fur alle|sales?|black friday|outlet"
    r"|in (?:all|our|the|any) shops|online and|everything|everyone|everybody"
    r"|all \w+ (?:is|are)|(?:anyone|anybody) can|we (?:take|accept)|(?:todos os|todas as|a todos|para todo el mundo"
    r"|para todos|pour tous|fur alle|for all customers)\b|todos pueden|cualquiera puede|tout le monde peut"
    r"|jede[rs]? (?:kann|darf)"
    r"|alle konnen|qualquer pessoa pode|todos podem"
    r"|from (?:£|€|\$)|(?:above|over|orders of) (?:£|€|\$)|von \d+ bis \d+|ab \d+ ?(?:€|eur\w*)|des \d+|de \d+ a \d+"
    r"|a partir de|acima de|desde \d+|partir de \d+|vanaf|a partire da|schlussverkauf|ausverkauf|soldes"
    r"|rebajas|saldos"
    r"|saldi|uitverkoop|in jeder filiale|en boutique|en tienda|nas lojas|(?:depends|up) (?:on|to) your bank)\b"
)
# Offers that everybody has, said before the money that comes of them, and words to one person alone.
EVERYBODY = re.compile(
    r"\b(?:(?:everyone|everybody|anyone|anybody|(?:all )?(?:our )?customers) (?:can|may|is able to|are able to)"
    r"|(?:jede[rs]?|alle) (?:\w+ )?(?:kann|konnen|darf|durfen)"
    r"|(?:tout le monde|chacun|tous les clients) (?:peut|peuvent)"
    r"|(?:todos|todo el mundo|cualquiera) (?:pueden?)|(?:todos|qualquer pessoa|toda a gente) (?:podem?)"
    r"|(?:tutti|chiunque) (?:possono|puo)|iedereen (?:kan|mag))\b"
)
TO_YOU = re.compile(
    r"\b(?:you|your|ihnen|ihr|ihre[mnrs]?|dir|dein\w*|vous|votre|te|ti|usted|su|tu|lhe|seu|sua|le|suo|u|uw|je|jou\w*)\b"
)
# Vouchers that are sold, used, or not to be had; and one that is given.
VOUCHERS = re.compile(
    r"(?:vouchers?|coupons?|gift ?cards?|promo code|discount codes?|gutschein\w*|(?:bons?|code|cheque) "
    r"(?:d'achat|cadeau|promo|de reduction)|cheque|vale de|cupo\w+|(?:vale|bono|cheque) (?:regalo|de compra|descuento)"
    r"|vale (?:compras|desconto)|buono (?:regalo|sconto)|cadeaubon\w*)$"
)
SOLD = re.compile(
    r"\b(?:sells?|selling|buy|bought|on sale|redeem\w*|valid|expires?"
    r"|(?:don't|do not|can't|cannot) (?:do|offer|have|use)"
    r"|verkauf\w*|kaufen|einlos\w*|gultig|erhaltlich|vend(?:ons|emos|iamo|us)|achet\w+|utilis\w+|valables?"
    r"|valid[oae]s?|compr(?:ar|e|a)|canje\w+|acquist\w+|verkopen|kopen|inwissel\w*|inlever\w*|geldig)\b"
)
GIVEN = re.compile(
    r"\b(?:but|though|however|here(?:'s| is| are)|enjoy|(?:send|give|offer|add|pop|get|make) you|for you|on us"
    r"|aber|jedoch|hier ist|fur (?:sie|dich)|mais|voici|pour vous|pero|aqui (?:tiene|tienes|tem|esta)"
    r"|para (?:ti|usted|si)"
    r"|mas|porem|ma|ecco|per (?:lei|te)|maar|hierbij|voor (?:u|je))\b"
)
# A reply that leaves a question of health to those who know may name them.
DECLINES = re.compile(
    r"(?:\b(?:cannot|not able to|unable to)|n't(?: able to)?)\b[^.!?]{0,20}\b(?:advise|say|comment|tell|judge)\b"
)
REFERRAL = re.compile(
    r"\b(?:ask|see|speak (?:to|with)|talk to|consult|check with|contact) (?:a|your) (?:doctor|gp|pharmacist|nurse)"
    r"(?: or (?:a |your )?(?:doctor|gp|pharmacist|nurse))?"
)
# First advice to somebody who was hurt, or could be.
STOP_USING = re.compile(
    r"\b(?:stop (?:using|eating|drinking|wearing)|(?:don't|do not|please don't) (?:use|eat|drink|plug|switch|touch)"
    r"|unplug|switch (?:it|them) off|turn (?:it|them) off|throw (?:it|them) away"
    r"|nicht (?:mehr |weiter )?(?:benutzen|verwenden|essen|trinken|anschalten|einschalten|anfassen)"
    r"|(?:benutz|verwend|nutz|koch|trink|ess?)\w* (?:\w+ ){1,3}nicht (?:mehr|weiter)"
    r"|(?:zieh\w*|nehm\w*) (?:\w+ ){0,3}(?:stecker|vom strom|vom netz)|schalt\w* (?:\w+ ){0,2}(?:aus|ab)"
    r"|n'utilisez (?:plus|pas)|ne (?:l'|les? |la )?(?:utilisez|mangez|branchez|buvez) (?:plus|pas)"
    r"|debranchez|arretez de"
    r"|(?:deja|deje|dejad) de (?:usar|utilizar|comer|beber)|no (?:l[oa]s? )?(?:uses?|utilices?|comas?)|desenchuf\w+"
    r"|desconect\w+|(?:pare|deixe|parem) de (?:usar|utilizar|comer|beber)|nao (?:o |a )?(?:use|utilize|coma)|desligue"
    r"|smetta di|non (?:l[oa] )?(?:usi|usare)|stacchi|niet meer (?:gebruiken|eten|drinken)|stekker eruit)\b"
)
SARCASTIC_PICTURES = re.compile("[🙄🤡💩🤦🖕😒🥱]")
