# Quoted from the course notes: a peer that our programs must talk to.

import socket

# Serveur avec un petit buffer
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", 9999))
server_socket.listen()

client_socket, _ = server_socket.accept()

# On lit en plusieurs fois avec un petit buffer
chunk1 = client_socket.recv(10)
print(f"Chunk 1 : {chunk1.decode()}")

chunk2 = client_socket.recv(10)
print(f"Chunk 2 : {chunk2.decode()}")

chunk3 = client_socket.recv(10)
print(f"Chunk 3 : {chunk3.decode()}")

client_socket.close()
server_socket.close()
