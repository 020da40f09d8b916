r"""Concepts: the problems that people report, whatever their words. "Can't get in" and "keeps logging me out" are one.

The tables are maintained by hand and apply to any trade. Each line of a concept is one way to say it, a regular
expression over lower-case words without handles, links, apostrophes and punctuation, in which

    ~           stands for up to three other words and the spaces around them
    NOT(x)      is "can't x", "won't x", "unable to x", "problems x", with up to three words in between
    NAME        in capitals is one of the sets of words below
"""

import re
from functools import cache
from pathlib import Path

from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.triage.lexicon import Cue, Lexicon
from mentiondesk.triage.loading import sections
from mentiondesk.triage.phrases import search
from mentiondesk.triage.reading import words_of
from mentiondesk.triage.words import read

_SETS = {
    "LOGIN": r"(?:(?:log|sign)(?:ged|ging|ed|ing|s)? ?(?:back )?(?:in|on|into)|login|signin)",
    "PAYMENT": r"(?:payments?|cards?|paypal|checkout|transactions?|purchases?|apple pay|google pay|direct debit)",
    "MESSAGE": r"(?:codes?|emails?|mails?|texts?|otp|sms|confirmations?|notifications?|verification)",
    "PLAYED": r"(?:music|songs?|tracks?|videos?|sound|playback|streams?|audio|episodes?|podcasts?|playlists?|it)",
    "LINE": r"(?:internet|wi ?fi|broadband|networks?|signal|connection|service|reception|coverage|data|landline)",
    "UTILITY": r"(?:power|electric\w*|water|gas|heating|hot water)",
    "ASK": r"(?:reach|get through|get hold|get a hold|speak|talk|contact)",
    "UNABLE": r"(?:cant|cannot|unable to|not able to|couldnt|let me|let us)",
    "UNSENT": r"(?:never|not|isnt|arent|wont|doesnt|dont|didnt|hasnt|havent)",
    "PARCEL": r"(?:orders?|parcels?|packages?|delivery|food|driver|stuff|refund|bags?|luggage|items?|mail|courier|bus)",
    "GOT": r"(?:all|is|are|was|were|got|have been|has been|just|now|completely)",
    "PLAN": r"(?:paid|pay|paying|premium|subscri\w+|member\w*|plan|renewed)",
    "SELF": r"(?:itself|themselves|by itself|its own|immediately|instantly|straight away|unexpectedly|randomly)",
}
_NOT = (
    r"(?:cant|cannot|can not|can no longer|couldnt|could not|unable to|not able to|wont|will not|would not|wouldnt|"
    r"doesnt|dosent|does not|didnt|did not|isnt|is not|aint|arent|are not|wasnt|hasnt|havent|has not|have not|dont|"
    r"not|never|no longer|refus(?:es?|ed|ing) to|fail(?:s|ed|ing)? to|stopped|impossible to|struggl\w+ to|"
    r"(?:trouble|problems?|issues?|difficult\w+)(?: with)?|(?:wont|doesnt|not|cant) (?:let|allow)\w* \w+)"
)

# The more specific concepts come first.
_PHRASES = {
    "cannot log in": r"""
        NOT(get (?:back )?into) (?:my|our|the|your)
        (?:logged|signed|kicked|thrown|booted|chucked) (?:right |straight |back )?out
        (?:no way|neither|nobody|none of us|nobody can|trying)~LOGIN
        (?:LOGIN|password)~(?:loop\w*|trouble|nope|nothing|no joy|no luck|spins|forever|gr[ae]yed out)
        (?:trying|tried|need|want)~(?:get|back) (?:in|into) (?:to )?my account
        NOT(LOGIN)
        NOT(access|get (?:back )?(?:in|into))(?: my| our| the| any)?(?: \w+)? (?:accounts?|profile)
        NOT(get|getting) (?:back )?in
        (?:log|sign|kick|boot|throw)\w* (?:me|us|my \w+|everyone|him|her|people|itself) (?:\w+ )?(?:out|off)
        (?:been|got|get|getting|gets|keeps?|automatically|randomly|suddenly) (?:logg|sign|kick|boot)\w+ (?:out|off)
        (?:LOGIN|password|passcode|authentication|2fa|two factor|credentials)~(?:fail\w*|errors?|broken|not|down)
        (?:LOGIN|password|passcode|authentication|2fa|two factor|credentials)~(?:wont|doesnt|isnt|issues?|problems?)
        (?:LOGIN|password|passcode|credentials)~(?:incorrect|wrong|invalid|reject\w*|refus\w*|loop\w*|impossible)
        (?:wrong|incorrect|invalid|reject\w*|refus\w*|not recogni\w+|doesnt recogni\w+)~(?:password|LOGIN|credentials)
        (?:wont|not|doesnt) accept\w*~(?:password|passcode|login|credentials|username)
        locked (?:me |us )?out
        no (?:puedo|me deja|consigo) (?:entrar|iniciar|acceder|conectarme)
        (?:einloggen|anmelden|anmeldung|login)~(?:nicht|fehlgeschlagen|unm[öo]glich)
        (?:nicht|nicht mehr) (?:einloggen|anmelden)
        (?:impossible|pas|plus) (?:de )?(?:me )?connecter
        n[ãa]o consigo (?:entrar|acessar|logar)
    """,
    "payment fails": r"""
        PAYMENT~(?:fail\w*|declin\w+|reject\w*|refus\w+|wont|not|didnt|doesnt|isnt|errors?|invalid|bounc\w+)
        (?:declin|reject|refus)\w+~PAYMENT
        (?:cant|cannot|unable to|couldnt|let me) check ?out
        NOT(pay|paying|purchas\w+|subscrib\w+|renew|upgrade|buy|reorder)
        NOT(accept|take|process|add|update|change|use|save|go) (?:\w+ )?PAYMENT
        (?:pago|tarjeta|zahlung|karte|paiement|carte|pagamento)~(?:rechazad\w+|abgelehnt|refus\w+|recusad\w+|no|nicht)
    """,
    "paid, not recognised": r"""
        PLAN~(?:still|not|isnt|no|nothing|never|didnt|hasnt|doesnt)
        (?:no|not|without|no longer|lost|wheres|where is|where did)~(?:premium|subscription|membership)
        (?:went|gone|turned|changed|put|reverted|switched|back)~(?:to|into|on) (?:the |a )?free
        downgrad\w*
        PLAN~(?:\w+ ){0,4}?(?:as|to|on|its|im|a) free
        PLAN~(?:\w+ )?(?:ads|adverts?|expired|revert\w*)
        (?:premium|subscription|membership|plan)~(?:gone|lost|vanish\w*|disappear\w*|removed|stripped|inactive)
        (?:premium|subscription|membership|plan)~UNSENT~(?:recogni\w+|show\w*|activ\w+|there)
        (?:still|now|back|suddenly|says im|says i am|treat\w*|thinks)~(?:ads|adverts?|not premium|not subscribed)
        (?:now|back|suddenly|says im|says i am|treat\w*|thinks)~free (?:account|user|plan|version|tier|member\w*)
        (?:lost|took|remov\w+) (?:\w+ ){0,2}?(?:premium|subscription|membership)
    """,
    "charged wrongly": r"""
        (?:charged|billed)(?: \w+){0,3} (?:and|but)
        money (?:is )?(?:gone|taken|back)
        why~(?:charge|charged|charging|bill|billed)
        (?:over|double) ?(?:charg|bill)\w*
        (?:charged|billed|debited)~(?:twice|again|two|double|three|times|extra|wrong\w*|for nothing|still)
        (?:taken|took|take|takes|taking)~(?:money|payments?|cash|funds)
        (?:two|three|double|duplicate|multiple|unauthori[sz]ed|unknown) (?:payments|charges|transactions?)
        still (?:being |getting )?(?:charged|charging|billed)
    """,
    "hacked": r"""
        hack(?:ed|er|ers|ing)?
        hijack\w*
        compromised
        (?:someone|somebody|stranger)~(?:my account|using my|logged in)
        data (?:breach|leak)
    """,
    "crashes": r"""
        crash\w*
        force closes
        (?:keeps?|kept) (?:on )?(?:closing|quitting|shutting|exiting|restarting|rebooting)
        (?:closes|shuts|quits|exits|closing|restarts|reboots)(?: down)?(?: \w+)? (?:SELF|as soon as|every time|whenever)
        kicks me (?:back )?to (?:the|my) home
        se (?:cierra|cuelga)
        st[üu]rzt (?:\w+ )?ab
        abgest[üu]rzt
        plante
    """,
    "no sound": r"""
        no (?:sound|audio|volume)
        (?:is|are|gone|goes|went|all|completely) silent
        NOT(hear)
        (?:hear|plays|playing) nothing
        (?:goes|gone|then|went|is) (?:quiet|silence)
        (?:sound|audio|volume)~(?:gone|missing|cut\w*|dead|lost|disappear\w*)
    """,
    "won't play": r"""
        (?:nothing|no \w+|neither) (?:will |would |gets? |is )?(?:play|playing|plays)
        (?:press|hit|push|click|tap)\w* play
        (?:chopp\w+|stutter\w*)
        PLAYED~(?:ends?|ended|dies|died|hangs|gr[ae]yed out|not available|unavailable)
        NOT(play(?:s|ed|ing|back)?|stream(?:s|ing)?|watch|listen)
        buffer\w*
        skip(?:s|ping)
        PLAYED~(?:stop|paus|cut|skip|stutter|jump|interrupt|drop)(?:s|e|es|ed|p?ping|p?ped|ting|ing|ters|tering)?
        (?:keeps?|kept) (?:on )?(?:stopp|paus|cutt|skipp|stutter|jump|interrupt)\w+
        cut(?:s|ting)? (?:in and )?out
        (?:stops|pauses|stopped|pausing|stopping)~(?:after|every|mid\w*|half ?way|middle|SELF|second)
        (?:se para|no suena|no reproduce)
        (?:stoppt|spielt nicht|pausiert)
        sarr[êe]te
    """,
    "won't load": r"""
        (?:nothing|neither|hardly|not one|not a single)~(?:loads?|loading|opens?)
        (?:been|still|always|just|everything) (?:loading|spinning|spins|loads)
        (?:screen|page|window|everything|app)(?: (?:is|stays?|just|a|all|gone)){0,3} (?:black|white|gr[ae]y|blank|empty)
        reach the (?:server|site|page)
        NOT(load(?:s|ing|ed)?|open(?:s|ing)?|launch\w*|start(?:s|ing)?(?: up)?|boot\w*|display\w*|come up)
        (?:blank|white|black|gr[ae]y|empty) (?:screen|page)
        (?:spinning|endless\w*|infinite\w*|perpetual\w*) (?:\w+ )?(?:wheel|circle|load\w*)
        spinner
        load(?:s|ing)? (?:forever|screen|circle|symbol|wheel|icon)
        (?:keeps?|just|stuck|forever)(?: on)?(?: the)? load(?:s|ing)?
        NOT(get|getting|bring) (?:it |the \w+ |my \w+ )?(?:to )?(?:open|load|start|up)
        past the (?:\w+ )?(?:logo|splash|start|loading|opening)(?: screen)?
        no (?:carga|abre|me abre|se abre)
        (?:l[äa]dt|[öo]ffnet|startet) (?:\w+ )?nicht
        ne (?:charge|souvre|d[ée]marre) (?:pas|plus)
        n[ãa]o (?:abre|carrega)
    """,
    "frozen": r"""
        fro?ze\w*
        freez\w*
        (?:is|are|was|gets?|been|its|completely|just|still) stuck
        stuck (?:on|at|in|loading)
        unresponsive
        stop(?:s|ped)? respond\w*
        not respond\w*
        hangs
        hanging
    """,
    "down": r"""
        (?:is|are|was|were|be|has|its|gone|goes|going|went|been|completely|totally|currently)~downEND
        (?:servers?|site|app|website|systems?|service|apis?|networks?|banking|everything|whole)(?: \w+)? down(?! to\b)
        down (?:for (?:anyone|everyone|me|you|anybody|maintenance|hours)|again|today|right now|atm|everywhere|in \w+)
        outages?
        (?:servers?|systems?) (?:issues?|problems?|errors?|trouble|crash\w*|dead|failures?)
        (?:se ha )?ca[íi]d[oa]s?
        st[öo]rung
        en panne
        fora do ar
    """,
    "no connection": r"""
        NOT(get|go) online
        emergency calls only
        zero (?:bars|LINE)
        NOT(connect(?:s|ed|ing|ion)?)
        no LINE
        disconnect\w*
        LINE~(?:dropp?(?:s|ing|ed)?|out|lost|dead|cut\w*|gone|intermittent|unstable)
        (?:lost|losing|loses) (?:the |my |our |all )?LINE
        (?:says|saying|showing|shows|appears?|im|its|keeps?|goes|going|went|currently)~offline
        (?:sin|kein|keine|pas de|sem) (?:internet|servicio|netz|empfang|conexi[óo]n|r[ée]seau|sinal|verbindung)
    """,
    "no power": r"""
        power (?:\w+ )?(?:cuts?|out|outages?|failures?|down|off)
        (?:no|without) UTILITY
        (?:black|brown) ?outs?
    """,
    "code or email does not come": r"""
        NOT(get|gets|getting|got|receiv\w+|send\w*|sent)~MESSAGE
        no (?:\w+ )?MESSAGE~(?:received|arriv\w+|came|come\w*|sent)
        MESSAGE~UNSENT(?: \w+)? (?:com\w+|came|arriv\w+|receiv\w+|deliver\w*|sent|send\w*|through)
    """,
    "cancelled": r"""
        (?:been|got|was|were|is|are|just|being|getting|gets|have|has|you|they)(?: \w+)? cancell?ed
        cancell?ed (?:flights?|trains?|orders?|services?|trips?|rides?|on (?:me|us))
        cancellations?
    """,
    "delayed": r"""
        delay\w*
        (?:hours?|minutes?|mins?|hrs?|days?|weeks?) (?:late|behind)
        running late
        overdue
        behind schedule
        held up
        stuck (?:on|at|in) (?:the |a )?(?:tarmac|plane|train|station|airport|platform|depot|runway|gate)
        (?:retrasad\w+|versp[äa]t\w+|retard|atrasad\w+)
    """,
    "not delivered": r"""
        (?:no|lost) (?:delivery|deliveries)
        (?:orders?|delivery|parcels?|packages?|tracking|driver|courier)~(?:late|lost|stuck|missing|never|not|hasnt)
        (?:says?|said|marked|shows?)(?: as)? delivered
        (?:waited|waiting|stayed|sat) (?:in|at home)
        (?:was|were|is) due (?:yesterday|today|on|last|days?)
        still (?:waiting (?:for|on)|nothing)
        NOT(arriv\w+|deliver\w*|turn(?:ed)? up|show(?:ed|n) up|dispatch\w*|shipped|moved)
        (?:wheres|where is|where are|where the hell is) (?:my|our) (?:\w+ )?PARCEL
        UNSENT(?: \w+)? (?:come|came|received?|got)~(?:order|parcel|package|delivery)
        (?:lost|missing) (?:parcel|package|order|bags?|luggage|items?)
        (?:pedido|paquete|paket|lieferung|colis|commande|encomenda)~(?:no|nicht|pas|n[ãa]o|nunca|nie|jamais)
    """,
    "missing": r"""
        (?:my|the|our|all|whole|saved|your|every) (?:\w+ ){1,3}?(?:gone|deleted|blank|empty|erased|wiped)
        (?:\w{3,}s|library|history|everything|account|collection|money)(?: GOT)? (?:gone|deleted|wiped|erased|empty)
        (?:wheres|where is|where are|where the hell is|where have) (?:all )?(?:my|our)
        (?:lost|ate|emptied|deleted|wiped|erased) (?:its|my|our|his|her|their)
        (?:dont|do not|doesnt) have (?:any|a single)~(?:left|anymore|yet)
        empty (?:library|list|account|basket|cart|inbox|calendar)
        (?:bring|get|give|want|need)~(?:my|our|the) (?:\w+ ){1,3}?back
        (?:bring back|restore)
        none of (?:my|our|the)
        (?:no|zero|0) (?:saved )?(?:songs?|playlists?|albums?|photos?|messages|contacts|orders|history|bookings?)
        (?:has|have|had|is|are|was|were|got|been) (?:lost|emptied|reset)
        disappear\w*
        vanish\w*
        (?:is|are|all|has|have|been|now|suddenly|was|were|theyre|completely)(?: \w+)? (?:gone|empty|blank)(?! \w+ing)
        (?:is|are|all|has|have|been|just|now|was|were|completely)(?: \w+)? (?:wiped|deleted|erased|lost|removed)
        (?:lost|deleted|wiped|erased|removed)(?: \w+)? (?:all|my|every\w*|our|half)
        where (?:did|have|has|are|is|do)(?: all)? (?:my|our|the)~(?:go|gone)
        missing(?! out)
        NOT(find|see|seeing|showing|show(?: up)?|appear\w*|there(?: anymore| any more)?)
        (?:showing|shows?|says) (?:up )?(?:as )?(?:empty|nothing|blank|zero|0)
        desaparec\w+
        (?:sind|ist|alle) (?:\w+ )?(?:weg|verschwunden)
        disparu\w*
        sumi\w+
    """,
    "not saving or syncing": r"""
        NOT(sync(?:s|ing|ed)?|updat(?:e|es|ing)|refresh\w*|sav(?:e|es|ed|ing)|download\w*|upload\w*|post(?:s|ing)?)
    """,
    "search fails": r"""
        search\w*~(?:not|doesnt|isnt|broken|fail\w*|nothing|wont|empty|errors?)
        no (?:search )?results
        NOT(search\w*)
    """,
    "error message": r"""
        (?<!no )(?<!any )errors?
        something went wrong
        code \d+
        40[0134]
        50[0-4]
        unavailable
        try again later
    """,
    "slow": r"""
        (?:so|very|really|super|too|painfully|extremely|incredibly|is|are|its|been|running|awfully) slow
        slow(?:er|ly|ness)
        lag(?:s|gy|ging)?
        sluggish
        time(?:d|s)? ?out
        timing out
        tak(?:es|ing) (?:ages|forever|so long|too long|hours)
    """,
    "nobody answers": r"""
        on hold
        NOT(ASK) (?:\w+ )?(?:to|of|you|anyone|anybody|support|by)
        (?:nobody|no one|no body) (?:\w+ )?(?:answer|pick|respond|repl)\w*
        phone lines?
    """,
    "makes people ill": r"""
        (?:is|are|was|were|been|being|so|got|get|all|feel|feels|feeling|felt|violently) (?:sick|ill)(?! of)
        (?:vomit\w*|throwing up|threw up|diarrh\w+|stomach (?:cramps?|bug|ache|pains?))
        (?:found|find|finding)(?: \w+){1,3} (?:in|inside) (?:my|the|our)
        (?:raw|undercooked|pink) (?:inside|in the middle|chicken|meat|burger)
        food poison\w*
        (?:made|making|makes) (?:me|us|him|her|my \w+|people) (?:sick|ill)
        (?:mou?ldy?|rotten)
        (?:caught|catch\w*) fire
        burn(?:t|ed|ing) (?:me|my|us)
        smok(?:e|ing) (?:from|coming)
        (?:product|been|safety|a) recall(?:ed)?
    """,
    "not working": r"""
        UNABLE (?:even )?(?:make|use|do|send|transfer|access|book|order|join|move|call|check|withdraw)
        UNABLE (?:even )?(?:track|print|text|type|click|select|share)
        fix (?:the|this|that|your|ur|it|my)
        (?:since|after|with) (?:the|this|that|your|an?) (?:\w+ )?(?:update|upgrade|patch)
        (?:nothing happens|does nothing|do nothing|did nothing)
        (?:is|are|its|has|have|just|app|site|phone|service) (?:dead|died)
        (?:just|only) me or
        (?:is|are|has)~(?:just|only) (?:me|us|mine)
        (?:any|some)(?:one|body) elses?
        others too
        (?:something|anything|whats|what is) up with
        known (?:issues?|problems?)
        NOT(work(?:s|ed|ing)?|function\w*)
        (?:brok\w+|bust(?:ed)?|bugs?|bugg(?:ed|y)|glitch\w*|malfunction\w*|kaputt|wrecked|borked|unusable|useless)
        nothing works
        fail(?:s|ing|ed|ure)?
        (?:messed|screwed|stuffed|acting|playing) up
        (?:whats|what is|what|something|somethings) (?:\w+ )?(?:wrong|going on|happening|happened) (?:with|to)
        (?:issues?|problems?) (?:with|using|on|at|today|right now|atm|this)
        (?:having|experiencing|seeing|known) (?:\w+ ){0,2}?(?:issues?|problems?|trouble|difficult\w+)
        anyone else (?:having|experiencing|getting|seeing|unable|cant)
        no (?:me )?(?:funciona|va|sirve)
        (?:funktioniert|geht|gehen) (?:\w+ )?nicht
        (?:ne )?(?:marche|fonctionne) (?:pas|plus)
        n[ãa]o (?:funciona|est[áa] funcionando)
        non funziona
    """,
}
# Subjects: concepts that name a part of the service, in complaints and other posts alike.
_SUBJECTS = {
    "signing in": r"""
        (?:LOGIN|passwords?|credentials|authentication|2fa|(?:my|our) accounts?)
    """,
    "delivery": r"""
        (?:parcels?|packages?|couriers?|deliver\w*|tracking|dispatch\w*|shipp\w+|driver)
    """,
    "the connection": r"""
        (?:internet|wi ?fi|broadband|signal|router|mobile data|[345]g|no service)
    """,
    "travel": r"""
        (?:flights?|trains?|boarding|airport|gates?|platform|check ?in|departures?|luggage|bags?)
    """,
    "paying": r"""
        (?:PAYMENT|premium|subscri\w+|membership|bill(?:s|ed|ing)?|invoices?|charg(?:e|ed|es|ing)|refunds?|paid|paying)
    """,
}
ANY_BROKEN = "anything broken"
# General concepts and the narrower ones in each: people report one outage as "down", "won't load" and "crashes".
GENERAL = {
    ANY_BROKEN: frozenset(
        {
            "cannot log in",
            "crashes",
            "no sound",
            "won't play",
            "won't load",
            "frozen",
            "down",
            "no connection",
            "not saving or syncing",
            "search fails",
            "error message",
            "slow",
            "not working",
        }
    ),
    "reaching it": frozenset({"won't load", "crashes", "frozen", "down"}),
    "playback": frozenset({"won't play", "no sound"}),
    "signing in": frozenset({"cannot log in"}),
    "delivery": frozenset({"not delivered"}),
    "the connection": frozenset({"no connection", "down"}),
    "travel": frozenset({"delayed", "cancelled", "strike"}),
    "paying": frozenset({"payment fails", "paid, not recognised"}),
    "premises": frozenset({"closed"}),
    "prices": frozenset({"wrong price"}),
    "the water": frozenset({"water leak", "no water"}),
    "food": frozenset({"makes people ill"}),
}
# General concepts that name a part of the service, in complaints and other posts alike.
SUBJECTS = frozenset(GENERAL) - {ANY_BROKEN, "reaching it"}
# Matters of their own: a post that has one of them joins no incident about something else, whatever else it says.
APART = frozenset(
    {"charged wrongly", "refund", "staff", "hacked", "personal data shown", "makes people ill", "not solved"}
)
# Concepts that no incident is about.
MARKERS = frozenset({"refund", "staff", "not solved"})
# Terms that a signal has where it names no subject, and no failure.
NO_SUBJECT, NO_FAILURE = "no subject", "no failure"
FAILURES = (
    frozenset({*_PHRASES, "closed", "strike", "wrong price", "water leak", "no water", "personal data shown"}) - MARKERS
)
CONCEPTS = (*_PHRASES, *sorted(FAILURES - _PHRASES.keys()), *sorted(MARKERS), *GENERAL)
# Concepts that are often several small problems at once.
VAGUE = frozenset({ANY_BROKEN, "not working", "error message"})
# Failures that may be of anything: with a subject of another incident they are not a part of it.
ANYTHING_MAY = frozenset(
    {
        "won't load",
        "crashes",
        "frozen",
        "down",
        "error message",
        "slow",
        "not working",
        "missing",
        "delayed",
        "cancelled",
        "not saving or syncing",
        "search fails",
        "nobody answers",
        "code or email does not come",
    }
)
_HEADED = {
    "signing in subject": "signing in",
    "paying subject": "paying",
    "premises subject": "premises",
    "travel subject": "travel",
    "prices subject": "prices",
    "water subject": "the water",
    "food subject": "food",
    "connection subject": "the connection",
}

_SET = re.compile(r"\b(?:" + "|".join(_SETS) + r")\b")
_LACKS = re.compile(r"NOT\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")


def _expanded(line: str) -> str:
    line = _LACKS.sub(lambda lacks: rf"{_NOT}(?: \w+){{0,3}}? (?:{lacks[1]})", line)
    line = line.replace("~", r"(?: \w+){0,3}? ").replace("END", r"(?! (?:to|the|on|from|a|my|with|side|hill|load)\b)")
    return _SET.sub(lambda name: _SETS[name[0]], line)


def _compiled(lines: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(_expanded(line.strip()) for line in lines.strip().splitlines()) + r")(?!\w)")


_PATTERNS = {name: _compiled(lines) for name, lines in _PHRASES.items()}
_SUBJECT_PATTERNS = {name: _compiled(lines) for name, lines in _SUBJECTS.items()}


def concepts_in(text: str, raw: str = "") -> tuple[tuple[str, ...], str]:
    """The concepts of a plain text, the specific ones first, and the text without the words that matched them.

    The text is in lower case, words only, separated by single spaces.
    """
    found, rest = [], text
    for name, pattern in _PATTERNS.items():
        if pattern.search(rest):
            found.append(name)
            rest = pattern.sub(" ", rest)
    headings = tabled(raw or text)
    found += sorted(one for one in headings if one not in found and one not in _HEADED)
    if "the water" in {_HEADED.get(one) for one in headings} and "no power" in found:
        found.append("no water")
    subjects = {name for name, pattern in _SUBJECT_PATTERNS.items() if pattern.search(text)}
    subjects |= {_HEADED[one] for one in headings if one in _HEADED}
    found += [name for name, narrower in GENERAL.items() if name in subjects or not narrower.isdisjoint(found)]
    return tuple(dict.fromkeys(found)), rest


@cache
def _lexicon() -> Lexicon:
    lexicon = Lexicon(BrandWords())
    for heading, phrases in sections(Path(__file__).with_name("concepts.txt").read_text(encoding="utf-8")):
        for phrase in phrases:
            lexicon.add(phrase, Cue(heading, 1.0, "concepts"))
    return lexicon


def tabled(raw: str) -> set[str]:
    """The headings of the table of concepts whose phrases a text has."""
    words, _, _ = words_of(read(raw), _lexicon())
    return {cue.says for cue, _ in search(words)}


def related(one: str, other: str) -> bool:
    """True if people may report one problem by either concept."""
    return any({one, other} <= {name, *narrower} for name, narrower in GENERAL.items())
