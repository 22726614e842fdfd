"""The requests of residents, each kind with its correct answer."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Self

import aiohttp

from scripts.harness.sample_postcodes import SamplePostcode, sample_postcodes

_LIST_LENGTH: Final = 50
SendRequest = Callable[[aiohttp.ClientSession], Awaitable[None]]


class WrongAnswerError(Exception):
    """An answer that is not what it was before the fault."""


class ResidentRequests:
    """Requests of residents: each method is a kind of request that checks its answer."""

    def __init__(self, homes: Sequence[SamplePostcode], answers: Mapping[str, dict[str, Any]]) -> None:
        self._homes = homes
        self._answers = {postcode: _stable_part(answer) for postcode, answer in answers.items()}
        self._teams = {postcode: answer["team"]["id"] for postcode, answer in answers.items()}
        self._tags: dict[str, str] = {}

    @classmethod
    async def record(cls, address: str, count: int = 300) -> Self:
        """Records the answers for some postcodes; later answers must be the same."""
        homes, answers = sample_postcodes(count), {}
        async with aiohttp.ClientSession(address) as session:
            for each in homes:
                async with session.get(f"/api/v1/postcodes/{each.postcode}") as response:
                    answers[each.postcode] = await _json(response)
        return cls(homes, answers)

    def all_kinds(self) -> list[SendRequest]:
        """Every kind of request; frequent kinds are listed more than once."""
        return [*[self.postcode] * 3, self.point, self.unchanged_postcode, self.page, self.sector, self.list_lookup]

    async def postcode(self, session: aiohttp.ClientSession) -> None:
        """A lookup through the API."""
        key = self._any().postcode
        async with session.get(f"/api/v1/postcodes/{key}") as response:
            _require(_stable_part(await _json(response)), self._answers[key])

    async def point(self, session: aiohttp.ClientSession) -> None:
        """The same for the location of the postcode as a point."""
        home = self._any()
        async with session.get("/api/v1/points", params={"lat": home.latitude, "lon": home.longitude}) as response:
            _require((await _json(response))["team"]["id"], self._teams[home.postcode])

    async def unchanged_postcode(self, session: aiohttp.ClientSession) -> None:
        """The same again with If-None-Match."""
        key = self._homes[0].postcode
        path = f"/api/v1/postcodes/{key}"
        async with session.get(path, headers={"If-None-Match": self._tags.get(path, '"none"')}) as response:
            if response.status != 304:  # noqa: PLR2004 - not modified
                _require(_stable_part(await _json(response)), self._answers[key])
            self._tags[path] = response.headers["ETag"]

    async def page(self, session: aiohttp.ClientSession) -> None:
        """The page of a team."""
        async with session.get(f"/teams/{self._teams[self._any().postcode]}") as response:
            text = await response.text()
            _require((response.status, "0800 555 111" in text), (200, True))

    async def sector(self, session: aiohttp.ClientSession) -> None:
        """All postcodes of a sector, for apps that look up on the device."""
        key = self._any().postcode
        async with session.get(f"/api/v1/sectors/{key[:-3]}-{key[-3]}") as response:
            rows = {row[0].replace(" ", ""): row[2] for row in (await _json(response))["postcodes"]}
            _require(rows[key], self._teams[key])

    async def list_lookup(self, session: aiohttp.ClientSession) -> None:
        """Fifty postcodes at once."""
        keys = [self._any().postcode for _ in range(_LIST_LENGTH)]
        async with session.post("/api/v1/lookups", json={"postcodes": keys}) as response:
            found = [each["answer"]["team"]["id"] for each in (await _json(response))["results"]]
            _require(found, [self._teams[key] for key in keys])

    def _any(self) -> SamplePostcode:
        return random.choice(self._homes)  # noqa: S311 - any will do


def _stable_part(answer: dict[str, Any]) -> object:
    """The part of an answer that must not change; publications and surgeries may."""
    return answer["postcode"], answer["ward"], answer["match"], answer["team"]["id"], answer["team"]["officers"]


async def _json(response: aiohttp.ClientResponse) -> Any:
    if response.status != 200:  # noqa: PLR2004 - all is well
        raise aiohttp.ClientError(f"status {response.status}")
    return await response.json()


def _require(found: object, expected: object) -> None:
    if found != expected:
        raise WrongAnswerError
