# Quoted from the course notes: a peer that our programs must talk to.

# server.py
import asyncio
import websockets

async def handle_client(websocket):
    print(f"Nouvelle connexion : {websocket.remote_address}")

    async for message in websocket:
        print(f"Reçu : {message}")
        await websocket.send(f"Echo : {message}")

    print(f"Connexion fermée : {websocket.remote_address}")

async def main():
    async with websockets.serve(handle_client, "localhost", 8765):
        print("Serveur WebSocket en écoute sur ws://localhost:8765")
        await asyncio.Future()  # garde le serveur actif indéfiniment

asyncio.run(main())
