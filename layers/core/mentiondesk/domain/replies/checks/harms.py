"""Finds that a customer tells of harm: a part of the body beside what is wrong with it, a smell, a device, a pill."""

from mentiondesk.domain.replies.checks.expression import Expression

# The text is in small letters and without accents.
_BODY = (
    r"(?:arms?|legs?|knees?|ankles?|wrists?|elbows?|shoulders?|backs?|necks?|hips?|heads?|faces?|skin|scalp|eyes?"
    r"|eyelids?"
    r"|lips?|mouth|tongue|tooth|teeth|throat|chest|belly|tummy|stomach|hands?|fingers?|thumbs?|toes?|foot|feet|nose"
    r"|ears?"
    r"|ribs?|cheeks?|forehead|chin|arme?|beine?|knie|knochel|handgelenk|ellbogen|schulter|rucken|nacken|hufte|kopf"
    r"|gesicht"
    r"|haut|augen?|lid|lippen?|mund|zunge|zahn\w*|hals|brust|bauch|magen|hande?|daumen|zehen?|fuss|fuße?|nase"
    r"|ohr(?:en)?"
    r"|bras|jambes?|genoux?|chevilles?|poignets?|coudes?|epaules?|dos|cou|nuque|hanche|tete|visage|peau|yeux|oeil|œil"
    r"|paupieres?|levres?|bouche|langue|dents?|gorge|poitrine|ventre|estomac|mains?|doigts?|pouces?|orteils?|pieds?|nez"
    r"|oreilles?|brazos?|piernas?|rodillas?|tobillos?|munecas?|codos?|hombros?|espalda|cuello|cadera|cabeza|cara"
    r"|piel|ojos?"
    r"|parpados?|labios?|boca|lengua|dientes?|muelas?|garganta|pecho|barriga|estomago|manos?|dedos?|pies?|nariz"
    r"|orejas?|oidos?"
    r"|bracos?|pernas?|joelhos?|tornozelos?|pulsos?|cotovelos?|ombros?|costas|pescoco|anca|cabeca|pele|olhos?"
    r"|palpebras?"
    r"|labios?|lingua|dentes?|peito|maos?|polegar|ouvidos?|orelhas?)"
)
# "Hand dryer", "head office": the part of the body names a thing.
_NO_THING = r"(?!(?:dryer|drier|towel|basin|cream|luggage|mixer|blender|rest|board|office|set|phones?)\b)"
_WRONG = (
    r"(?:pop(?:s|ped)?|tight(?:ness)?|pressure|stabbing|cramp\w*|dislocated|crack(?:ed)?|crunch\w*|snapped|swell\w*"
    r"|swollen|puff(?:y|ed)|red raw|bright red|split|cut"
    r"|sliced|gash\w*"
    r"|graze[ds]?|scrap(?:ed|es)|bleed\w*|bled|peel\w*|blister\w*|sting\w*|itch\w*|burn\w*|numb|black and blue"
    r"|throb\w*|ach(?:es?|ing)"
    r"|pain\w*|sore|hurts?|killing|can't (?:move|lift|bend|feel|open|see|walk|close|stand)|cannot (?:move|lift|bend"
    r"|feel|open|see|walk)"
    r"|won't (?:bend|open|move)|gave out|seized|twisted|jarred|banged|bashed|whacked|hit|smacked|trapped|caught"
    r"|squashed|broken?|fractured"
    r"|geschwollen|schwillt|schwoll|dick|rot|aufgeplatzt|aufgeschnitten|geschnitten|blut\w*|brenn\w*|juck\w*|weh"
    r"|schmerz\w*|tut weh"
    r"|taub|blau|gebrochen|verdreht|verrenkt|gestossen|gestoßen|geknackt|eingeklemmt|gequetscht"
    r"|gonfl\w*|enfl\w*|roug(?:e|es|i)\b|brul\w*|gratt\w*|demang\w*|saign\w*|ouverte?s?|fendue?s?|coup\w+|mal"
    r"|douleur\w*|doulour\w*|cass\w+"
    r"|tordue?s?|cogn\w*|bloque\w*|coinc\w+|pele\w*|picot\w*"
    r"|hinch\w+|inflam\w+|roj[oa]s?|escuec\w+|pic(?:a|an|or)|quem\w+|sangr\w*|partid[oa]|abiert[oa]|cort\w+|duel\w+"
    r"|dolor\w*|roto|rota|torcid[oa]"
    r"|golpe\w*|entumecid\w*|inch\w+|inchad[oa]s?|vermelh[oa]s?|arde\w*|coc(?:a|eira)\w*|comichao|doi|doem|dor"
    r"|partid[oa]|torcid[oa]|rasgad[oa]"
    r"|bati|dormente)"
)
_MINE = (
    r"(?:my|his|her|our|their|mum's|dad's|son's|daughter's|wife's|husband's|the baby's|mein\w*|seine?\w*|ihre?\w*"
    r"|unser\w*|dem kind"
    r"|mon|ma|mes|son|sa|ses|notre|mi|mis|su|sus|nuestr\w+|meu|minha|meus|minhas|dele|dela|nosso|nossa)"
)
_SMELL = (
    r"(?:smell\w*|whiff|stink\w*|stank|reek\w*|odou?rs?|geruch|gestank|riecht|roch|stinkt|odeurs?|sent|pue|olor"
    r"|huele|oli[ao]|apesta"
    r"|cheir\w+|fed(?:e|or))"
)
_OF_DANGER = (
    r"(?:gas|egg(?:s|y)?|burn\w*|burnt|smok\w+|scorch\w*|singe\w*|melt\w*|rubber|petrol|fumes|chemicals?"
    r"|electric\w*|acrid|verbrannt\w*"
    r"|angebrannt\w*|verschmort\w*|schmor\w*|faul\w*|brenz\w*|gaz|brul\w*|crame\w*|roussi|oeufs? pourris?|quemad\w*"
    r"|chamusc\w*"
    r"|huevos? podridos?|queimad\w*|esturric\w*|ovos? podres?|plastico|butano)"
)
_ELECTRIC = (
    r"(?:(?:mobile )?phones?|laptops?|tablets?|watch|consoles?|handy|telefon\w*|portable|movil|telemovel|chargers?"
    r"|charging|sockets?|plugs?|batter(?:y|ies)|heaters?|boilers?|kettles?|toasters?|irons?|ovens?"
    r"|hobs?|blankets?|cables?"
    r"|adapters?|fuse ?box(?:es)?|meters?|scooters?|e-?bikes?|power ?banks?|vapes?|fridges?|dryers?|dishwashers?"
    r"|lamps?|akkus?|ladegerat\w*"
    r"|ladekabel|steckdosen?|stecker|heizdecke|heizung|therme|wasserkocher|bugeleisen|herd|ofen|kamin\w*|netzteil"
    r"|chargeurs?|prises?"
    r"|batteries?|chaudiere|bouilloire|grille-pain|fer|four|couverture|cargador(?:es)?|enchufes?|baterias?|caldera"
    r"|hervidor|plancha|horno"
    r"|manta|estufa|carregador(?:es)?|tomadas?|caldeira|chaleira|ferro|forno|cobertor|aquecedor|esquentador)"
)
_ODD = (
    r"(?:brown (?:patch|mark|stain)|scorch\w*|hiss\w*|crackl\w*|fizz\w*|buzz(?:es|ing|ed)? (?:loudly|when|like)"
    r"|sizzl\w*|swell\w*|swollen"
    r"|bulg\w*|bloated|fat|puff\w*|(?:funny|weird|odd|strange) (?:whiff|smell)|red hot|(?:too |so |very |really "
    r"|burning )hot|burns? (?:to|my)"
    r"|glow\w*|tingl\w*|zaps?|knister\w*|zisch\w*|summt|dick|geblaht|gluh\w*|heiß|heiss|braune? fleck\w*|gresill\w*"
    r"|crepit\w*|gonfl\w*"
    r"|brulante?|chauffe\w*|taches? (?:brune?s?|marrons?)|chisporrote\w*|zumba\w*|hinch\w+|(?:muy "
    r"|demasiado )calient\w+|quema\w*"
    r"|mancha marron|estala\w*|zumbe\w*|inch\w+|(?:muito |demasiado )quente|queima\w*|mancha castanha)"
)
_ALARM = (
    r"(?:co[- ]?(?:melder|alarm|detector|warner)s?|rauchmelder|gasmelder|feuermelder|gaswarner|(?:smoke|gas|fire"
    r"|carbon|monoxide) "
    r"(?:alarms?|detectors?)|detecteurs? de (?:fumee|gaz|monoxyde)|detector(?:es)? de (?:humo|gas|monoxido|fumo)"
    r"|kohlenmonoxid|monoxyde|monoxido)"
)
_STUFF = (
    r"(?:paint|varnish|coating|dye|glaze|glue|filling|stuffing|slime|play ?dough|farbe|lack|beschichtung|kleber"
    r"|fullung|peinture|vernis|colle"
    r"|teinture|pintura|barniz|pegamento|relleno|tinta|verniz|cola|enchimento|batter(?:y|ies)|magnets?|beads?"
    r"|buttons?|pellets?|silica)"
)
_TO_EAT = (
    r"(?:chew\w*|lick\w*|suck\w*|swallow\w*|ate|eaten|eating|in (?:his|her|its|the baby's) mouth|lutsch\w*"
    r"|gelutscht|kau(?:t|en|te)|nuckel\w*|schleck\w*"
    r"|verschluck\w*|im mund|machouill?e\w*|mache|leche|suce\w*|avale\w*|dans la bouche|chup\w+|mordisque\w*"
    r"|muerde\w*|roe\w*|traga\w*"
    r"|en la boca|morde\w*|lamb\w+|roi\w*|engol\w+|na boca)"
)
_OF_A_CAR = Expression(
    r"\b(?:warning lights?|grinding (?:noise|sound)|grinds? when|(?:seat ?)?belts? (?:\w+ ){0,5}?(?:won't|doesn't"
    r"|didn't|not|broken|stuck|click\w*|jammed)"
    r"|warnleuchten?|warnlampe|gurt\w* (?:\w+ ){0,4}(?:nicht|kaputt|klemmt)|voyant (?:rouge|moteur|allume)"
    r"|ceinture (?:\w+ ){0,4}(?:pas|cass|bloqu)\w*"
    r"|testigo (?:rojo|encendido)|luz roja|cinturon (?:\w+ ){0,4}(?:no|roto|rota)|luz vermelha|luz de aviso"
    r"|cinto (?:\w+ ){0,4}(?:nao|partido|avariado))\b"
)
_TAKEN = Expression(
    r"\b(?:(?:dog|cat|puppy|kitten|hund|katze|chien|chat|perro|gato|cao) (?:\w+ ){0,3}(?:ate|eaten|swallowed"
    r"|gefressen|mange|comio|comeu)"
    r"|(?:ate|eaten|eats?|eating|chewed|nibbled|swallowed|munched) (?:\w+ ){0,5}?(?:berr(?:y|ies)|lea(?:f|ves)"
    r"|petals?|mushrooms?|bulbs?|plants?|shrub)"
    r"|(?:gegessen|gefuttert|geknabbert)[^.!?\n]{0,30}(?:beeren?|blatt\w*|pilze?|pflanze)|(?:beeren?|blatter|pilze"
    r"|pflanze)[^.!?\n]{0,30}(?:gegessen|geknabbert)"
    r"|(?:mange|avale|croque)\w* (?:\w+ ){0,4}(?:baies?|feuilles?|champignons?|plante)|(?:comi\w*|come[ur]\w*"
    r"|mordi\w*) (?:\w+ ){0,4}(?:bayas?|hojas?|setas?|planta|bagas?|folhas?|cogumelos?)"
    r"|(?:took|taken|tomou|tomei|tomo|tome|pris|genommen|swallowed|had) (?:\w+ ){0,4}?(?:painkillers?|pills?"
    r"|tablets|capsules|analgesi\w+|comprimidos|pastillas"
    r"|cachets|tabletten|schmerzmittel|schmerztabletten)|(?:i'm|i am|she's|she is|soy|estoy|esta|estou|je suis"
    r"|elle est|ich bin|bin|sie ist) (?:\w+ ){0,2}"
    r"(?:pregnant|gravida|embarazada|enceinte|schwanger)|(?:out of date|past its date|past the date|expired"
    r"|caducad\w+|perime\w*|abgelaufen\w*|fora (?:do|de) prazo|passa\w* do prazo)"
    r"[^.!?]{0,60}\b(?:ate|eaten|eat|drank|comi|comeu|comio|mange|gegessen|getrunken|bebi)|(?:very |muito |so "
    r"|sehr |tres |muy )?(?:drowsy|sonolent[oa]|schlafrig|somnolent\w*|somnolient\w*))\b"
)
_RIDDEN = (
    r"(?:bikes?|scooters?|cars?|bus|coach|tram|van|trains?|coaster|rides?|slides?|swings?|horse|pony|treadmill|bunk"
    r"|ladder|chair|stool|escalator"
    r"|trampoline|zip ?wire|roller|fahrrad|rad|auto|leihroller|velo|trottinette|voiture|manege|cheval|toboggan"
    r"|bici\w*|patinete|coche|atraccion"
    r"|caballo|tobogan|trotinete|carro|carrossel|cavalo|escorrega)"
)
_THROWN = (
    r"(?:came off|thrown (?:off|from)|threw (?:me|him|her)|fell (?:off|from|out of)|flew off|slid off|crashed"
    r"|smashed into|ploughed into|hit a"
    r"|didn't (?:stop|brake)|wouldn't (?:stop|brake)|no brakes|nicht gebremst|bremst nicht|gekracht|geknallt"
    r"|geflogen|gesturzt|gefallen"
    r"|tombee?s?|rentree? dans|percute\w*|ne freine\w*|n'a pas freine|me cai|se cayo|estrell\w+|choqu\w+|no fren\w+"
    r"|cai|caiu|embat\w+|nao trav\w+)"
)
_NEAR = r"[^.!?\n]{0,45}?\b"
_PAIRS = tuple(
    Expression(rf"\b{one}\b{_NEAR}{other}\b")
    for one, other in (
        (rf"{_MINE} (?:\w+ )?{_BODY}", _WRONG),
        (_WRONG, rf"{_MINE} (?:\w+ )?{_BODY}"),
        (
            rf"(?!back|face\b){_BODY} {_NO_THING}(?:\w+ ){{0,2}}(?:all |went |ist |toute? |toda |todo |esta )?",
            _WRONG,
        ),
        (r"(?:split|cut|busted|fat|swollen|broken|black|bleeding|bloody)", _BODY),
        (
            r"(?:tight(?:ness)?|pressure|pains?|stabbing|tingling|numbness|druck|enge|stechen|oppression|presion"
            r"|aperto|pressao)",
            rf"(?:in|on|across|around|auf|dans|en|no|na) (?:\w+ )?{_BODY}",
        ),
        (
            r"(?:duelen?|doi|doem|tut|tun|schmerz(?:t|en)|(?:ai|a|avons|ont) mal)",
            rf"(?:a |au |aux |la |el |los |las |os |as |o |der |die |das )?{_BODY}",
        ),
        (_TO_EAT, _STUFF),
        (_STUFF, _TO_EAT),
        (_SMELL, _OF_DANGER),
        (_OF_DANGER, _SMELL),
        (_ELECTRIC, _ODD),
        (_ODD, _ELECTRIC),
        (_THROWN, _RIDDEN),
        (_RIDDEN, _THROWN),
    )
)
_HARMS = (*_PAIRS, _OF_A_CAR, _TAKEN, Expression(rf"\b{_ALARM}\b"))


def tells_of_harm(said: str) -> bool:
    """True for a post, in small letters without accents, that tells of harm to somebody or of what could do some."""
    return any(harm.search(said) for harm in _HARMS)
