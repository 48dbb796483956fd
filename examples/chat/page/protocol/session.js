// The client's side of PROTOCOL.md, without a pixel: who we are, where we are, what was said, what is on its way.
import { Outbox } from "./outbox.js";
import { Reading } from "./reading.js";
import { Timeline } from "./timeline.js";

const page_messages = 50;
const gap_messages_max = 300;   // a longer absence is not caught up: scrolling brings it
const kept_messages_max = 2000;
const at_once_max = 20;         // messages of a backlog; the others follow one by one, as the server takes them
const retry_ms_max = 30_000;
const people_max = 500;         // as many as the server names
const people_noted_max = 30;    // in a larger crowd, who comes and goes is no news

// Dispatches "status", "rooms", "room", "people", "messages", "unread", "said" (detail: the message), "frames"
// (detail: the action), "problem" (detail: {about, code, text}).
export class Session extends EventTarget {
  #connection;
  #asked = new Map();  // requests by ref, to be made again when we were too fast
  #timelines = new Map();
  #frames_wanted = false;
  #name_retries = 0;
  #is_returning = false;
  #joining = null;
  #one_by_one = false;  // we were too fast, or have much to send: the next message leaves when the last has come back
  #timers = new Set();
  status = "out";  // "connecting", "in", "waiting" (for the next try), "taken" (our name, by our former connection)
  user = "";
  room = "";
  rooms = [];
  people = [];
  people_count = 0;
  limits = { user_chars: 20, room_chars: 30, message_chars: 2000, history_messages: 100 };
  outbox = new Outbox();
  reading = new Reading();
  caught_up = false;
  last_close = { code: 0, reason: "", wait_ms: 0 };

  constructor(connection) {
    super();
    this.#connection = connection;
    connection.addEventListener("open", () => this.#login());
    connection.addEventListener("receive", (event) => this.#receive(event.detail));
    connection.addEventListener("wait", (event) => this.#lost(event.detail));
    // No room: the one we are in, and before the login a refusal, which is an answer too.
    connection.addEventListener("silent", () => connection.ask({ action: "get_history", limit: 1, ref: "pulse" }));
  }

  get timeline() { return this.timeline_of(this.room); }

  timeline_of(room) {
    if (!this.#timelines.has(room)) this.#timelines.set(room, new Timeline());
    return this.#timelines.get(room);
  }

  // --- what the user does ---

  // returning: we were in a moment ago (the page was loaded anew).
  enter(user, room, { returning = false } = {}) {
    this.#is_returning = returning;
    this.user = user;
    this.room = room;
    this.#set_status("connecting");
    this.#connection.start();
  }

  leave() {
    this.#stop_timers();
    this.#connection.stop();
    this.#is_returning = false;
    this.#joining = null;
    this.#timelines.clear();
    this.outbox.clear();
    this.room = "";
    this.rooms = [];
    this.people = [];
    this.#set_status("out");
  }

  // False: too much waits already; the text is still the user's.
  say(text) {
    if (this.outbox.is_full) {
      this.#tell("problem", { about: "send", code: "outbox_full", text: "Trop de messages attendent de partir." });
      return false;
    }
    const message = this.outbox.add(this.#joining ?? this.room, text);
    if (this.status === "in" && this.caught_up && !this.#one_by_one) this.#send(message);
    this.#tell("messages");
    return true;
  }

  forget(ref) {
    this.outbox.take(ref);
    this.#tell("messages");
  }

  join(room) {
    if (room === (this.#joining ?? this.room) || !this.#ask({ action: "join_room", room, ref: "join" })) return;
    this.#joining = room;
    this.caught_up = false;  // what is said from now on is said there
  }

  create(room) { return this.#ask({ action: "create_room", room, ref: "create" }); }

  ask_older() {
    const timeline = this.timeline;
    if (!timeline.more || timeline.first === null || this.#asked.has("older")) return;
    const asked = this.#ask({ action: "get_history", room: this.room, before: timeline.first, limit: page_messages,
                              ref: "older" });
    if (asked) this.#tell("messages");
  }

  get is_asking_older() { return this.#asked.has("older"); }

  watch_frames(on) {
    this.#frames_wanted = on;
    const watch = { action: "watch_frames", on };
    if (on) this.#connection.ask(watch);
    else this.#connection.send(watch);
  }

  // The room is before the user's eyes, to its end.
  was_read() {
    if (this.reading.read_until(this.room, this.timeline.last)) this.#tell("unread");
  }

  // Only when nobody reads further up.
  trim() { if (!this.is_asking_older) this.timeline.keep_last(kept_messages_max); }

  // --- what the connection does ---

  #login() {
    this.#connection.ask({ action: "login", user: this.user, version: 1, room: this.#joining ?? this.room,
                            ref: "login" });
  }

  #lost({ code, reason, wait_ms }) {
    this.#stop_timers();
    this.#asked.clear();
    this.#one_by_one = false;
    this.caught_up = false;
    this.last_close = { code, reason, wait_ms };
    this.#set_status("waiting");
  }

  #receive(action) {
    if (action.ref === "pulse") return undefined;  // whatever it says: it came
    switch (action.action) {
      case "rooms": return this.#on_rooms(action);
      case "welcome": return this.#on_welcome(action);
      case "activity": return this.#on_activity(action);
      case "people": return this.#on_people(action);
      case "history": return this.#on_history(action);
      case "message": return this.#on_message(action);
      case "joined": return this.#on_joined(action);
      case "left": return this.#on_left(action);
      case "error": return this.#on_error(action);
      case "frames": return this.#tell("frames", action);
      default: return undefined;  // a later version's
    }
  }

  #on_rooms({ rooms }) {
    this.rooms = rooms;
    this.#tell("rooms");
    const created = this.#asked.get("create")?.room.trim();
    if (created === undefined || !rooms.includes(created)) return;
    this.#asked.delete("create");
    this.join(created);  // who creates a room means to be in it; the server leaves that to us
  }

  #on_welcome({ user, room, history_id, limits }) {
    this.user = user;
    this.limits = limits;
    this.#name_retries = 0;
    this.#is_returning = true;
    this.#connection.settled();
    if (this.reading.use(history_id)) this.#timelines.clear();  // other numbers than those we hold
    this.#enter_room(room);
    this.#set_status("in");
    if (this.#frames_wanted) this.watch_frames(true);
  }

  #on_activity({ rooms }) {
    this.reading.saw(rooms);
    this.#tell("unread");
  }

  #on_people({ room, users, count }) {
    if (room !== this.room) this.#enter_room(room);
    this.people = users;
    this.people_count = count;
    this.#tell("people");
  }

  #enter_room(room) {
    const moves_on = this.#joining !== null && this.#joining !== room && this.#asked.has("join");
    if (!moves_on) {
      this.#joining = null;
      this.#asked.delete("join");
    }
    this.#asked.delete("older");
    this.#asked.delete("newer");
    this.caught_up = false;
    const moved = this.room !== room;
    this.room = room;
    this.#tell("room", { moved });
  }

  #on_history({ room, messages, more, before, ref }) {
    const timeline = this.timeline_of(room);
    if (ref !== undefined) this.#asked.delete(ref);
    if (ref === "older" && before !== timeline.first) return;  // it would not touch what we hold
    const end_before = timeline.end;
    const is_entry = ref !== "older" && ref !== "newer";  // to a room, with the ref of what brought us there
    const is_first = is_entry && this.#is_too_far(timeline, room, messages);
    if (is_first) timeline.clear();
    const was_empty = timeline.is_empty;
    for (const message of messages) this.#store(timeline, room, message);
    if (ref === "older" || was_empty) timeline.more = more;
    this.reading.received(room, timeline.last);
    if (room === this.room && ref !== "older") {
      const stuck = ref === "newer" && timeline.end === end_before;
      if (timeline.end < timeline.last && !stuck) this.#ask_newer(timeline);
      else this.#set_caught_up();
    }
    this.#tell("messages");
  }

  // What we hold ends so long before this page that the page begins anew. Not while something is on its way: whether
  // it arrived is to be read there.
  #is_too_far(timeline, room, messages) {
    if (timeline.is_empty || messages.length === 0 || this.outbox.of(room).length > 0) return false;
    return messages[0].id - timeline.end > gap_messages_max;
  }

  #ask_newer(timeline) {
    this.#ask({ action: "get_history", room: this.room, after: timeline.end, limit: this.limits.history_messages,
                ref: "newer" });
  }

  #set_caught_up() {
    if (this.#joining !== null) return;  // what is typed now is meant for there
    this.caught_up = true;
    const unsent = this.outbox.unsent(this.room, this.#connection.number);
    this.#one_by_one = unsent.length > at_once_max;
    for (const message of unsent.slice(0, at_once_max)) this.#send(message);
  }

  // In the order in which they were typed.
  #send_next() {
    if (!this.#one_by_one || !this.caught_up || this.outbox.is_on_its_way(this.room, this.#connection.number)) return;
    const [next] = this.outbox.unsent(this.room, this.#connection.number);
    if (next) this.#send(next);
    else this.#one_by_one = false;
  }

  #on_message(message) {
    if (message.id === undefined) return;  // the notes' two fields: welcome and error say it to us
    const is_ours = message.user === this.user;
    const is_new = this.#store(this.timeline_of(message.room), message.room, message);
    this.reading.received(message.room, message.id);
    if (is_new) this.#tell("said", { ...message, is_ours });
    this.#tell("messages");
  }

  #store(timeline, room, { id, user, text, time, ref }) {
    if (user === this.user && this.outbox.get(ref)?.room === room) {
      this.outbox.take(ref);
      this.#send_next();
    }
    return timeline.add({ id, user, text, time });
  }

  #on_joined({ room, user }) {
    if (room !== this.room) return;
    if (this.people.length < people_max && !this.people.includes(user)) this.people = [...this.people, user];
    this.people_count += 1;
    this.#note(`${user} a rejoint le salon`);
  }

  #on_left({ room, user }) {
    if (room !== this.room) return;
    this.people = this.people.filter((one) => one !== user);
    this.people_count -= 1;
    this.#note(`${user} a quitté le salon`);
  }

  #note(text) {
    if (this.people_count <= people_noted_max) this.timeline.note(text);
    this.#tell("people");
    this.#tell("messages");
  }

  #on_error({ code, message, ref, retry_after }) {
    if (ref === "login") return this.#on_login_refused(code, message);
    const sent = this.outbox.get(ref);
    if (code === "too_fast" && sent) return this.#too_fast(sent, retry_after ?? 1000);
    if (code === "too_fast" && this.#asked.has(ref)) return this.#again(ref, retry_after ?? 1000);
    if (sent && code !== "not_saved") {
      sent.state = "refused";
      sent.reason = message;
      this.#send_next();
      return this.#tell("messages");
    }
    this.#asked.delete(ref);
    if (ref === "join") this.#stay();
    if (code === "no_history" && ref !== "older") this.#doubt();
    return this.#tell("problem", { about: ref, code, text: message });
  }

  #stay() {
    const meant = this.#joining;
    this.#joining = null;
    for (const message of this.outbox.of(meant)) message.room = this.room;
    this.#set_caught_up();
  }

  // Without a history nobody can say whether what was on its way arrived.
  #doubt() {
    for (const message of this.outbox.of(this.room)) {
      if (message.state !== "sent" || message.connection === this.#connection.number) continue;
      message.state = "refused";
      message.reason = "L’historique ne se lit pas : il est peut-être déjà arrivé.";
    }
    this.#set_caught_up();
  }

  // At first, another name is for the user to choose. Later, it is our own former connection that holds it, until the
  // server notices that it fell.
  #on_login_refused(code, text) {
    if (code === "too_fast" || (code === "name_taken" && this.#is_returning)) {
      this.#name_retries += 1;
      this.#after(Math.min(retry_ms_max, 500 * 2 ** this.#name_retries), () => this.#login());
      return this.#set_status("taken");
    }
    this.leave();
    return this.#tell("problem", { about: "login", code, text });
  }

  #too_fast(message, wait_ms) {
    message.connection = 0;
    message.state = "waiting";
    this.#one_by_one = true;
    this.#after(wait_ms, () => this.#send_next());
  }

  #again(ref, wait_ms) {
    this.#after(wait_ms, () => {
      if (this.#asked.has(ref)) this.#connection.ask(this.#asked.get(ref));
    });
  }

  // --- ---

  #ask(request) {
    if (!this.#connection.ask(request)) return false;
    this.#asked.set(request.ref, request);
    return true;
  }

  #send(message) {
    message.connection = this.#connection.number;
    message.state = "sent";
    this.#connection.ask({ action: "send_message", message: message.text, ref: message.ref });
  }

  #after(wait_ms, act) {
    const timer = setTimeout(() => { this.#timers.delete(timer); act(); }, wait_ms);
    this.#timers.add(timer);
  }

  #stop_timers() {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
  }

  #set_status(status) {
    this.status = status;
    this.#tell("status");
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
