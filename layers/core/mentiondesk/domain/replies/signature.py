"""Signatures: the agent's name or initials under a reply."""

import re
from enum import StrEnum

from mentiondesk.values import Frozen

_SIGNED = re.compile(r"(?:\^|[-–—~/*])\s?([A-Z][A-Za-z]{0,11})\W*$")


class SignedWith(StrEnum):
    """The part of the agent's name that stands under a reply."""

    NOTHING = "nothing"
    INITIALS = "initials"
    FIRST_NAME = "first_name"


class Signature(Frozen):
    """The rule by which replies are signed; `mark` stands before the name."""

    with_: SignedWith = SignedWith.INITIALS
    mark: str = "^"

    def of(self, name: str) -> str:
        """The signature of a person called so, like "^AR"; empty where nothing is signed."""
        parts = name.split()
        match self.with_:
            case SignedWith.NOTHING:
                return ""
            case SignedWith.INITIALS:
                return self.mark + "".join(part[0] for part in parts).upper()
            case SignedWith.FIRST_NAME:
                return self.mark + parts[0] if parts else ""


def signed(text: str, name: str, signature: Signature) -> str:
    """The text with the person's signature behind it, once."""
    text, mark = text.rstrip(), signature.of(name)
    return text if not mark or text.endswith(mark) else f"{text} {mark}"


def signature_in(words: str) -> str:
    """The name at the end of a reply that somebody signed, as care teams do: "^AR" or "- Ana"; empty without one."""
    found = _SIGNED.search(words)
    return found[1] if found else ""


def unsigned(words: str) -> str:
    """The words of a reply without the name at their end."""
    return _SIGNED.sub("", words).rstrip()
