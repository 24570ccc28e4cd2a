"""A cure for the demo mail server: its library starts a task a connection and keeps no reference to it, so the garbage
collector may end a connection in the middle (asyncio.create_task says: "save a reference")."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Coroutine
from typing import Any

Serve = Callable[[StreamReader, StreamWriter, Any], Coroutine[Any, Any, None]]


def kept(serve: Serve) -> Serve:
    """The same, with each connection referred to until it ends."""
    running: set[asyncio.Task[Any] | None] = set()

    async def serve_kept(reader: StreamReader, writer: StreamWriter, info: object) -> None:
        task = asyncio.current_task()
        running.add(task)
        try:
            await serve(reader, writer, info)
        finally:
            running.discard(task)

    return serve_kept
