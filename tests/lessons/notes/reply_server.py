# Quoted from the course notes: a peer that our programs must talk to.

import socket

# Serveur
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", 9999))
server_socket.listen()

print("En attente d'un client...")
client_socket, client_address = server_socket.accept()

message = client_socket.recv(1024)
print(f"Reçu : {message.decode()}")

reponse = "Bien reçu, merci !"
client_socket.send(reponse.encode())

client_socket.close()
server_socket.close()
