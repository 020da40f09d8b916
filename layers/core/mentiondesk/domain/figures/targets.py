"""The brand's own targets for its figures, in percent."""

from mentiondesk.values import Frozen


class Targets(Frozen):
    """The share that a figure of the first page should reach, `ignored` the one that it should not pass.

    None: the brand has set no target.
    """

    within_30m: int | None = None
    within_1h: int | None = None
    within_24h: int | None = None
    in_target: int | None = None
    ignored: int | None = None

    def of(self, figure: str) -> int | None:
        """The target of a figure by its name; None for figures without one."""
        found: int | None = getattr(self, figure, None)
        return found

    def met(self, figure: str, share: float) -> bool | None:
        """True when the share (0 to 1) is as good as its target; None without one."""
        target = self.of(figure)
        if target is None:
            return None
        percent = round(100 * share)
        return percent <= target if figure == "ignored" else percent >= target
