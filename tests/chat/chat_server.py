"""The server under test, and a client of version 1 that holds every message to the schema."""
import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import websockets

from schema import Schema

PATIENCE = 20  # seconds for what must come
FOLDER = os.environ["PRISE_CHAT_FOLDER"]
SERVER = os.environ["PRISE_CHAT_SERVER"]
CLIENT = os.environ["PRISE_CHAT_CLIENT"]
SCHEMA = Schema(os.path.join(FOLDER, "protocol.schema.json"))
actions_seen = set()


async def within(awaitable):
    return await asyncio.wait_for(awaitable, PATIENCE)


class Server:
    """Started and stopped as often as one likes, over the same data."""

    def __init__(self, *options, data=None, host="127.0.0.1", before=None, environment=None, schemes=("ws", "http")):
        self.folder = tempfile.TemporaryDirectory(prefix="prise-chat-")
        self.data = data or self.folder.name
        self.options, self.host, self.before, self.environment = options, host, before, environment
        self.schemes = schemes
        self.process = None

    def start(self, port=0):
        self.process = subprocess.Popen(
            [SERVER, "--host", self.host, "--port", str(port), "--data", self.data, *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=self.before,
            env={**os.environ, **(self.environment or {})})
        self.console = []
        # A pipe that nobody reads is full after 64 KiB, and stops who writes to it.
        self.reader = threading.Thread(target=self.console.extend, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        if port == 0:
            first = self.process.stdout.readline()
            assert first.startswith("Port : "), (first, self.end())
            port = int(first.split()[-1])
        self.port = port
        assert self.process.stdout.readline().startswith(f"Serveur démarré sur {self.schemes[0]}://{self.shown}:{self.port}")
        assert f"{self.schemes[1]}://{self.shown}:{self.port}/" in self.process.stdout.readline()
        return self

    @property
    def shown(self):
        return "127.0.0.1" if self.host == "0.0.0.0" else self.host

    def end(self):
        """Waits for its end: the last of what it says, and all that it wrote on its console."""
        last = self.process.stdout.read()
        self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        return last, "".join(self.console)

    async def stop(self, how=signal.SIGTERM):
        """What it has written on its console. Its clients answer meanwhile."""
        self.process.send_signal(how)
        last, console = await within(asyncio.to_thread(self.end))
        expected = (-signal.SIGKILL, "") if how == signal.SIGKILL else (0, "Serveur arrêté.\n")
        assert (self.process.returncode, last) == expected, (self.process.returncode, last, console)
        return console

    def log(self):
        with open(os.path.join(self.data, "server.log"), encoding="utf-8") as file:
            return file.read()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.end()
        with contextlib.suppress(OSError):
            self.folder.cleanup()


class LabServer:
    """The server of notes 004, of which ours knows nothing."""

    host = "127.0.0.1"

    def __enter__(self):
        file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lab_server.py")
        self.process = subprocess.Popen([sys.executable, file], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def frame(text):
    """As a client sends it, with a mask of zeros."""
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text


def raw_client(server, user, receive_buffer=None):
    """Has asked for a WebSocket and a name, and does not read what it is answered."""
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect((server.host, server.port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    client.sendall(frame(json.dumps({"action": "login", "user": user, "version": 1}).encode()))
    return client


class Client:
    def __init__(self, websocket):
        self.websocket = websocket

    @classmethod
    async def connect(cls, server, **options):
        websocket = await within(websockets.connect(f"ws://{server.shown}:{server.port}/", max_queue=None, **options))
        client = cls(websocket)
        client.rooms = (await client.next())["rooms"]
        return client

    async def send(self, action, **fields):
        await self.websocket.send(json.dumps({"action": action, **fields}))

    async def next(self):
        """The next message, which the schema must know."""
        data = json.loads(await within(self.websocket.recv()))
        SCHEMA.check(data, "from_server")
        actions_seen.add(data["action"])
        return data

    async def wait(self, action, **fields):
        """The next message like this one; `activity`, which comes when it comes, and others are passed over."""
        while True:
            data = await self.next()
            if data["action"] == action and all(data.get(name) == value for name, value in fields.items()):
                return data

    async def expect(self, action, **fields):
        """The next message is like this one (but for `activity`)."""
        while True:
            data = await self.next()
            if data["action"] != "activity" or action == "activity":
                break
        assert data["action"] == action and all(data.get(name) == value for name, value in fields.items()), \
            f"{data} instead of {action} {fields}"
        return data

    async def login(self, user, **fields):
        await self.send("login", user=user, version=1, **fields)
        await self.expect("message", message="Bienvenue")
        self.welcome = await self.expect("welcome", user=user)
        self.activity = await self.expect("activity")
        self.people = await self.expect("people")
        self.history = await self.next()
        return self

    async def say(self, text, ref="?"):
        """The message as everyone gets it, its sender too."""
        await self.send("send_message", message=text, ref=ref)
        return await self.wait("message", text=text, ref=ref)

    async def closed(self):
        """The code and the reason, once all that still came has been read."""
        try:
            while True:
                await self.next()
        except websockets.ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")

    async def close(self):
        await self.websocket.close()


def run(tests, names):
    for name in names or sorted(tests):
        asyncio.run(tests[name]())
        print(f"{name}: ok", flush=True)
