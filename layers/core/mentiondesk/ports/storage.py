"""Failures that every store may raise, whatever it holds."""


class Conflict(Exception):
    """Another write was at the same items in this moment; nothing was written, and a retry may succeed.

    A store raises it where it cannot say more: it is no refusal, and nothing is known about what the items hold.
    """
