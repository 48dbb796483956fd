# Quoted from the course notes: a peer that our programs must talk to.

import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server_socket.bind(("localhost", 9999))
server_socket.listen(1)

print("Serveur de chat démarré. En attente d'un client...")

client_socket, client_address = server_socket.accept()
print(f"Client connecté : {client_address}")
print("Chat prêt ! (tapez 'quit' pour quitter)")
print()

while True:
    # Recevoir un message du client
    message = client_socket.recv(4096).decode()

    if not message or message.lower() == "quit":
        print("Le client a quitté le chat.")
        break

    print(f"Client : {message}")

    # Envoyer une réponse
    reponse = input("Vous : ")

    if reponse.lower() == "quit":
        client_socket.send("quit".encode())
        break

    client_socket.send(reponse.encode())

client_socket.close()
server_socket.close()
print("Chat terminé.")
