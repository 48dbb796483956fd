// When what the user sends leaves: at once where we are and all was read. What was typed meanwhile, or perhaps lost,
// waits until we are in its room again and have read there whether it arrived; then it goes, in its order.
import { Outbox } from "./outbox.js";

const at_once_max = 20;  // messages of a backlog; the others follow one by one, as the server takes them

export class Delivery {
  outbox = new Outbox();
  #connection;
  #timers;
  #room = null;         // whose messages may leave
  #one_by_one = false;  // we were too fast, or have much to send: the next leaves when the last has come back

  constructor(connection, timers) {
    this.#connection = connection;
    this.#timers = timers;
  }

  is_open_in(room) { return this.#room === room; }

  open(room) {
    this.#room = room;
    const unsent = this.#unsent(room);
    this.#one_by_one = unsent.length > at_once_max;
    for (const message of unsent.slice(0, at_once_max)) this.#send(message);
  }

  close() { this.#room = null; }

  lost() {
    this.close();
    this.#one_by_one = false;
  }

  // False: too much waits already.
  add(room, text) {
    if (this.outbox.is_full) return false;
    const message = this.outbox.add(room, text);
    if (this.is_open_in(room) && !this.#one_by_one) this.#send(message);
    return true;
  }

  // In a history as in what comes live: it is with the server.
  came_back(ref, room) {
    if (this.outbox.get(ref)?.room !== room) return;
    this.outbox.take(ref);
    this.#send_next();
  }

  refused(ref, reason) {
    refuse(this.outbox.get(ref), reason);
    this.#send_next();
  }

  too_fast(ref, wait_ms = 1000) {
    const message = this.outbox.get(ref);
    message.connection = 0;
    message.state = "waiting";
    this.#one_by_one = true;
    this.#timers.after(wait_ms, () => this.#send_next());
  }

  // The first room that something still has to go to.
  next_room() { return this.outbox.all().find((message) => message.state !== "refused")?.room ?? null; }

  // Its messages go back to their author, who is in another room now.
  room_is_gone(room, author_room) {
    for (const message of this.outbox.of(room)) {
      refuse(message, `Le salon «\u00a0${room}\u00a0» n’existe plus.`);
      message.room = author_room;
    }
  }

  // Without a history nobody can say whether what an earlier connection carried arrived.
  doubt(room) {
    for (const message of this.outbox.of(room)) {
      if (message.state !== "sent" || message.connection === this.#connection.number) continue;
      refuse(message, "L’historique ne se lit pas\u00a0: il est peut-être déjà arrivé.");
    }
  }

  #unsent(room) { return this.outbox.unsent(room, this.#connection.number); }

  #send_next() {
    if (!this.#one_by_one || this.#room === null) return;
    if (this.outbox.is_on_its_way(this.#room, this.#connection.number)) return;
    const [next] = this.#unsent(this.#room);
    if (next) this.#send(next);
    else this.#one_by_one = false;
  }

  #send(message) {
    message.connection = this.#connection.number;
    message.state = "sent";
    this.#connection.ask({ action: "send_message", message: message.text, ref: message.ref });
  }
}

function refuse(message, reason) {
  message.state = "refused";
  message.reason = reason;
}
