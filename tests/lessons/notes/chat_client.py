# Quoted from the course notes: a peer that our programs must talk to.

import socket

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("localhost", 9999))

print("Connecté au serveur de chat !")
print("Chat prêt ! (tapez 'quit' pour quitter)")
print()

while True:
    # Envoyer un message au serveur
    message = input("Vous : ")

    if message.lower() == "quit":
        client_socket.send("quit".encode())
        break

    client_socket.send(message.encode())

    # Recevoir la réponse du serveur
    reponse = client_socket.recv(4096).decode()

    if not reponse or reponse.lower() == "quit":
        print("Le serveur a quitté le chat.")
        break

    print(f"Serveur : {reponse}")

client_socket.close()
print("Chat terminé.")
