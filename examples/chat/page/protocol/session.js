// The client's side of PROTOCOL.md, without a pixel: what the user does becomes requests, and each answer goes to the
// part of this folder that it concerns. The views read it, and are told when it changes.
import { Conversation } from "./conversation.js";
import { Entrance } from "./entrance.js";
import { Presence } from "./presence.js";
import { Requests } from "./requests.js";
import { Timers } from "./timers.js";

// Dispatches "status", "rooms", "room", "people", "messages", "unread", "said" (detail: the message), "frames"
// (detail: the action), "problem" (detail: {about, code, text}).
export class Session extends EventTarget {
  #connection;
  #timers = new Timers();
  #requests;
  #conversation;
  #entrance;
  #presence = new Presence();
  #frames_wanted = false;
  status = "out";  // "connecting", "in", "waiting" (for the next try), "taken" (our name, by our former connection)
  rooms = [];
  limits = { user_chars: 20, room_chars: 30, message_chars: 2000 };
  last_close = { code: 0, reason: "", wait_ms: 0 };

  constructor(connection) {
    super();
    this.#connection = connection;
    this.#requests = new Requests(connection, this.#timers);
    this.#conversation = new Conversation(connection, this.#requests, this.#timers, (...what) => this.#tell(...what));
    this.#entrance = new Entrance(connection, this.#timers, () => this.#journey.next());
    connection.addEventListener("open", () => this.#entrance.knock());
    connection.addEventListener("receive", (event) => this.#receive(event.detail));
    connection.addEventListener("wait", (event) => this.#lost(event.detail));
    // No room: the one we are in, and before the login a refusal, which is an answer too.
    connection.addEventListener("silent", () => connection.ask({ action: "get_history", limit: 1, ref: "pulse" }));
  }

  get user() { return this.#entrance.user; }
  get room() { return this.#journey.room; }
  get people() { return this.#presence.people; }
  get people_count() { return this.#presence.count; }
  get outbox() { return this.#conversation.outbox; }
  get reading() { return this.#conversation.reading; }
  get timeline() { return this.#conversation.timeline; }
  get caught_up() { return this.#conversation.caught_up; }
  get is_asking_older() { return this.#conversation.is_asking_older; }
  get #journey() { return this.#conversation.journey; }

  // --- what the user does ---

  // returning: we were in a moment ago (the page was loaded anew).
  enter(user, room, { returning = false } = {}) {
    this.#entrance.choose(user, returning);
    this.#journey.room = room;
    this.#set_status("connecting");
    this.#connection.start();
  }

  // Rather than wait for the next try.
  retry() { this.#connection.retry(); }

  leave() {
    this.#connection.stop();
    this.#disconnected();
    this.#conversation.clear();
    this.#presence.set([], 0);
    this.#journey.room = "";
    this.rooms = [];
    this.#tell("people");
    this.#set_status("out");
  }

  // False: too much waits already; the text is still the user's.
  say(text) {
    const is_kept = this.#conversation.say(text);
    if (!is_kept) this.#problem("send", "outbox_full", "Trop de messages attendent de partir.");
    return is_kept;
  }

  forget(ref) { this.#conversation.forget(ref); }

  join(room) {
    if (room === this.room) return;
    this.#show(room);
    this.#journey.travel();
  }

  create(room) { return this.#requests.ask({ action: "create_room", room, ref: "create" }); }

  ask_older() { this.#conversation.ask_older(); }
  was_read() { this.#conversation.was_read(); }
  trim() { this.#conversation.trim(); }  // only when nobody reads further up

  watch_frames(on) {
    this.#frames_wanted = on;
    const watch = { action: "watch_frames", on };
    if (on) this.#connection.ask(watch);
    else this.#connection.send(watch);  // nothing answers it
  }

  #show(room) {
    const moved = room !== this.room;
    this.#journey.room = room;
    if (moved) this.#presence.set([], 0);
    this.#requests.done("older");
    this.#tell("room", { moved });
    this.#tell("people");
  }

  // --- what the connection does ---

  #lost(close) {
    this.#disconnected();
    this.last_close = close;
    this.#set_status("waiting");
  }

  #disconnected() {
    this.#timers.stop();
    this.#requests.forget();
    this.#conversation.lost();
  }

  #receive(action) {
    // Whatever the pulse is answered: it came. A message's ref is its author's, who may call it so.
    if (action.ref === "pulse" && action.action !== "message") return undefined;
    switch (action.action) {
      case "rooms": return this.#on_rooms(action);
      case "welcome": return this.#on_welcome(action);
      case "activity": return this.#conversation.on_activity(action);
      case "people": return this.#on_people(action);
      case "history": return this.#conversation.on_history(action);
      case "message": return this.#on_message(action);
      case "joined":
      case "left": return this.#on_move(action);
      case "error": return this.#on_error(action);
      case "frames": return this.#tell("frames", action);
      default: return undefined;  // a later version's
    }
  }

  #on_rooms({ rooms }) {
    this.rooms = rooms;
    this.#tell("rooms");
    const created = this.#requests.get("create")?.room;
    if (created === undefined || !rooms.includes(created)) return;
    this.#requests.done("create");
    this.join(created);  // who creates a room means to be in it; the server leaves that to us
  }

  #on_welcome({ user, room, history_id, limits }) {
    this.#entrance.welcomed(user);
    this.#connection.settled();
    this.limits = limits;
    this.#conversation.user = user;
    this.#conversation.use(history_id);
    this.#journey.arrive(room);
    this.#show(this.room);
    this.#set_status("in");
    if (this.#frames_wanted) this.watch_frames(true);
  }

  #on_people({ room, users, count }) {
    this.#journey.arrive(room);
    if (room !== this.room) return;
    this.#presence.set(users, count);
    this.#tell("people");
  }

  // The notes' two fields, without a number: welcome and error say it to us.
  #on_message(message) { if (message.id !== undefined) this.#conversation.on_message(message); }

  // action: "joined" or "left".
  #on_move({ action, room, user }) {
    if (room !== this.room) return;
    this.#presence[action](user);
    this.#conversation.note(user, action, this.#presence);
    this.#tell("people");
  }

  #on_error(error) {
    const { code, message, ref, retry_after } = error;
    if (ref === "login" && code !== "no_history") return this.#on_login_refused(code, message);
    if (this.#conversation.on_error(error)) return undefined;
    const asked = this.#requests.get(ref);
    if (code === "too_fast" && asked) return this.#requests.again(ref, retry_after);
    this.#requests.done(ref);
    if (ref === "join" && asked) this.#room_is_gone(asked.room);
    if (code === "no_history" && ref !== "older") this.#conversation.without_history();
    return this.#problem(code === "no_history" ? "history" : ref, code, message);
  }

  // Whoever was there is where the connection is.
  #room_is_gone(room) {
    if (this.room === room) this.#show(this.#journey.here);
    this.#conversation.room_is_gone(room);
    this.#journey.settle();
  }

  #on_login_refused(code, text) {
    if (this.#entrance.refused(code)) return this.#set_status("taken");
    this.leave();
    return this.#problem("login", code, text);
  }

  #set_status(status) {
    this.status = status;
    this.#tell("status");
  }

  #problem(about, code, text) { this.#tell("problem", { about, code, text }); }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
