"""Many postcodes at once: as JSON, and as streams of CSV and NDJSON."""

import csv
import gzip
import io
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from finder.api.bulk_lookups.csv_rows import COLUMNS, MAX_COLUMNS
from finder.api.bulk_lookups.request_lines import MAX_RECORD_LENGTH
from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOOKUPS: Final = "/api/v1/lookups"


async def ask(client: Client, body: bytes | str, media_type: str = "application/json") -> tuple[int, str]:
    """Status and text of the answer to a body."""
    async with client.post(_LOOKUPS, data=body, headers={"Content-Type": media_type}) as response:
        return response.status, await response.text()


async def refused(client: Client, body: bytes | str, media_type: str = "application/json") -> tuple[int, str, str]:
    """Status, code and named field of the problem with a body."""
    status, text = await ask(client, body, media_type)
    problem = json.loads(text)
    return status, problem["code"], problem.get("parameter", "")


async def answer(client: Client, path: str) -> tuple[int, Any]:
    """The answer to a single postcode."""
    async with client.get(f"/api/v1/postcodes/{path}") as response:
        return response.status, await response.json(content_type=None)


async def test_each_postcode_gets_the_same_answer_as_alone_and_in_order(service: Client) -> None:
    asked = ["b2 4qa", "B97 4AB", "HELLO", "B99 9ZZ", "B42 9JT"]

    status, text = await ask(service, json.dumps({"postcodes": asked}))

    results = json.loads(text)["results"]
    assert status == 200
    assert [each["query"] for each in results] == asked
    for path, result in zip(["B24QA", "B974AB", "HELLO", "B999ZZ", "B429JT"], results, strict=True):
        alone_status, alone = await answer(service, path)
        if alone_status == 200:
            assert result["answer"] == alone
        else:
            del alone["request_id"]
            assert result["problem"] == alone


async def test_a_thousand_postcodes_are_accepted_and_one_more_is_refused(service: Client) -> None:
    taken, text = await ask(service, json.dumps({"postcodes": ["B2 4QA"] * 1000}))
    problem = await refused(service, json.dumps({"postcodes": ["B2 4QA"] * 1001}))

    assert (taken, len(json.loads(text)["results"])) == (200, 1000)
    assert problem == (400, "too_many_items", "postcodes")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("", ""),
        ("{", ""),
        ("null", ""),
        ("[]", ""),
        ('"B2 4QA"', ""),
        ("{}", "postcodes"),
        ('{"postcode": "B2 4QA"}', "postcode"),
        ('{"postcodes": "B2 4QA"}', "postcodes"),
        ('{"postcodes": ["B2 4QA", 24]}', "postcodes[1]"),
        ('{"postcodes": [null]}', "postcodes[0]"),
        ('{"postcodes": [], "format": "xml"}', "format"),
        ('{"postcodes": ["B2 4QA"], "postcodes": []}', "postcodes"),
        ('{"postcodes": [{"a": 1, "a": 2}]}', "a"),
        ("[" * 20_000, ""),
        ('{"postcodes": ' + "[" * 5_000 + "]" * 5_000 + "}", ""),
        ('{"a":' * 9_000 + "1" + "}" * 9_000, ""),
        ('{"postcodes": ["\\ud800"]}', ""),
        ('{"postcodes": [NaN]}', ""),
        (b'{"postcodes": ["\xff"]}', ""),
        ('{"postcodes": []}'.encode("utf-16"), ""),
    ],
    ids=range(20),
)
async def test_the_refusal_of_a_wrong_body_names_the_field(service: Client, body: bytes | str, field: str) -> None:
    assert await refused(service, body) == (400, "body_invalid", field)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"postcodes": ["B2 4QA"],}', "line 1, column 26"),
        ('{\n "postcodes": [B2 4QA]}', "line 2, column 16"),
        ('{"postcodes": ["B2 4QA", 24]}', "Expected text, got a number."),
        ('{"postcodes": "B2 4QA"}', "Expected a list, got text."),
        ("[" * 20_000, "nested too deep"),
        (b'{"postcodes": ["\xff"]}', "UTF-8"),
        ('{"postcodes": [' + "9" * 5_000 + "]}", "too many digits"),
        ('{"' + "a" * 5_000 + '": 1}', "unknown field `" + "a" * 40 + "`"),
        (" " * 70_000, "65,536 bytes"),
    ],
    ids=range(9),
)
async def test_the_refusal_of_a_wrong_body_says_what_is_wrong(service: Client, body: bytes | str, said: str) -> None:
    _, text = await ask(service, body)

    assert said in json.loads(text)["detail"]


async def test_a_byte_order_mark_before_json_is_accepted(service: Client) -> None:
    status, text = await ask(service, b'\xef\xbb\xbf{"postcodes": ["B2 4QA"]}')

    assert (status, len(json.loads(text)["results"])) == (200, 1)


@pytest.mark.parametrize("encoding", ["gzip", "br", "foo", "gzip, gzip", "GZIP"])
@pytest.mark.parametrize("media_type", ["application/json", "text/csv", "application/x-ndjson"])
async def test_a_compressed_body_is_refused_and_not_unpacked(service: Client, media_type: str, encoding: str) -> None:
    bomb = gzip.compress(b"postcode\n" + b" " * 20_000_000)
    headers = {"Content-Type": media_type, "Content-Encoding": encoding}
    async with service.post(_LOOKUPS, data=bomb, headers=headers, compress=None) as response:
        problem = await response.json(content_type="application/problem+json")

    assert (response.status, problem["parameter"]) == (415, "Content-Encoding")


async def test_a_body_declared_as_not_compressed_is_read(service: Client) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "identity"}
    async with service.post(_LOOKUPS, data=b'{"postcodes": ["B2 4QA"]}', headers=headers) as response:
        assert response.status == 200


async def test_a_body_that_is_too_large_is_not_read_completely(service: Client) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(800):
            read += 65_536
            yield b" " * 65_536

    problem = await refused(service, endless())  # type: ignore[arg-type]  # aiohttp takes an iterator as well

    assert problem == (413, "too_large", "")
    assert read < 50_000_000


@pytest.mark.parametrize("media_type", ["application/xml", "multipart/form-data; boundary=x", "text/plain", "nonsense"])
async def test_other_kinds_of_content_are_refused(service: Client, media_type: str) -> None:
    problem = await refused(service, "x", media_type)

    assert problem == (415, "media_type_unsupported", "Content-Type")


@pytest.mark.parametrize("media_type", ["text/csv", "application/json"])
async def test_an_unknown_parameter_is_refused_before_the_body_is_read(service: Client, media_type: str) -> None:
    headers = {"Content-Type": media_type}
    async with service.post(f"{_LOOKUPS}?columns=all", data=b"", headers=headers) as response:
        problem = await response.json(content_type="application/problem+json")

    assert (problem["code"], problem["parameter"]) == ("parameter_unknown", "columns")


@pytest.mark.parametrize(
    ("media_type", "accept", "status"),
    [
        ("text/csv", "text/csv", 200),
        ("text/csv", "text/*", 200),
        ("text/csv", "*/*", 200),
        ("text/csv", "application/json", 406),
        ("application/x-ndjson", "application/x-ndjson, application/json;q=0.5", 200),
        ("application/x-ndjson", "text/csv", 406),
        ("application/json", "application/json", 200),
        ("application/json", "text/csv", 406),
    ],
)
async def test_a_client_cannot_get_another_media_type_than_it_sends(
    service: Client, media_type: str, accept: str, status: int
) -> None:
    body = {"text/csv": b"postcode\n", "application/json": b'{"postcodes": []}'}.get(media_type, b"")
    headers = {"Content-Type": media_type, "Accept": accept}
    async with service.post(_LOOKUPS, data=body, headers=headers) as response:
        assert response.status == status


async def table(client: Client, body: bytes | str) -> list[list[str]]:
    """The rows of a CSV answer."""
    async with client.post(_LOOKUPS, data=body, headers={"Content-Type": "text/csv"}) as response:
        assert (response.status, response.content_type) == (200, "text/csv")
        text = (await response.read()).decode("utf-8", "replace")
    return list(csv.reader(io.StringIO(text, newline="")))


async def test_csv_is_returned_with_columns_appended(service: Client) -> None:
    sent = 'id,postcode,note\r\n1,B2 4QA,"said ""now"", twice"\r\n2,"b97 4ab",\r\n3,hello,x\r\n4,B42 9JT,x\r\n'

    rows = await table(service, sent)

    given = list(csv.reader(io.StringIO(sent, newline="")))
    assert [row[:3] for row in rows] == given
    assert [row[3:] for row in rows] == [
        list(COLUMNS),
        ["ladywood", "Ladywood", "west-midlands", "E05011151", "Ladywood", "certain", ""],
        ["", "", "", "", "", "", "outside_coverage"],
        ["", "", "", "", "", "", "postcode_malformed"],
        rows[4][3:],
    ]
    assert rows[4][8] == "near_boundary"


@pytest.mark.parametrize(
    ("body", "team"),
    [
        (b"postcode\nB2 4QA", "ladywood"),
        (b"\xef\xbb\xbfpostcode\nB2 4QA\n", "ladywood"),
        (b"PostCode \r\nB2 4QA\r\n", "ladywood"),
        (b'"a\nb",postcode\n"c\n\nd",B2 4QA\n', "ladywood"),
        (b"postcode,a,b\nB2 4QA\n", "ladywood"),
        (b"postcode\n\xff\n", ""),
        (b"postcode\n\x00\n", ""),
        (b'postcode\n"never closed\nB2 4QA\n', ""),
        (b"a,postcode\nx\n", ""),
    ],
    ids=range(9),
)
async def test_csv_as_programs_write_it_is_read(service: Client, body: bytes, team: str) -> None:
    rows = await table(service, body)

    column = rows[0].index("team_id")
    assert rows[-1][column] == team


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        (b'"=HYPERLINK(""https://example.org"")",B2 4QA', b'"\'=HYPERLINK(""https://example.org"")",B2 4QA'),
        (b"=1+1,B2 4QA", b"'=1+1,B2 4QA"),
        (b"  @x,B2 4QA,-y", b"'  @x,B2 4QA,'-y"),
        (b"\tx,B2 4QA", b"'\tx,B2 4QA"),
        (b"a;=1,B2 4QA", b"a;'=1,B2 4QA"),
        (b'"a\n=1",B2 4QA', b'"a\n\'=1",B2 4QA'),
        (b"a\r=1,B2 4QA", b"a =1,B2 4QA"),
        (b"\xff,B2 4QA,=\xff", b"\xff,B2 4QA,'=\xff"),
        (b"\xef\xbc\x9d1,B2 4QA", b"'\xef\xbc\x9d1,B2 4QA"),
        (b'-1.5,"B2 4QA",+44 121 496 0000', b'-1.5,"B2 4QA",+44 121 496 0000'),
        (b'2026-12-01,"B2 4QA","a, =b"', b'2026-12-01,"B2 4QA","a, =b"'),
        (b"x,=B24QA", b"x,'=B24QA"),
    ],
)
async def test_no_cell_of_a_csv_answer_is_a_formula(service: Client, sent: bytes, returned: bytes) -> None:
    head = b"\xef\xbb\xbf=a,postcode,@b"

    async with service.post(
        _LOOKUPS, data=head + b"\r\n" + sent + b"\r\n", headers={"Content-Type": "text/csv"}
    ) as got:
        answered = await got.read()

    assert answered.startswith(
        b"\xef\xbb\xbf'=a,postcode,'@b," + ",".join(COLUMNS).encode() + b"\r\n" + returned + b","
    )
    assert answered.endswith(b",certain,\r\n" if b"B2 4QA" in sent else b",postcode_malformed\r\n")


@pytest.mark.parametrize("body", [b"", b"\n", b"id,name\n1,x\n", b"postcode,postcode\n", b"B2 4QA\n", b"a" * 100_000])
async def test_csv_without_a_postcode_column_is_refused(service: Client, body: bytes) -> None:
    assert await refused(service, body, "text/csv") == (400, "body_invalid", "postcode")


async def test_a_table_of_very_many_columns_is_refused(service: Client) -> None:
    widest = "postcode" + "," * (MAX_COLUMNS - 1)

    status, text = await ask(service, f"{widest}\nB2 4QA\n", "text/csv")
    problem = await refused(service, f"{widest},\nB2 4QA\n", "text/csv")

    assert (status, text.count("ladywood")) == (200, 1)
    assert problem == (400, "body_invalid", "postcode")


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_a_compressed_list_is_the_same_list(service: Client, encoding: str) -> None:
    body = json.dumps({"postcodes": ["B2 4QA", "HELLO"] * 300})
    _, plain = await ask(service, body)

    async with service.post(_LOOKUPS, data=body, headers={"Content-Type": "application/json",
                            "Accept-Encoding": encoding}) as response:  # fmt: skip
        text = await response.text()

    assert response.headers["Content-Encoding"] == encoding
    assert text == plain


async def test_a_row_that_is_too_long_is_refused_and_the_others_are_answered(service: Client) -> None:
    body = b"postcode,note\nB2 4QA,x\nB2 4QA," + b"x" * (MAX_RECORD_LENGTH + 70_000) + b"\nB2 4QA,z\n"

    rows = await table(service, body)

    assert [row[-1] for row in rows[1:]] == ["", "body_invalid", ""]
    assert rows[3][:3] == ["B2 4QA", "z", "ladywood"]
    assert {len(row) for row in rows} == {9}


async def test_lines_of_ndjson_are_returned_unchanged_with_their_answer(service: Client) -> None:
    lines = ['"B2 4QA"', '{"case": 7, "postcode": "hello"}', "", "24", '{"case": 8}', "{", '{"postcode": 1}']

    status, text = await ask(service, "\n".join(lines), "application/x-ndjson")

    results = [json.loads(line) for line in text.splitlines()]
    assert status == 200
    assert [each.get("query") for each in results] == ["B2 4QA", {"case": 7, "postcode": "hello"}, *[None] * 4]
    assert results[0]["answer"]["team"]["id"] == "ladywood"
    assert [each["problem"]["code"] for each in results[1:]] == ["postcode_malformed", *["body_invalid"] * 4]
