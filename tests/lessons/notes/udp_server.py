# Quoted from the course notes: a peer that our programs must talk to.

import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", 9999))

print("Serveur UDP en écoute...")

data, client_address = server_socket.recvfrom(1024)
print(f"Message de {client_address} : {data.decode()}")

server_socket.sendto("Message bien reçu !".encode(), client_address)

server_socket.close()
