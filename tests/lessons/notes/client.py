# Quoted from the course notes: a peer that our programs must talk to.

import socket

# Création du socket client
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

# Connexion au serveur
client.connect(("127.0.0.1", 12345))

# Réception du message
message = client.recv(1024)  # 1024 octets max
print("Message reçu :", message.decode())

# Fermeture de la connexion
client.close()
