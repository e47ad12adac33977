"""Kinesis by boto3 (the extra `amazon`); credentials are AWS's usual ones."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from floorpulse.connectors.kinesis import KinesisDeclined
from floorpulse.connectors.road import ConnectionLostError, RoadClosedError

WAITS = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})


class BotoKinesis:
    """A `KinesisClient` over boto3's."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    def in_region(cls, region: str | None) -> "BotoKinesis":
        """With what environment, profile or role say; without a region also that of them. Raises
        `RoadClosedError` where nothing says the region.
        """
        try:
            return cls(boto3.client("kinesis", region_name=region, config=WAITS))
        except NoRegionError as wrong:
            message = "nothing says the AWS region: name it with --region"
            raise RoadClosedError(message) from wrong

    def ask(self, operation: str, **asked: object) -> Mapping[str, Any]:
        """See `KinesisClient.ask`."""
        try:
            answer: Mapping[str, Any] = getattr(self._client, operation)(**asked)
        except ClientError as wrong:
            code = str(wrong.response.get("Error", {}).get("Code"))
            raise KinesisDeclined(code, str(wrong)) from wrong
        except NoCredentialsError as wrong:
            message = "there are no AWS credentials: give them by environment, profile or role"
            raise RoadClosedError(message) from wrong
        except BotoCoreError as wrong:
            raise ConnectionLostError(str(wrong)) from wrong
        return answer
