"""The brand's own sentences for customers: first texts of public updates, and drafted posts."""

from collections.abc import Sequence

from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.values import Frozen

TITLE = "{title}"
COMPONENTS = "{components}"


class Wording(Frozen):
    """Sentences for customers in the brand's own voice; staff may change a suggestion before they publish it.

    `first_update` is suggested when an incident is published, `first_update_about` when its components are known,
    `resolved_update` when it is resolved. `maintenance_begins` and `maintenance_ends` are published at those times.
    `published_post` and `resolved_post` are drafted for X. {title} stands for the incident's title, {components}
    for the names of components, joined by `conjunction`.
    """

    first_update: str
    first_update_about: str
    resolved_update: str
    maintenance_begins: str
    maintenance_ends: str
    published_post: str
    resolved_post: str
    conjunction: str = "and"

    def first(self, components: Sequence[str]) -> str:
        """The suggestion for the first update of an incident."""
        if not components:
            return self.first_update
        return self.first_update_about.replace(COMPONENTS, f" {self.conjunction} ".join(components))

    def post(self, occasion: Occasion) -> tuple[str, str]:
        """The text of a drafted post before and after the incident's title."""
        text = self.published_post if occasion is Occasion.PUBLISHED else self.resolved_post
        before, _, after = text.partition(TITLE)
        return before, after
