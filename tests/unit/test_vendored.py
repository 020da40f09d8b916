"""The one script by others that the desk serves is the published one, with its licence."""

from hashlib import sha256
from importlib.resources import files

# Of dist/htmx.min.js in npm's htmx.org 4.0.1: npm pack htmx.org@4.0.1 && sha256sum package/dist/htmx.min.js
_HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def test_htmx_is_the_published_file() -> None:
    found = files("mentiondesk.presentation").joinpath("templates/desk/htmx.min.js").read_bytes()
    assert sha256(found).hexdigest() == _HTMX
    assert b"4.0.1" in found


def test_htmx_comes_with_its_licence() -> None:
    licence = files("mentiondesk.presentation").joinpath("templates/desk/htmx.LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("Zero-Clause BSD")
