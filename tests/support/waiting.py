"""Waits in the event loop for a condition that sets no event."""

import asyncio
from collections.abc import Callable


async def wait_until_async(condition: Callable[[], object], what: str, patience: float = 20.0) -> None:
    """Check the condition again and again until a deadline, without blocking the loop."""
    deadline = asyncio.get_running_loop().time() + patience
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"in vain waited {patience:.0f} s for {what}"
        await asyncio.sleep(0.01)
