# A client that believes nobody, and one that asks for another name than the certificate's.
import asyncio
import ssl

import websockets

async def refused(uri, context):
    try:
        async with websockets.connect(uri, ssl=context):
            print("Connecté !")
    except ssl.SSLCertVerificationError as error:
        print(f"Refusé : {error.verify_message}")

async def main():
    await refused("wss://localhost:8765", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    await refused("wss://127.0.0.2:8765", ssl.create_default_context())

asyncio.run(main())
