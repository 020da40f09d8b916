"""A guess at the language of a short text, by its script and its commonest words."""

import re
from collections import Counter
from functools import lru_cache

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_OTHER_SCRIPT = re.compile("[\u0370-\u0fff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
# Words that stand in one of these languages alone, or far more often than in the others.
_COMMON = {
    "en": "the and you your is are was we our for this that with have has it of to sorry please can will not",
    "de": "der die das und ist nicht ich wir sie ihr ihre euch dein mit von zu auf bitte für haben hat ein eine leid",
    "fr": "le les des et est pas vous nous votre vos notre je une un pour avec dans sur merci bonjour désolé que ce",
    "es": "el los las y es no por para con su tu nos usted una un lo que en gracias hola sentimos pedido está mi como",
    "pt": "o os as e não por para com seu sua nos você uma um que em obrigado olá sentimos pedido está meu minha isso",
    "it": "il gli e è non per con suo vostra nostro una un che di grazie ciao scusi mi sono questo della",
    "nl": "de het een en is niet wij je jij uw u ons onze voor met van op bedankt graag kunt ook maar dat",
}
_LANGUAGES = {
    word: [name for name, words in _COMMON.items() if word in words.split()]
    for words in _COMMON.values()
    for word in words.split()
}
_WORD = re.compile(r"[^\W\d_]+")
# A guess needs so many common words, and a lead over the next language.
_FEWEST = 2


@lru_cache(maxsize=256)
def language_of(text: str) -> str | None:
    """The language's code, like "en"; None where the text is too short to tell. Remembered: a thread is read often."""
    if _OTHER_SCRIPT.search(text):
        script = next((name for name, pattern in _SCRIPTS if len(pattern.findall(text)) >= 3), None)
        if script:
            return script
    found = Counter(name for word in _WORD.findall(text.lower()) for name in _LANGUAGES.get(word, ()))
    ranked = found.most_common(2)
    if not ranked or ranked[0][1] < _FEWEST or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _FEWEST):
        return None
    return ranked[0][0]
