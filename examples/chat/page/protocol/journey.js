// Where the user is, and where the connection is. They are not always in one room: what was typed elsewhere goes there
// first, and whoever changes rooms without a connection is followed when it is back.
export class Journey {
  #requests;
  #delivery;
  room = "";    // the user's
  here = null;  // the connection's; null: there is none

  constructor(requests, delivery) {
    this.#requests = requests;
    this.#delivery = delivery;
  }

  // First where something has still to be said, then where the user is.
  next() { return this.#delivery.next_room() ?? this.room; }

  // One room after the other; none is left before all that was said there was read.
  travel() {
    if (this.here === null || !this.#delivery.is_open_in(this.here) || this.next() === this.here) return;
    if (this.#requests.ask({ action: "join_room", room: this.next(), ref: "join" })) this.#delivery.close();
  }

  arrive(room) {
    this.here = room;
    this.#requests.done("newer");
    this.#requests.done("join");
    this.#delivery.close();
  }

  // All that was said here was read, or we stay.
  settle() {
    this.#delivery.open(this.here);
    this.travel();
  }

  lost() { this.here = null; }
}
