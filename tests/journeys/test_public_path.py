"""The service below a path of another website, behind each proxy whose configuration ships."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import aiohttp
import pytest

from tests.support.commands import running_service
from tests.support.proxies import Proxy, haproxy, nginx

_PREFIX: Final = "/community/policing"
_LINK: Final = re.compile(r'(?:href|src|action)="(/[^"]*)"')
StartProxy = Callable[..., AbstractContextManager[Proxy]]


@pytest.mark.parametrize("start_proxy", [haproxy, nginx])
async def test_every_link_leads_somewhere_below_the_path(
    shipped_database: str, tmp_path: Path, start_proxy: StartProxy
) -> None:
    address = f"https://www.force.example{_PREFIX}"
    with (
        running_service(shipped_database, tmp_path, FINDER_PUBLIC_URL=address) as server,
        start_proxy(tmp_path, server.port, prefix=_PREFIX) as proxy,
    ):
        statuses = await follow_links(f"{proxy.address}{_PREFIX}/")
        async with aiohttp.ClientSession(proxy.address) as session:
            hidden = [(await session.get(f"{path}/metrics")).status for path in ("", _PREFIX)]
            page = await (await session.get(f"{_PREFIX}/api/v1/teams?limit=2")).json()
            following = await (await session.get(page["next"])).json()
            found = await session.post(f"{_PREFIX}/find", data={"postcode": "B2 4QA"})
            text = await found.text()

    assert set(statuses.values()) == {200}
    assert len(statuses) > 5
    assert hidden == [404, 404]
    assert len(following["items"]) == 2
    assert (found.status, "Ladywood" in text) == (200, True)


async def follow_links(start: str) -> dict[str, int]:
    """Returns the status of each address that the start page links to."""
    async with aiohttp.ClientSession() as session:
        async with session.get(start) as response:
            links = {urljoin(start, link) for link in _LINK.findall(await response.text())}
        gets = {link for link in links if "/find" not in link}
        return {link: (await session.get(link)).status for link in gets}
