// The conversation: older messages come as one scrolls up; the end stays in view for whom is at the end.
import { by_id, element, once_a_frame, set_children } from "./dom.js";
import { message_item, set_neighbour } from "./message_item.js";
import { count } from "./words.js";

const near_px = 400;  // from the top: time to ask for older ones
const end_px = 60;    // from the end: counts as the end

export class MessagesView {
  #timeline = null;
  #items = new Map();  // by key
  #is_at_end = true;
  #read_until = 0;     // when we came, or looked away
  #first_unread;       // undefined: not known yet; null: none
  #changed = once_a_frame(() => this.#draw());

  constructor(session) {
    this.session = session;
    this.place = by_id("messages");
    this.list = by_id("message-list");
    this.place.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    by_id("jump").addEventListener("click", () => this.to_end());
    by_id("older").addEventListener("click", () => session.ask_older());
    for (const event of ["status", "room", "messages", "unread"]) session.addEventListener(event, () => this.#changed());
    document.addEventListener("visibilitychange", () => this.#looked());
    window.addEventListener("focus", () => this.#changed());
    new ResizeObserver(() => { if (this.#is_at_end) this.to_end(); }).observe(this.place);
  }

  to_end() {
    this.#is_at_end = true;
    this.place.scrollTop = this.place.scrollHeight;
    this.#changed();
  }

  #looked() {
    if (document.hidden) this.#forget_unread();
    this.#changed();
  }

  #draw() {
    const { session } = this;
    if (session.room === "") return;
    if (session.timeline !== this.#timeline) this.#start_room();
    if (this.#is_at_end) session.trim();
    this.#seek_unread();
    const anchor = this.#anchor();
    this.#draw_messages();
    this.#draw_edge();
    if (this.#is_at_end) this.place.scrollTop = this.place.scrollHeight;
    else if (anchor?.item.isConnected) this.place.scrollTop += bottom_of(anchor.item) - anchor.bottom;
    if (this.#is_at_end && !document.hidden && this.place.clientHeight > 0) session.was_read();
    this.#draw_jump();
    const { clientHeight, scrollHeight, scrollTop } = this.place;  // all 0 while the frames hide it, on a phone
    if (clientHeight > 0 && scrollTop < near_px && scrollHeight <= clientHeight) session.ask_older();
  }

  #start_room() {
    this.#timeline = this.session.timeline;
    this.#items.clear();
    this.#is_at_end = true;
    this.#read_until = this.session.reading.position(this.session.room);
    this.#first_unread = undefined;
  }

  #forget_unread() {
    this.#read_until = this.session.timeline.last;
    this.#first_unread = undefined;
  }

  // Of those that others wrote while we were elsewhere, the first.
  #seek_unread() {
    if (this.#first_unread !== undefined || !this.session.caught_up) return;
    const { user } = this.session;
    const found = this.#timeline.entries.find((one) => one.id > this.#read_until && one.user !== user);
    if (found) this.#first_unread = found.key;
    else if (!document.hidden) this.#first_unread = null;
  }

  #draw_messages() {
    const { user, room, outbox } = this.session;
    let before = null;
    const kept = new Map();
    for (const entry of this.#timeline.entries) {
      const item = this.#items.get(entry.key) ?? message_item(entry, entry.user === user);
      set_neighbour(item, entry, before, entry.key === this.#first_unread);
      kept.set(entry.key, item);
      if (entry.kind === "message") before = entry;
    }
    this.#items = kept;
    set_children(this.list, kept.values());
    const pending = outbox.of(room);
    by_id("pending-list").hidden = pending.length === 0;
    by_id("pending-list").replaceChildren(...pending.map((message) => this.#pending_item(message)));
  }

  #pending_item(message) {
    const item = message_item({ ...message, kind: "message", user: this.session.user }, true);
    item.classList.add("pending", message.state);
    const sending = this.session.status === "in" ? "Envoi en cours…" : "Partira quand le serveur reviendra.";
    const line = element("p", { class: "state" }, message.state === "refused" ? message.reason : sending);
    if (message.state === "refused") line.append(" ", this.#edit_button(message));
    item.querySelector(".bubble").append(line);
    return item;
  }

  #edit_button(message) {
    const button = element("button", { type: "button" }, "Reprendre");
    button.addEventListener("click", () => {
      this.session.forget(message.ref);
      this.place.dispatchEvent(new CustomEvent("edit-again", { bubbles: true, detail: message.text }));
    });
    return button;
  }

  #draw_edge() {
    const { more, is_empty } = this.#timeline;
    const older = by_id("older");
    older.hidden = !more;
    older.textContent = this.session.is_asking_older ? "Chargement…" : "Voir les messages plus anciens";
    const start = by_id("history-start");
    const { caught_up, status } = this.session;
    const is_unknown = is_empty && status !== "in";
    start.hidden = more || !(caught_up || is_unknown);
    start.classList.toggle("empty", is_empty);
    start.textContent = is_unknown ? "Ce qui s’est dit ici viendra avec la connexion."
      : is_empty ? "Rien n’a encore été dit ici. À vous\u00a0!" : "C’est ici que tout commence.";
  }

  #draw_jump() {
    const jump = by_id("jump");
    const unread = this.session.reading.unread(this.session.room);
    jump.hidden = this.#is_at_end;
    jump.textContent = unread > 0 ? `↓ ${count("message", unread)} plus bas` : "↓ Derniers messages";
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.place;
    const was_at_end = this.#is_at_end;
    this.#is_at_end = scrollHeight - scrollTop - clientHeight < end_px;
    if (scrollTop < near_px && !this.#is_at_end) this.session.ask_older();
    if (was_at_end !== this.#is_at_end) this.#changed();
  }

  // What the eye is on: it must not move when something comes above it.
  #anchor() {
    if (this.#is_at_end) return null;
    const top = this.place.scrollTop;
    const item = [...this.list.children].find((one) => bottom_of(one) > top);
    return item ? { item, bottom: bottom_of(item) } : null;
  }
}

// Of a line, what stands above its text may go.
const bottom_of = (item) => item.offsetTop + item.offsetHeight;
