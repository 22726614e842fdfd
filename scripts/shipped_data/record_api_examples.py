"""Asks a running demonstration for the answers that the documentation shows: run it after a change of shapes."""

import json
import sys
import urllib.error
import urllib.request

from finder.api.examples import RECORDED, REQUESTS, Request


def answer(base: str, example: Request) -> dict[str, object]:
    """One answer, as examples.json holds it."""
    headers = {"Content-Type": example.media_type} if example.media_type else {}
    request = urllib.request.Request(base + example.path, example.body.encode() or None, headers)  # noqa: S310 - ours
    try:
        response = urllib.request.urlopen(request)  # noqa: S310 - the address that the developer gave
    except urllib.error.HTTPError as refused:
        response = refused
    with response:
        media_type = response.headers.get_content_type()
        text = response.read().decode()
    body = json.loads(text) if media_type.endswith("json") and not media_type.endswith("ndjson") else text
    return {"status": response.status, "media_type": media_type, "body": example.shorten(body)}


base = sys.argv[1].rstrip("/")
answers = [answer(base, each) for each in REQUESTS]
RECORDED.write_text(json.dumps(answers, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
print(f"{len(answers)} answers, {RECORDED.stat().st_size:,} bytes")
