"""The status site in a bucket."""

from collections.abc import Mapping
from hashlib import md5
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.ports.status import SiteChanged

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Another writer was there first, is there at this moment, or has taken the file away.
_CHANGED = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


class S3Site:
    """SiteStore on S3. A file's mark is its ETag, which S3 makes of the bytes alone under its own encryption."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def marks(self) -> Mapping[str, str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        return {found["Key"]: found["ETag"] for page in pages for found in page.get("Contents", [])}

    def mark(self, file: SiteFile) -> str:
        return f'"{md5(file.content, usedforsecurity=False).hexdigest()}"'

    def put(self, file: SiteFile, replacing: str | None) -> None:
        still_the_same: dict[str, Any] = {"IfMatch": replacing} if replacing else {"IfNoneMatch": "*"}
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=file.path,
                Body=file.content,
                ContentType=file.content_type,
                # A server may go on with the old file while the bucket does not answer.
                CacheControl=f"public, max-age={file.fresh_for}, stale-if-error=86400",
                **still_the_same,
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _CHANGED:
                raise SiteChanged from refused
            raise
