// What is said: what came of each room, what is on its way to one, how far each was read. tell(event, detail) says what
// changed: "messages", "unread", "said" (detail: the message).
import { Delivery } from "./delivery.js";
import { Histories } from "./histories.js";
import { Journey } from "./journey.js";
import { Reading } from "./reading.js";

export class Conversation {
  #tell;
  #histories;
  #delivery;
  user = "";
  journey;
  reading = new Reading();

  constructor(connection, requests, timers, tell) {
    this.#tell = tell;
    this.#histories = new Histories(requests);
    this.#delivery = new Delivery(connection, timers);
    this.journey = new Journey(requests, this.#delivery);
  }

  get outbox() { return this.#delivery.outbox; }
  get timeline() { return this.#histories.of(this.journey.room); }
  get is_asking_older() { return this.#histories.is_asking_older; }
  get caught_up() { return this.#delivery.is_open_in(this.journey.room); }

  // False: too much waits already.
  say(text) {
    if (!this.#delivery.add(this.journey.room, text)) return false;
    this.#tell("messages");
    return true;
  }

  forget(ref) {
    this.outbox.take(ref);
    this.#tell("messages");
  }

  ask_older() { if (this.#histories.ask_older(this.journey.room)) this.#tell("messages"); }

  was_read() { if (this.reading.read_until(this.journey.room, this.timeline.last)) this.#tell("unread"); }

  trim() { this.#histories.trim(this.journey.room); }

  // way: "joined" or "left". Of a crowd it is no news, but a line that has begun goes on.
  note(user, way, { is_crowd }) {
    if (is_crowd && !this.timeline.ends_with_note) return;
    this.timeline.note(user, way);
    this.#tell("messages");
  }

  clear() {
    this.#histories.clear();
    this.outbox.clear();
  }

  lost() {
    this.journey.lost();
    this.#delivery.lost();
  }

  // Another history has other numbers than those we hold.
  use(history_id) { if (this.reading.use(history_id)) this.#histories.clear(); }

  on_activity({ rooms }) {
    this.reading.saw(rooms);
    this.#tell("unread");
  }

  on_history(page) {
    const { room, messages, ref } = page;
    const is_older = ref === "older";
    const is_awaited = this.outbox.is_awaited(room);
    const is_whole = is_older ? this.#histories.add_older(page) : this.#histories.add_newer(page, is_awaited);
    for (const message of messages) this.#came_back(message, room);
    this.reading.received(room, this.#histories.of(room).last);
    if (!is_older && room === this.journey.here) {
      if (is_whole) this.journey.settle();
      else this.#histories.ask_newer(room);
    }
    this.#tell("messages");
  }

  on_message(message) {
    const is_new = this.#histories.of(message.room).add(message);
    this.#came_back(message, message.room);
    this.journey.travel();
    this.reading.received(message.room, message.id);
    if (is_new) this.#tell("said", { ...message, is_ours: message.user === this.user });
    this.#tell("messages");
  }

  // error, about a message; it was distributed all the same when it was not_saved. False: about something else.
  on_error({ code, message, ref, retry_after }) {
    if (this.outbox.get(ref) === undefined || code === "not_saved") return false;
    if (code === "too_fast") this.#delivery.too_fast(ref, retry_after);
    else this.#delivery.refused(ref, message);
    this.journey.travel();
    this.#tell("messages");
    return true;
  }

  without_history() {
    this.#delivery.doubt(this.journey.here);
    this.journey.settle();
    this.#tell("messages");
  }

  room_is_gone(room) {
    this.#delivery.room_is_gone(room, this.journey.room);
    this.#tell("messages");
  }

  // Anyone may send with a ref that they saw.
  #came_back({ user, ref }, room) { if (user === this.user) this.#delivery.came_back(ref, room); }
}
