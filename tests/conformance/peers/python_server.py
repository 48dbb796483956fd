"""An echo server of python3-websockets: prints its port, then serves until it is stopped."""
import asyncio
import logging
import websockets

# What a case makes fail is for the harness to say, and nobody reads this.
logging.disable(logging.CRITICAL)
BYTES_MAX = 64 * 1024 * 1024


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def main():
    server = await websockets.serve(echo, "127.0.0.1", 0, max_size=BYTES_MAX, ping_interval=None)
    print("Port :", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()


asyncio.run(main())
