# Quoted from the course notes: a peer that our programs must talk to. One correction: the notes' "Message reçu".encode() is no
# Python, since a bytes literal holds ASCII only.

import socket
import threading

def gerer_client(client_socket, client_address):
    print(f"Connexion établie avec {client_address}")
    client_socket.sendall(b"Bienvenue sur le serveur!")

    while True:
        try:
            data = client_socket.recv(1024)
            if not data:
                break  # Fin de connexion
            print(f"Message de {client_address} : {data.decode()}")
            client_socket.sendall("Message reçu".encode())
        except ConnectionResetError:
            break  # Gestion de la déconnexion brutale

    print(f"Connexion fermée avec {client_address}")
    client_socket.close()

# Création du serveur
serveur = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
serveur.bind(("127.0.0.1", 12345))
serveur.listen(5)  # Accepte jusqu'à 5 clients

print("Serveur en attente de connexions...")

while True:
    client_socket, client_address = serveur.accept()
    thread = threading.Thread(target=gerer_client, args=(client_socket, client_address))
    thread.start()
