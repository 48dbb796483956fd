"""A client of the lab's chat, written from notes 004 alone: it knows two answers, and no version."""
import json

import websockets


class NotesClient:
    def __init__(self, websocket):
        self.websocket = websocket
        self.rooms = []
        self.messages = []

    @classmethod
    async def connect(cls, ip, port):
        return cls(await websockets.connect(f"ws://{ip}:{port}"))

    async def send(self, **action):
        await self.websocket.send(json.dumps(action))

    async def login(self, user):
        await self.send(action="login", user=user)

    async def receive(self):
        """The next thing a page of the notes would show; what it does not know it ignores."""
        async for text in self.websocket:
            data = json.loads(text)
            if data["action"] == "message":
                self.messages.append(data["message"])
                return data["message"]
            if data["action"] == "rooms":
                self.rooms = data["rooms"]
                return data["rooms"]
        return None

    async def receive_exactly(self):
        """The next thing on the wire, as it is."""
        return json.loads(await self.websocket.recv())

    async def close(self):
        await self.websocket.close()
