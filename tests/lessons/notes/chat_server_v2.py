# Quoted from the course notes: a peer that our programs must talk to.

import socket
import threading

def receive_messages(sock):
    while True:
        try:
            message = sock.recv(4096).decode()
            if not message:
                print("\nLe client s'est déconnecté.")
                break
            print(f"\nClient : {message}")
        except:
            break

def send_messages(sock):
    while True:
        message = input()
        if message.lower() == "quit":
            sock.send("quit".encode())
            sock.close()
            break
        sock.send(message.encode())

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server_socket.bind(("localhost", 9999))
server_socket.listen(1)

print("Serveur de chat v2 démarré. En attente d'un client...")

client_socket, client_address = server_socket.accept()
print(f"Client connecté : {client_address}")
print("Chat prêt ! (tapez 'quit' pour quitter)\n")

thread_recv = threading.Thread(target=receive_messages, args=
(client_socket,))
thread_send = threading.Thread(target=send_messages, args=(client_socket,))

thread_recv.start()
thread_send.start()

thread_recv.join()
thread_send.join()

server_socket.close()
print("Chat terminé.")
