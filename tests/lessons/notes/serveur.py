# Quoted from the course notes: a peer that our programs must talk to.

import socket

# Création du socket TCP
serveur = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

# Attachement à une adresse et un port
serveur.bind(("127.0.0.1", 12345))
serveur.listen(1)  # Attente d'une connexion

print("Serveur en attente d'une connexion...")

# Acceptation d'un client
client_socket, client_address = serveur.accept()
print(f"Connexion établie avec {client_address}")

# Envoi d'un message
client_socket.sendall(b"Bienvenue sur le serveur !")

# Fermeture de la connexion
client_socket.close()
serveur.close()
