// What the user sent and the server has not given back yet. Each message carries a `ref` by which it is known again,
// in what comes live as in the history: so it is sent again when it was lost, and never twice.
import { well_formed } from "./text.js";

const kept_max = 100;

export class Outbox {
  #messages = new Map();
  #prefix = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  #count = 0;

  // state: "waiting" (for a connection), "sent", "refused" (reason says why).
  add(room, text) {
    this.#count += 1;
    const message = { ref: `${this.#prefix}-${this.#count}`, room, text: well_formed(text), time: Date.now(),
                      state: "waiting", connection: 0, reason: "" };
    this.#messages.set(message.ref, message);
    return message;
  }

  get is_full() { return this.#messages.size >= kept_max; }
  get(ref) { return this.#messages.get(ref); }
  all() { return [...this.#messages.values()]; }
  take(ref) { return this.#messages.delete(ref); }
  of(room) { return this.all().filter((message) => message.room === room); }
  rooms() { return new Set(this.all().map((message) => message.room)); }
  clear() { this.#messages.clear(); }

  // Something left for the room, and may have arrived.
  is_awaited(room) { return this.of(room).some((message) => message.state === "sent"); }

  // Those of the room that this connection has not carried.
  unsent(room, connection) {
    return this.of(room).filter((message) => message.state !== "refused" && message.connection !== connection);
  }

  is_on_its_way(room, connection) {
    return this.of(room).some((message) => message.state === "sent" && message.connection === connection);
  }
}
