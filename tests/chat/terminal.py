"""The terminal client under test, and what may stand between it and a server."""
import asyncio
import contextlib
import os
import re
import subprocess

import websockets

from chat_server import CLIENT, PATIENCE, within


class Terminal:
    """The terminal client: types a line once what came before has been shown."""

    @classmethod
    async def start(cls, server, user, *options, environment=None, screen=asyncio.subprocess.PIPE):
        self = cls()
        self.shown = []
        self.process = await asyncio.create_subprocess_exec(
            CLIENT, "--host", server.host, "--port", str(server.port), user, *options, stdin=subprocess.PIPE, stdout=screen,
            stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})
        return self

    async def shows(self, *texts):
        """One line after another has these; what else comes between them is passed over."""
        for text in texts:
            while text not in await self.next_line():
                pass
        return self.shown[-1] if texts else None

    async def next_line(self, patience=PATIENCE):
        line = (await asyncio.wait_for(self.process.stdout.readline(), patience)).decode()
        assert line, f"it has ended; what it has shown: {self.shown}"
        self.shown.append(line)
        return line

    async def type(self, line, *texts):
        self.process.stdin.write((line + "\n").encode())
        await self.shows(*texts)

    async def end(self, status=0):
        self.process.stdin.close()
        self.shown += (await within(self.process.stdout.read())).decode().splitlines(keepends=True)
        assert await within(self.process.wait()) == status, (self.process.returncode, self.shown)

    def shown_of(self, user):
        """What one person has said, as it was shown."""
        return [line.split(": ", 1)[1].rstrip("\n") for line in self.shown if re.match(rf"(\d\d:\d\d )?{user}: ", line)]


class Relay:
    """Stands before a server. When it cuts the clients off, the server does not notice."""

    host = "127.0.0.1"

    def __init__(self, server):
        self.server = server
        self.is_open = True
        self.clients, self.kept = set(), set()

    async def __aenter__(self):
        self.door = await asyncio.start_server(self.carry, self.host, 0)
        self.port = self.door.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.cut()
        self.let_go()
        self.door.close()

    async def carry(self, reader, writer):
        if not self.is_open:
            return writer.close()
        from_server, to_server = await asyncio.open_connection(self.server.host, self.server.port)
        self.clients.add(writer)
        self.kept.add(to_server)

        async def to_client():
            while data := await from_server.read(1 << 16):
                if not writer.is_closing():
                    writer.write(data)
            writer.close()

        back = asyncio.create_task(to_client())
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                to_server.write(data)
        await back

    def cut(self):
        for writer in self.clients:
            writer.transport.abort()
        self.clients.clear()

    def let_go(self):
        for writer in self.kept:
            writer.close()
        self.kept.clear()


class StandIn:
    """A server that does with each connection what it is told."""

    host = "127.0.0.1"

    def __init__(self, serve, **options):
        self.serve, self.options = serve, options

    async def __aenter__(self):
        self.server = await websockets.serve(self.serve, self.host, 0, **self.options)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()
