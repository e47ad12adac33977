"""Live sources that ask a platform for what happened: the pulls of `floorpulse source`."""

from typing import Annotated

import typer

from floorpulse.cli.options import Demo, KeyFile, PositionPath, SpeaksFor, Url
from floorpulse.cli.run import fail
from floorpulse.cli.source import Secret, carry, live_options, secret_in, sources


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
) -> None:
    """Listen to Genesys Cloud's notification channels; gaps are filled from analytics."""
    from floorpulse.connectors.genesys_api import GenesysAccess
    from floorpulse.connectors.genesys_websocket import GenesysWebSocket
    from floorpulse.runtime.clock import now_ms, steady_ms

    access = GenesysAccess.in_region(region, client_id, secret_in(secret_file))
    road = GenesysWebSocket(access, now=now_ms, steady=steady_ms)
    options = live_options(url, key_file, there, source, position)
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
) -> None:
    """Ask for the events of a TaskRouter workspace each minute: what no callback brought."""
    from floorpulse.connectors.twilio_events import TwilioEvents
    from floorpulse.runtime.clock import now_ms

    road = TwilioEvents(workspace, account, secret_in(secret_file), now=now_ms)
    options = live_options(url, key_file, there, source, position)
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
    options = live_options(url, key_file, there, source, position)
    carry("tencent-ccc", road, options, there)
