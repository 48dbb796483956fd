# Not the notes' own: python-websockets, as they install it, for lessons 15 and 16.
import asyncio
import websockets


async def handle_client(websocket):
    print(f"Nouvelle connexion : {websocket.path}")
    try:
        async for message in websocket:
            print(f"Reçu : {message}")
            await websocket.send("ok")
    except websockets.ConnectionClosedError:  # lesson 15 leaves without a Close frame
        pass


async def main():
    async with websockets.serve(handle_client, "127.0.0.1", 9999, compression=None):
        print("Serveur WebSocket en écoute sur ws://localhost:9999")
        await asyncio.Future()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
