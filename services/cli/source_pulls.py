"""Live sources that ask a platform for what happened: the pulls of `floorpulse source`."""

from typing import Annotated

import typer

from floorpulse.cli.options import DefinitionsPath, Demo, KeyFile, PositionPath, SpeaksFor, Url
from floorpulse.cli.run import fail
from floorpulse.cli.source import Secret, carry, live_options, secret_in
from floorpulse.cli.source import sources as sources  # noqa: PLC0414  with these commands in it


@sources.command("genesys-websocket")
def genesys_websocket(
    region: Annotated[
        str, typer.Option(help="The organisation's region by its domain, such as mypurecloud.ie.")
    ],
    client_id: Annotated[str, typer.Option(help="OAuth client, grant by client credentials.")],
    secret_file: Secret,
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "genesys-cloud",
    position: PositionPath = None,
    definitions: DefinitionsPath = None,
) -> None:
    """Listen to Genesys Cloud's notification channels (extra `genesys`); gaps are filled from
    analytics.
    """
    from floorpulse.connectors.genesys_api import GenesysAccess
    from floorpulse.runtime.clock import now_ms, steady_ms

    try:
        from floorpulse.connectors.genesys_websocket import GenesysWebSocket
    except ModuleNotFoundError:
        fail("websockets is not installed: pip install 'floorpulse[genesys]'")
    access = GenesysAccess.in_region(region, client_id, secret_in(secret_file))
    road = GenesysWebSocket(access, now=now_ms, steady=steady_ms)
    options = live_options(url, key_file, there, source, position, definitions=definitions)
    carry("genesys-cloud", road, options, there)


@sources.command("twilio-events")
def twilio_events(
    workspace: Annotated[str, typer.Option(help="The workspace, WS….")],
    account: Annotated[str, typer.Option(help="The account AC…, or an API key SK….")],
    secret_file: Secret,
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "twilio-taskrouter",
    position: PositionPath = None,
    definitions: DefinitionsPath = None,
) -> None:
    """Ask for the events of a TaskRouter workspace each minute: what no callback brought."""
    from floorpulse.connectors.twilio_events import TwilioEvents
    from floorpulse.runtime.clock import now_ms

    road = TwilioEvents(workspace, account, secret_in(secret_file), now=now_ms)
    options = live_options(url, key_file, there, source, position, definitions=definitions)
    carry("twilio-taskrouter", road, options, there)


@sources.command("tencent")
def tencent(
    application: Annotated[int, typer.Option(help="The SdkAppId.")],
    secret_id: Annotated[str, typer.Option(help="SecretId of an account that may read it.")],
    secret_file: Secret,
    staff: Annotated[
        list[str] | None,
        typer.Option(help="Account of an agent whose states are asked for; once for each."),
    ] = None,
    region: Annotated[str, typer.Option(help="Region of the API.")] = "ap-guangzhou",
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "tencent-ccc",
    position: PositionPath = None,
    definitions: DefinitionsPath = None,
) -> None:
    """Ask Tencent CCC for finished calls and agents' states each minute (extra `tencent`)."""
    from floorpulse.connectors.tencent import TencentCcc
    from floorpulse.runtime.clock import now_ms

    try:
        from tencentcloud.common.common_client import CommonClient
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.exception import TencentCloudSDKException
    except ImportError:
        fail("Tencent's SDK is not installed: pip install 'floorpulse[tencent]'")
    credential = Credential(secret_id, secret_in(secret_file))
    client = CommonClient("ccc", "2020-02-10", credential, region)
    road = TencentCcc(client, TencentCloudSDKException, application, staff or [], now=now_ms)
    options = live_options(url, key_file, there, source, position, definitions=definitions)
    carry("tencent-ccc", road, options, there)


@sources.command("alibaba")
def alibaba(
    instance: Annotated[str, typer.Option(help="The instance, such as ccc-test.")],
    access_key: Annotated[str, typer.Option(help="AccessKey ID of an account that may read it.")],
    secret_file: Secret,
    region: Annotated[str, typer.Option(help="Region of the API.")] = "cn-shanghai",
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "alibaba-ccc",
    position: PositionPath = None,
    definitions: DefinitionsPath = None,
) -> None:
    """Ask Alibaba CCC for finished calls each minute (extra `alibaba`)."""
    from floorpulse.connectors.alibaba import AlibabaCcc, AlibabaSdk
    from floorpulse.runtime.clock import now_ms

    try:
        from alibabacloud_ccc20200701 import models
        from alibabacloud_ccc20200701.client import Client
        from alibabacloud_tea_openapi.models import Config
        from Tea.exceptions import TeaException
    except ImportError:
        fail("Alibaba's SDK is not installed: pip install 'floorpulse[alibaba]'")
    account = Config(
        access_key_id=access_key, access_key_secret=secret_in(secret_file), region_id=region
    )
    road = AlibabaCcc(AlibabaSdk(Client(account), models), TeaException, instance, now=now_ms)
    options = live_options(url, key_file, there, source, position, definitions=definitions)
    carry("alibaba-ccc", road, options, there)


@sources.command("amazon-kinesis")
def amazon_kinesis(
    stream: Annotated[str, typer.Option(help="Name or ARN of the data stream.")],
    region: Annotated[
        str | None, typer.Option(help="Its region; what AWS's own settings say unless given.")
    ] = None,
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "amazon-connect",
    position: PositionPath = None,
    definitions: DefinitionsPath = None,
) -> None:
    """Read agent events and contact records of Amazon Connect from Kinesis (extra `amazon`)."""
    from floorpulse.connectors.kinesis import kinesis_road
    from floorpulse.connectors.road import RoadClosedError

    try:
        from floorpulse.connectors.kinesis_boto import BotoKinesis
    except ModuleNotFoundError:
        fail("boto3 is not installed: pip install 'floorpulse[amazon]'")
    options = live_options(url, key_file, there, source, position, definitions=definitions)
    try:
        client = BotoKinesis.in_region(region)
    except RoadClosedError as wrong:
        fail(str(wrong))
    carry("amazon-connect", kinesis_road(client, stream), options, there)
