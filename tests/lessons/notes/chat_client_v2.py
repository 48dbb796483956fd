# Quoted from the course notes: a peer that our programs must talk to.

import socket
import threading

def receive_messages(sock):
    while True:
        try:
            message = sock.recv(4096).decode()
            if not message or message.lower() == "quit":
                print("\nLe serveur a quitté le chat.")
                break
            print(f"\nServeur : {message}")
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

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("localhost", 9999))

print("Connecté au serveur de chat v2 !")
print("Chat prêt ! (tapez 'quit' pour quitter)\n")

thread_recv = threading.Thread(target=receive_messages, args=
(client_socket,))
thread_send = threading.Thread(target=send_messages, args=(client_socket,))

thread_recv.start()
thread_send.start()

thread_recv.join()
thread_send.join()

print("Chat terminé.")
