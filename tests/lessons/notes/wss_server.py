# The notes' server.py over TLS.
import asyncio
import os
import ssl

import websockets

async def handle_client(websocket):
    adresse = websocket.remote_address  # it is forgotten once TLS has ended
    print(f"Nouvelle connexion : {adresse}")

    async for message in websocket:
        print(f"Reçu : {message}")
        await websocket.send(f"Echo : {message}")

    print(f"Connexion fermée : {adresse}")

async def main():
    folder = os.environ["PRISE_CERTIFICATES"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/serveur.pem", f"{folder}/serveur.key")
    async with websockets.serve(handle_client, "127.0.0.1", 8765, ssl=context):
        print("Serveur WebSocket en écoute sur wss://localhost:8765")
        await asyncio.Future()  # garde le serveur actif indéfiniment

asyncio.run(main())
