"""The number of a case: short enough to say, and made of its id alone, so that nothing has to be counted."""

import re
from hashlib import blake2s

from mentiondesk.domain.ids import CaseId

# Without vowels it spells no words, and without 0 and 1 nothing is misread: 28 to the power of 5 are 17 million.
_SIGNS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_LENGTH = 5
_MOST_INITIALS = 3
_WORD = re.compile(r"[A-Za-z]+")


def case_number(case_id: CaseId, brand: str) -> str:
    """Like "FF-7K3QD": the initials of the brand's name, and signs from a hash of the case's id."""
    value = int.from_bytes(blake2s(str(case_id).encode(), digest_size=8).digest())
    signs = []
    for _ in range(_LENGTH):
        value, sign = divmod(value, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return f"{_initials(brand)}-{''.join(signs)}"


def _initials(brand: str) -> str:
    """Up to three initials; of a single word its first two letters, and C where there are no letters from A to Z."""
    words = _WORD.findall(brand)
    found = "".join(word[0] for word in words[:_MOST_INITIALS]) if len(words) > 1 else "".join(words)[:2]
    return found.upper() or "C"
