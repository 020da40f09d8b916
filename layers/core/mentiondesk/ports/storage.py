"""Failures that every store may raise, whatever it holds."""


class Conflict(Exception):
    """Another write was at the same items in this moment; nothing was written, and a retry may succeed.

    A store raises it where it cannot say more: it is no refusal, and nothing is known about what the items hold.
    """


class Changed(Exception):
    """Another writer changed the subject in between, or was at it in this moment; nothing was written.

    Each store has a type of its own, whose `current` is the subject as it is now.
    """


class AlreadyDone(Exception):
    """This very entry is in the timeline: a button was pressed twice."""


class SubjectGone(Exception):
    """The case or incident is not kept any more."""
