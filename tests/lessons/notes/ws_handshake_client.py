# Not the notes' own: python-websockets, as they install it, for lesson 15.
import asyncio
import websockets


async def main():
    async with websockets.connect("ws://127.0.0.1:9999/chat", close_timeout=1):
        print("Handshake réussi")


asyncio.run(main())
