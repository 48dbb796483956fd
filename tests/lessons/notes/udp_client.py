# Quoted from the course notes: a peer that our programs must talk to.

import socket

client_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

client_socket.sendto("Hello UDP !".encode(), ("localhost", 9999))

data, server_address = client_socket.recvfrom(1024)
print(f"Réponse : {data.decode()}")

client_socket.close()
