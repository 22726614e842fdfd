"""The metrics of a service under test, as its management listener shows them."""

import asyncio

from finder.server.app_keys import WORKER_METRICS
from tests.conftest import Client


async def metrics_of(client: Client) -> str:
    """Prometheus's text format."""
    app = client.app
    assert app is not None
    await asyncio.sleep(0)  # as a request would, this lets the service run
    return (await app[WORKER_METRICS].text()).decode()
