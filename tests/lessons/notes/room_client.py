# Quoted from the course notes: a peer that our programs must talk to.

import socket
import threading

def recevoir_messages(client_socket):
    while True:
        try:
            message = client_socket.recv(1024).decode()
            print("\nMessage reçu :", message)
        except:
            break

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("127.0.0.1", 12345))

thread = threading.Thread(target=recevoir_messages, args=(client,))
thread.start()

while True:
    message = input("Votre message : ")
    client.sendall(message.encode())
