"""Settings of how the desk looks back: figures."""

from mentiondesk.settings.model import Model


class FiguresSettings(Model):
    """The week's figures by mail."""

    mail: bool = True
