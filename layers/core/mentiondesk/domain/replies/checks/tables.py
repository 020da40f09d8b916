"""Tables of words for the checks: regular expressions over a reply in its plain spelling."""

from functools import cache
from importlib.resources import files

from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.word_table import Phrases, WordTable, unaccented

_WORDS = files("mentiondesk.domain.replies.checks").joinpath("words")


@cache
def table(name: str) -> WordTable:
    """The whole words and phrases of a table."""
    return WordTable(lines_of(name))


@cache
def load() -> None:
    """Makes every table: those made one by one would each have the first text read anew."""
    names = (file.name.removesuffix(".txt") for file in _WORDS.iterdir())
    for name in sorted(set(names) - {"README", "placeholder"}):
        table(name)
    placeholder_words()
    placeholder_signs()


@cache
def placeholder_words() -> WordTable:
    """Placeholders that stand as words do."""
    return WordTable(line.removeprefix(r"\b") for line in lines_of("placeholder") if line.startswith(r"\b"))


@cache
def placeholder_signs() -> Phrases:
    """Placeholders in signs, which may touch words."""
    return Phrases("|".join(line for line in lines_of("placeholder") if not line.startswith(r"\b")))


def may_name_a_slot(text: str) -> bool:
    """A quick look for what every name of a slot holds."""
    return any(middle in text for middle in _MIDDLES_OF_SLOTS)


def lines_of(name: str) -> list[str]:
    """The lines of a table, without accents."""
    text = _WORDS.joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return [unaccented(line) for line in text.split("\n") if line and not line.startswith("# ")]


# The name of a slot of a template, as programs write it: COURIER_NAME, orderNumber.
NAME_OF_A_SLOT = Expression(
    r"(?<![@#/\w.-])(?:FNAME|LNAME|CUSTNAME|ORDERNO|[A-Z]{2,20}(?:_[A-Z]{2,20}){1,3}|[a-z]{2,20}(?:_[a-z]{2,20}){1,3}"
    r"|(?:first|last|customer|client|agent|user|order|product|store|tracking|delivery)(?:Name|Id|ID|Number|Date"
    r"|Link))(?![\w@]|\.\w)"
)
_MIDDLES_OF_SLOTS = ("NAME", "NO", "_", "Name", "Id", "ID", "Number", "Date", "Link")
# "Under guarantee", "a two-year guarantee": the paper that comes with a product. And what is said not to be one.
NO_GUARANTEE = Expression(
    r"(?:(?:\b(?:not|cannot|never|no|without|unable to|nicht|keine?|pas|no podemos|nao|non|niet|geen)"
    r"|n't)\b[^.!?,]{0,25})$"
)
BEFORE_THE_NOUN = Expression(
    r"(?:\b(?:under|years?|months?|lifetime|product|manufacturer'?s|extended|your|the|of|its|maker's)[ -])$"
)
GUARANTEE_NOUN = Expression(
    r" nicht(?=[,.!:;]| leider)| (?:period|card|claim|certificate|covers|applies|runs|ends|terms"
    r"|(?:kann|konnen) (?:ich|wir) (?:\w+ ){0,2}(?:nur|nicht|nichts|leider))\b"
)
# "You'll definitely make it": a word of certainty beside what will be, unless that is what the customer may feel or do.
_CERTAINLY = (
    r"(?:definitely|certainly|undoubtedly|surely|assuredly|positively|absolutely|guaranteed|for sure|for certain)"
)
CERTAIN_FUTURE = Phrases(
    rf"\b(?!we\b|i\b)[a-z]+(?:'ll| will| won't| shall|(?: is|'s| are|'re) (?:going to"
    rf"|gonna))(?: be)? (?:\w+ ){{0,3}}?{_CERTAINLY}\b"
    r"(?! (?:be )?(?:love|like|enjoy|want|hear|miss|appreciate|remember|need|happy|glad|welcome|pleased|delighted"
    r"|chuffed"
    r"|find|recognise|notice|try|consider|worth|passed|shared?|told|raised?|mentioned|look\w*|considered))"
    rf"|\b{_CERTAINLY},? (?!we\b|i\b)(?:\w+ ){{1,4}}(?:will|won't|'ll)\b"
)
# Certainty in its shapes: no case in which it is not so, odds of nil, no perhaps, a stake, the last of something.
CERTAINTY = Phrases(
    r"\b(?:there is|there's|there exists|i see|we see) no (?:\w+ ){1,4}(?:in which|where|whereby"
    r"|under which) [^.!?]{0,40}(?:n't|not|without)\b|\b(?:es gibt|gibt es"
    r"|gibt's) kein\w* (?:\w+ ){1,3}?,? ?(?:in (?:der|dem)|bei (?:der|dem)|wo|dass) [^.!?]{0,50}nicht\b"
    r"|\bil n'(?:y a|existe) (?:pas|aucun\w*) (?:\w+ ){1,4}(?:ou|dans) [^.!?]{0,50}(?:pas|sans)\b|\bno (?:hay"
    r"|existe) (?:\w+ ){0,2}(?:posibilidad|manera|forma|opcion|escenario|version|hipotesis)\b[^.!?]{0,40}\b(?:no"
    r"|sin|falle|fallar|tarde|se pierda)\b|\bnao (?:ha|existe) (?:\w+ ){0,2}(?:hipotese|possibilidade|maneira"
    r"|cenario|versao)\b[^.!?]{0,40}\b(?:nao|sem|falh\w+|ficar por|atras\w+|escap\w+)\b|\b(?:odds|chances?"
    r"|likelihood|risk|possibility|wahrscheinlichkeit|risiko|probabilites?|risque|probabilidad(?:es)?"
    r"|posibilidad(?:es)?|riesgo|probabilidades?|hipoteses|risco)\b[^.!?]{0,70}\b(?:is|are|at|ist|bei|sont|est|es"
    r"|son|sao|e|liegen)\b (?:\w+ )?(?:nil|zero|nought|none|non-?existent|null|nulle?s?|cero|nul[ao]s?)\b"
    r"|\bseen the last of (?:it|this|that|them|those|these|your)\b|\bzum (?:aller)?letzten mal (?:gesehen|passiert"
    r"|erlebt|gehabt)\b|\bpour la (?:toute )?derniere fois\b|\bpor ultima vez\b|\bpela ultima vez\b|\bnot (?:maybe"
    r"|perhaps|hopefully|possibly|'?probably)\b|\bno (?:maybes|perhapses|ifs|what-?ifs)\b|\b(?:nicht"
    r"|kein) vielleicht\b|\b(?:pas|sans) (?:de )?peut-etre\b|\b(?:sin|nada de) quiza\w*|\b(?:sem|nada de) talvez"
    r"|\bcouldn't (?:fail|miss|lose|go wrong|be late)(?: \w+){0,2} if (?:he|she|it|they|you|we|i) tried\b|\b(?:i|we"
    r"|i'll|we'll)(?: will| shall)?(?: \w+)? eat (?:my|our|the|his|her) (?:[\w']+ ){0,3}?(?:hat|cap|apron|shoes?"
    r"|boots?|socks?|tie|helmet|sandals?|menu|keyboard|jacket|beret|scarf)\b|\bda(?:r)?nach (?:konnen sie|kannst du"
    r"|konnt ihr|konnen wir) (?:\w+ ){0,2}(?:die|ihre|deine) uhr(?:en)? stellen|\bregle\w* (?:vos|votre|sa"
    r"|ta) montres?|\breloj en hora\b|\bacert\w+ o relogio\b|\b(?:bet|wager|stake|gamble) (?:\w+ )?(?:the|your|my"
    r"|our|a) (?:house|farm|shirt|mortgage|pension|salary|month's wages|ranch|rent|car|last \w+"
    r"|wedding ring)\b(?! (?:number|key|price|agreement|payment|account|application|team))|\b(?:apost\w+"
    r"|apuest\w+) (?:a|la|o|el|mi|minha|meu|tu|su|sua|nuestr\w+) (?:casa|cuello|pescoco|sueldo|ordenado|salario"
    r"|camisa|cabeza|cabeca|vida)\b|\b(?:parie\w*|parions|mise[zr]?) (?:\w+ )?(?:votre|ma|mon|notre|sa) (?:maison"
    r"|chemise|salaire|tete|paie)\b|\b(?:wette\w*|verwett\w*|setz\w*) (?:\w+ ){0,4}(?:haus und hof|hemd|gehalt"
    r"|monatsgehalt|meinen kopf|hintern)\b|\bnot (?:one|a single) (?:\w+ ){1,3}(?:will|is going to|shall|gets?"
    r"|falls?|goes|leaves)\b|\b(?:every|each) (?:last|single) [^.!?]{0,50}\b(?:no exceptions?|without exception)\b"
    r"|\b(?:carve|set|engrave|etch|chisel|write) (?:it|that|this) in (?:stone|granite|marble|ink|concrete)\b"
    r"|\b(?:(?:nothing|nobody|no one|no \w+) (?:\w+ )?(?:in (?:the|this) world|on (?:this )?earth)|(?:kein\w* \w+"
    r"|niemand|nichts) (?:\w+ )?(?:auf )?der welt|(?:aucun\w* \w+|rien|personne) (?:\w+ )?au monde|(?:ningun\w* \w+"
    r"|nadie|nada) (?:\w+ )?del mundo|(?:nenhum\w* \w+|ninguem|nada) (?:\w+ )?(?:no|do) mundo)\b(?! (?:makes?"
    r"|tastes?|like|compares?|beats?|macht|schmeckt|is better|knows))|\bnothing (?:stands|comes|gets) between\b"
    r"|\bno need for (?:a |any )?(?:plan b|backup plan|second thoughts?)\b|\bkein(?:en)? plan b\b"
    r"|\bpas besoin de plan b\b|\bsin plan b\b|\bsem plano b\b|\b(?:go ahead and|you can|already"
    r"|start) (?:already )?(?:book|order|chill|frame|hang|ice|put up)\w* (?:the|your|a) (?:celebrat\w*|victory"
    r"|champagne|bubbly|fizz|bunting|banner)\b|\b(?:keine (?:sekunde|minute) (?:mehr|langer)|not (?:one"
    r"|another) (?:second|minute)|pas une (?:seconde|minute)|ni un (?:segundo|minuto)|nem (?:mais )?um (?:segundo"
    r"|minuto)) (?:\w+ ){0,3}(?:nachdenken|sorgen|gedanken|worry\w*|thinking|thought|y penser|s'inquieter|pensar\w*"
    r"|preocup\w+)\b|\bnao ha volta a dar\b|\bno hay vuelta de hoja\b|\bda fuhrt kein weg (?:\w+ )?vorbei\b"
    r"|\bni (?:un|una|uno|una sola?) (?:\w+ ){1,3}(?:caera|fallara|llegara|faltara)\b"
)
# "Sleep easy", and something that will be.
PEACE_OF_MIND = Phrases(
    r"\b(?:relax(?=[,!:])|(?:sleep|rest|breathe) easy|(?:put|set|lay) your (?:mind|fears|worries|heart) (?:at"
    r"|to) (?:rest|ease)"
    r"|can (?:\w+ )?(?:relax(?=[,.:!;-])|stop (?:worrying|watching|checking|refreshing))|lose no sleep"
    r"|without a (?:care|worry)"
    r"|(?:schlaf\w*|seien sie|sei|seid) (?:\w+ )?(?:ruhig|unbesorgt|beruhigt)|(?:konnen"
    r"|kannst) (?:\w+ ){0,2}(?:ruhig|beruhigt) schlafen"
    r"|dormez (?:tranquille|sur vos deux oreilles)|soyez (?:tranquilles?|sans crainte|rassuree?s?)"
    r"|(?:duerm\w+|qued\w+|est\w+) tranquil\w+|(?:dorm\w+|fique|pode ficar|esteja) (?:descansad\w+|tranquil\w+))\b"
)
# Words for the future. Beside them, everyday words of certainty promise something.
FUTURE = Expression(
    r"'ll\b|\b(?:will|won't|shall|going to|gonna|never|tomorrow|tonight|by (?:\w+day|noon|midday|the end|then|\d"
    r"|lunch|tea)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|next (?:week|month|time)|again|arriv\w+|com(?:es?|ing)|gets? (?:there|here|to you)|makes? it|turns? up"
    r"|lands?|lasts?|wird|werden|wirst|werdet|komm\w+|klappt|lauft|halt|morgen"
    r"|bis|heute|nie|bekomm\w+|erhalten|liegt|steht|steigt|\w{2,}(?:ra|ras|rez|ront|rons|ran|remos|rao)|demain"
    r"|ce soir|va|vont|allez"
    r"|arrive\w*|reviens?|revient|manana|esta (?:tarde|noche)|llega\w*|vas?|van|vuelv\w+|sale|tien\w+|amanha|hoje"
    r"|chega\w*|vai|vao|volta\w*|tem|resolv\w+"
    r"|aparec\w+|(?:mon|diens|donners|frei|sams|sonn)tag\w*|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi"
    r"|dimanche|lunes|martes|miercoles|jueves|viernes"
    r"|sabado|domingo|segunda|terca|quarta|quinta|sexta|arriva|domani|torna|morgen)\b"
)
COMING = Phrases(
    r"'ll\b|\b(?:will|won't|going to|nothing|never|wird|werden|kommt|nichts|sera|seront|aurez|rien|va a|sera|estara"
    r"|llegara"
    r"|tendra|nada|vai|estara|chegara|tera)\b"
)
# The noun, or the verb of the maker, and what shows that it is meant: for how long, and by whom.
GUARANTEE_OF_A_MAKER = Expression(
    r"(?:guarantees?|warrant\w*|garantie|garantias?|garanzia|garantit|garantiza|garante|garantisce|garandeert"
    r"|garantiert)$"
)
# "We guarantee": a promise, whatever years stand beside it.
WE = Expression(r"\b(?:we|i)(?: can| do| absolutely| even| hereby)? $|\b(?:wir|ich|nous|je)(?: vous| te)? $")
MAKER_OR_YEARS = Expression(
    r"\b(?:years?|months?|jahre?n?|monaten?|(?:\d+|un|deux|trois|cinq|dix) ans?|annees?|mois|anos?|meses|anni|mesi"
    r"|jaar|maanden|manufacturer|maker"
    r"|hersteller\w*|fabricante?|produttore|fabrikant|receipt|kassenbon|ticket de caisse|recibo|fatura)\b"
)
# Offers and prices that hold for everybody.
FOR_EVERYBODY = Expression(
    r"\b(?:for everyone|to everyone|pour tout le monde|a tout le monde|fur jeden|bei allen|para toda a gente"
    r"|per tutti"
    r"|voor iedereen|gilt fur alle|sales?|black friday|outlet"
    r"|(?:any|each|every|all) of our|collecting|flat (?:fee|rate)|orders over"
    r"|in (?:all|our|the|any) shops|coins?|moneda|piece d'un|munze|moeda|online and|everything|everyone|everybody"
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
EVERYBODY = Expression(
    r"\b(?:(?:everyone|everybody|anyone|anybody|(?:all )?(?:our )?customers) (?:can|may|is able to|are able to)"
    r"|(?:jede[rs]?|alle) (?:\w+ )?(?:kann|konnen|darf|durfen)"
    r"|(?:tout le monde|chacun|tous les clients) (?:peut|peuvent)"
    r"|(?:todos|todo el mundo|cualquiera) (?:pueden?)|(?:todos|qualquer pessoa|toda a gente) (?:podem?)"
    r"|(?:tutti|chiunque) (?:possono|puo)|iedereen (?:kan|mag))\b"
)
TO_YOU = Expression(
    r"\b(?:you|your|ihnen|ihr|ihre[mnrs]?|dir|dein\w*|vous|votre|te|ti|usted|su|tu|lhe|seu|sua|le|suo|u|uw|je"
    r"|jou\w*)\b"
)
# Words of somebody who gives, in a sentence about a price.
GIVER = Expression(
    r"\b(?:we(?!\s(?:post|sell|stock|offer|have|take|accept|run|do|don't|can't|charge|only)\b)|we'(?:ll|ve|d)"
    r"|i(?:'ll|'ve|'d)?|(?:on|from) us|our treat|let me|lets?|here's|enjoy|wir|ich|uns"
    r"|nous|on(?= (?:vous|te|va|a))|je|\w{3,}(?:amos|emos|imos)|te|le|os|lhe|ci|\w{3,}iamo|wij?|ik|krijgt|gibt's"
    r"|(?:bekomm|erhalt|krieg)\w*|receb\w+|recib\w+|tendras?|tera|aurez|recevrez|nuestr[ao]|noss[ao])\b"
)
# And of what is for this customer alone, in an answer to a question.
FOR_YOU = Expression(
    r"\b(?:(?:just |only )?for you|on your next|your next|(?:use|enter|type|with|pop in|try) (?:the )?code"
    r"|code \w*\d|this (?:one|time|once)"
    r"|as (?:you|a thank)|(?:give|send|get|slip|pop|add|put|take|knock|do|offer|let|make|owe|treat|spot|save|throw"
    r"|see)\w*"
    r" (?:\w+ )?(?:you|your|in)|you(?:'ll| will)? (?:get|have|pay|won't pay)|(?:fur (?:sie|dich|euch)|ihnen|dir"
    r"|euch|pour vous|vous (?:offr|fais|don|fer|avez|aurez|envo|gliss)\w+|para (?:ti|usted|si|voce|lhe)"
    r"|(?:te|le|os|lhe|vos) \w+(?:mos|o)|per (?:lei|te)|voor (?:u|je|jou)))\b"
)
# Vouchers that are sold, used, or not to be had; and one that is given.
VOUCHERS = Expression(
    r"(?:vouchers?|coupons?|gift ?cards?|promo code|discount codes?|gutschein\w*|(?:bons?|code|cheque) "
    r"(?:d'achat|cadeau|promo|de reduction)|cheque|vale de|cupo\w+|(?:vale|bono|cheque) (?:regalo|de compra"
    r"|descuento)"
    r"|vale (?:compras|desconto)|buono (?:regalo|sconto)|cadeaubon\w*)$"
)
SOLD = Expression(
    r"\b(?:sells?|selling|buy|bought|on sale|redeem\w*|valid|expires?|gelten|gilt|laufen|valen|caducan|last|lose"
    r"|(?:don't|do not|can't|cannot) (?:do|offer|have|use)|verkauf\w*|kaufen|einlos\w*|gultig|erhaltlich|vend(?:ons"
    r"|emos|iamo|us)|achet\w+|utilis\w+|valables?|valid[oae]s?|compr(?:ar|e|a)|canje\w+|acquist\w+|verkopen|kopen"
    r"|inwissel\w*|inlever\w*|geldig)\b"
)
GIVEN = Expression(
    r"\b(?:but|though|however|here(?:'s| is| are)|enjoy|(?:send|give|offer|add|pop|get|make) you|for you|on us"
    r"|aber|jedoch|hier ist|fur (?:sie|dich)|mais|voici|pour vous|pero|aqui (?:tiene|tienes|tem|esta)"
    r"|para (?:ti|usted|si)"
    r"|mas|porem|ma|ecco|per (?:lei|te)|maar|hierbij|voor (?:u|je))\b"
)
# A customer who speaks of what was paid, and what an answer then should not settle without a second person.
MONEY_BACK = Phrases(
    r"\b(?:refund\w*|money|compensat\w*|reimburs\w*|(?:over)?charged|fees?|fined?|paid|deposit|goodwill|out of pocket"
    r"|(?:bring|take|send|give|have) (?:\w+ ){0,2}(?:back|off)|exchange"
    r"|erstatt\w*|bezahlt|gezahlt|abgebucht|zuruckgeben|umtausch\w*|entschadig\w*|rembours\w*|preleve\w*|dedommag\w*"
    r"|reembols\w*|devol\w*|cobrad\w*|pagado|pague|compens\w*|paguei|cobraram|estorn\w*)\b"
)
# The same from somebody who complains.
MONEY_PAID = Expression(
    r"[£€$] ?\d|\d ?[£€$]"
    r"|\b(?:charg(?:es?|ing)|bills?|billed|invoiced?|pay(?:ing|ment)?|cost(?:s|ing)?|price[ds]?|vouchers?"
    r"|credit(?:ed)?|discount"
    r"|quid|pounds|euros?|cash|direct debit|debit(?:ed)?|deducted|taken|instal?ments?|expensive|rip-?off|double"
    r"|twice|premium|subscription|renew\w*|cancel\w*|return(?:s|ed"
    r"|ing)?|worth"
    r"|geld|gebuhr\w*|rechnung|zahlen|kosten|teuer|preis\w*|gutschein|rabatt|argent|frais|facture|paye[er]?|payer"
    r"|prix|cher|avoir"
    r"|dinero|cobr\w*|pag(?:ar|o)|gastos|factura|precio|caro|cuota|dinheiro|pago|pagar|taxa|fatura|preco)\b"
)
_SUM = (
    r"(?:[£€$] ?\d[\d.,]*|\d[\d.,]* ?[£€$]|fees?|charges?|costs?|bill|price|amount|deposit|payment|sum|total|money"
    r"|fine|balance"
    r"|difference|supplement|gebuhr\w*|kosten|betrag|preis|frais|montant|somme|facture|prix|gastos|importe|cargo"
    r"|tasa|precio"
    r"|taxa|valor|montante|preco)"
)
_SETTLED = (
    r"(?:stands?(?! (?:up|out|by|in|for)\b)"
    r"|stays?|remains?|holds|applies|apply|kept?|keeps?|gone|lifted|waived?|forgiven|removed|scrapped"
    r"|dropped|wiped|final|due|owed|payable|justified|non-?refundable|forfeit\w*|lost|is (?:correct|right|fair)"
    r"|as agreed"
    r"|taken (?:off|away)|goes away|won't come|not coming|bleib\w*|fallig|berechtigt|entfall\w*|verfall\w*|weg"
    r"|reste\w*|maintenu\w*"
    r"|due?s?|perdue?s?|annule\w*|supprime\w*|queda\w*|mantiene\w*|corresponde|pierde\w*|anula\w*|quita\w*|mantem-se"
    r"|mantem"
    r"|devid\w*|perde\w*|anulad\w*|retira\w*)"
)
MONEY_SETTLED = Phrases(
    rf"\b{_SUM}\b[^.!?\n]{{0,50}}\b{_SETTLED}\b|\b{_SETTLED}\b[^.!?\n]{{0,30}}\b{_SUM}\b"
    r"|\bwhat(?:'s| is| has been|'s been) (?:spent|paid|done|gone|bought|sold|agreed) (?:is|stays|remains)\b"
    r"|\bonce (?:\w+ ){0,5}(?:seal|opened|open|packaging|tag|label|box|used|worn|checked in|started|booked|begun)\b"
    r"|\b(?:can't|cannot|can not|won't|will not|unable to|not able to|couldn't|don't|do not) (?:\w+ )?(?:take|accept"
    r"|have|swap|exchange"
    r"|return|give|offer|do|hand|send|move|budge)\b[^.!?\n]{0,30}\b(?:back|returns?|returned|exchanges?|anything"
    r"|more|on (?:this|that))\b"
    r"|\b(?:nothing|little|not much|no|a bit|a little) (?:\w+ ){0,4}(?:back|coming|to give|to hand|to offer|to come"
    r"|in return)\b"
    r"|\b(?:no|sin|sem|ohne|pas de|keine?) (?:returns?|exchanges?|devoluciones|devolucoes|ruckgabe|retours?"
    r"|umtausch)\b"
    r"|\b(?:was (?:bezahlt|gezahlt|weg) ist|ce qui est (?:paye|fait|depense)|lo (?:pagado|hecho|gastado)"
    r"|o que esta pago)\b"
    r"|\b(?:kinder|gentler|softer|friendlier|lighter|smaller|lower|slimmer|shorter) (?:bill|total|sum|invoice"
    r"|price)\b"
)
# Nouns of money in an answer to a complaint, without the homonyms of good answers: charge, due, free, cash, pay.
MONEY_NOUN = Phrases(
    r"\b(?:(?:your|the|that|this|next|phone|final|whole) bills?|fees?|fines|(?:the|a|your|this|that|penalty"
    r"|no) fine|surcharges?|penalt(?:y|ies)|refund\w*"
    r"|deposits?"
    r"|(?<!pass to )(?<!card to )(?<!ticket to )(?<!it to )(?<!apple )(?<!google )your (?:wallet|purse)"
    r"|your payment|our compliments|owed|penny|pennies|quid"
    r"|direct debit"
    r"|instal?ments?|goodwill|vouchers?|billed|fares?|rechnung|gebuhr\w*|betrag|beitrag|geldbeutel|portemonnaie"
    r"|facture|frais"
    r"|montant|porte-monnaie|portefeuille|factura|cuota|importe|cartera|bolsillo|fatura|mensalidade|carteira"
    r"|(?:your|the|that|this|full|any|some|what you|of) (?:money|costs?|amount|balance|charges?"
    r"|premium|subscription))\b"
)
# A customer who asks whether to worry, and what then has nothing to do with harm.
WORRIED = Expression(r"\bshould (?:i|we) (?:be )?(?:worr(?:y|ied)|concerned|alarmed)\b")
PAPERWORK = Expression(
    r"\b(?:payments?|paid|transfers?|parcels?|orders?|refunds?|e?-?mails?|texts?|bookings?|accounts?|statements?"
    r"|tickets?"
    r"|applications?|invoices?|bills?|deliver\w*|tracking|seats?|connections?|trains?|flights?|mortgage|rent"
    r"|landlord)\b"
)
# Words of games, in which nobody is hurt.
GAME = Expression(
    r"\b(?:boss(?:es| fight)?|respawn\w*|nerf\w*|npcs?|checkpoints?|speedrun\w*|playthrough|dlc"
    r"|died \d+ times|\d+ deaths)\b"
)
# Money back in the plural: how it goes with everybody's.
IN_GENERAL = Expression(
    r"re-?funds|reimbursements|erstattungen|ruckerstattungen|gutschriften|entschadigungen|remboursements"
    r"|dedommagements|reembolsos"
    r"|compensaciones|indemnizaciones|compensacoes|estornos|rimborsi|terugbetalingen"
)
# "That's not something we go into out here."
NOT_IN_PUBLIC = Expression(
    r"(?:\b(?:not|never|rather than|nicht|keine?|pas|jamais|no|nao)\b|n't\b)[^.!?]{0,60}\b(?:in public|publicly"
    r"|out here|on here|in the open"
    r"|on the timeline|in front of everyone|offentlich|vor allen|en public|devant tout le monde|en publico"
    r"|delante de todos|em publico|no feed)\b"
)
# A question about what to take or to give, and to whom.
HEALTH_ASKED = Phrases(
    r"\b(?:can|should|may|could|do|does|is it (?:ok|okay|safe|fine|bad)|how (?:much|many|often)|darf|kann|soll"
    r"|puis-je|peut-on"
    r"|dois-je|puedo|debo|posso|devo)\b[^.?!\n]{0,40}\b(?:take|taking|giv(?:e|ing)|us(?:e|ing)|stop|skip|mix|double"
    r"|drink|eat|drive|combine"
    r"|go|get on|clash|interact\w*|interfer\w*|nehmen|geben|vertrag\w*|vertragt|zusammen|compatibles?|combin\w+"
    r"|mari\w+|sienta\w*|interag\w+"
    r"|prendre|donner|tomar|darle?|dar)\b[^.?!\n]{0,60}|\b(?:take|taking|giv(?:e|ing)|stop|skip|mix"
    r"|double)\b[^.?!\n]{0,40}\?"
)
HEALTH = Expression(
    r"\b(?:tablets|pills?|medication|meds|medicines?|antibiotics?|syrup|drops|dose|dosage|ibuprofen|paracetamol"
    r"|aspirin|calpol"
    r"|insulin|inhaler|pregnan\w+|breast ?feeding|(?:year|month|week)s?[- ]olds?|tabletten|medikament\w*"
    r"|antibiotik\w*|hustensaft"
    r"|schwanger\w*|comprimes?|medicaments?|antibiotiques?|sirop|enceinte|pastillas?|medicamento\w*|antibiotico\w*"
    r"|jarabe"
    r"|embarazada|comprimidos?|xarope|gravida)\b"
)
# Customers ask so whether something that looks wrong may still be eaten or used.
SAFE_ASKED = Phrases(
    r"\b(?:ok|okay|safe|all right|alright|harmful|dangerous) (?:(?:for \w+ )?to )?(?:still )?"
    r"(?:eat|drink|swallow|breathe|touch|use|wear)\b"
    r"|\bmake (?:me|us|him|her|them) (?:ill|sick)\b[^.!\n]{0,30}\?"
    r"|\b(?:edible|essbar|geniessbar|genießbar)\b"
    r"|\bkann (?:ich|man) (?:das|die|den) (?:noch |trotzdem )?(?:essen|trinken)\b"
    r"|\bon peut (?:encore |quand meme )?(?:le |la |les )?(?:manger|boire)\b"
    r"|\bse puede (?:comer|beber)\b|\b(?:posso|da para|pode-se) (?:comer|beber)\b"
)
# A reply that leaves a question of health to those who know may name them.
DECLINES = Expression(
    r"(?:\b(?:cannot|not able to|unable to)|n't(?: able to)?)\b[^.!?]{0,20}\b(?:advise|say|comment|tell|judge)\b"
)
REFERRAL = Expression(
    r"\b(?:ask|see|speak (?:to|with)|talk to|consult|check with|contact) (?:a|your) (?:doctor|gp|pharmacist|nurse)"
    r"(?: or (?:a |your )?(?:doctor|gp|pharmacist|nurse))?"
)
# First advice to somebody who was hurt, or could be.
STOP_USING = Expression(
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
HELPING = Expression(f"{STOP_USING.pattern}|{DECLINES.pattern}")
SARCASTIC_PICTURES = Expression("[🙄🤡💩🤦🖕😒🥱]")
