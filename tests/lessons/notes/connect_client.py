# Quoted from the course notes: a peer that our programs must talk to.

import socket

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("localhost", 9999))

print("Connecté au serveur !")

client_socket.close()
