"""The status site in memory, keeping the same promises as the bucket."""

from collections.abc import Mapping
from hashlib import sha256

from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.ports.status import SiteChanged


class MemorySite:
    """SiteStore in memory. `written` holds the paths in the order in which they were written."""

    def __init__(self) -> None:
        self.files: dict[str, SiteFile] = {}
        self.written: list[str] = []

    def marks(self) -> Mapping[str, str]:
        return {path: self.mark(file) for path, file in self.files.items()}

    def mark(self, file: SiteFile) -> str:
        return sha256(file.content).hexdigest()

    def put(self, file: SiteFile, replacing: str | None) -> None:
        there = self.files.get(file.path)
        if (self.mark(there) if there else None) != replacing:
            raise SiteChanged
        self.files[file.path] = file
        self.written.append(file.path)
