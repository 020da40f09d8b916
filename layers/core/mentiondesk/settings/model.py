"""The base of every group of keys in the settings file."""

from pydantic import BaseModel, ConfigDict


class Misfit(ValueError):
    """Keys that are valid by themselves and contradict each other; `path` leads to the one to change."""

    def __init__(self, what: str, *path: str | int) -> None:
        super().__init__(what)
        self.path = path


class Model(BaseModel):
    """A group of keys; it takes no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)
