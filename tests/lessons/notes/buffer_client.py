# Quoted from the course notes: a peer that our programs must talk to.

import socket

# Client qui envoie un long message
client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("localhost", 9999))

client_socket.send("ABCDEFGHIJKLMNOPQRSTUVWXYZ".encode())

client_socket.close()
