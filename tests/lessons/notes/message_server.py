# Quoted from the course notes: a peer that our programs must talk to.

import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", 9999))
server_socket.listen()

print("Serveur en écoute sur le port 9999...")

client_socket, client_address = server_socket.accept()
print(f"Connexion de {client_address}")

message = client_socket.recv(1024)
print(f"Message reçu : {message.decode()}")

client_socket.close()
server_socket.close()
