// The rooms, how much of each is unread, and a form for a new one.
import { as_name, by_id, element, hue_of, initial_of, once_a_frame, set_children } from "./dom.js";
import { count } from "./words.js";

export class RoomsView {
  #buttons = new Map();

  constructor(session) {
    this.session = session;
    this.input = by_id("room-name");
    this.error = by_id("room-error");
    const draw = once_a_frame(() => this.#show());
    for (const event of ["status", "rooms", "room", "unread", "messages"]) {
      session.addEventListener(event, () => this.#show_title());
      session.addEventListener(event, draw);
    }
    session.addEventListener("status", () => this.#show_me());
    session.addEventListener("room", () => this.#entered());
    session.addEventListener("problem", ({ detail }) => { if (detail.about === "create") this.#refuse(detail.text); });
    by_id("leave").addEventListener("click", () => session.leave());
    by_id("room-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
  }

  // From the room we are in: +1 the next one, -1 the one before.
  step(distance) {
    const { rooms, room } = this.session;
    const at = rooms.indexOf(room);
    if (at >= 0) this.session.join(rooms[(at + distance + rooms.length) % rooms.length]);
  }

  focus() { (this.#buttons.get(this.session.room) ?? this.input).focus(); }

  unread_total() { return this.session.rooms.reduce((sum, room) => sum + this.session.reading.unread(room), 0); }

  #show() {
    const { rooms, room, reading, outbox } = this.session;
    const pending = outbox.rooms();
    const items = rooms.map((name) => {
      const button = this.#buttons.get(name) ?? this.#make(name);
      if (name === room) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      const unread = reading.unread(name);
      const badge = button.lastChild;
      badge.hidden = unread === 0 && !(pending.has(name) && name !== room);
      badge.firstChild.textContent = unread > 99 ? "99+" : unread || "…";
      badge.lastChild.textContent = unread > 0 ? `${count("message", unread)} à lire`
        : "message en attente";
      return button.parentNode;
    });
    set_children(by_id("room-list"), items);
    by_id("rooms-badge").hidden = this.unread_total() === 0;
  }

  // Of a page out of sight, it is all that is seen.
  #show_title() {
    const total = this.unread_total();
    const { room } = this.session;
    document.title = `${total > 0 ? `(${total}) ` : ""}${room || "le chat"} – Prise`;
  }

  #make(name) {
    const badge = element("span", { class: "badge", hidden: true }, element("span", { "aria-hidden": "true" }),
                          element("span", { class: "visually-hidden" }));
    const button = element("button", { type: "button", class: "room" },
                           element("span", { class: "room-hash", "aria-hidden": "true" }, "#"),
                           element("span", { class: "room-name" }, name), " ", badge);
    button.addEventListener("click", () => {
      this.session.join(name);
      button.dispatchEvent(new CustomEvent("room-chosen", { bubbles: true }));
    });
    element("li", {}, button);
    this.#buttons.set(name, button);
    return button;
  }

  #entered() {
    const { room } = this.session;
    by_id("room-title").textContent = by_id("room-title").title = room;
    this.error.textContent = "";
    history.replaceState(null, "", `#${new URLSearchParams({ salon: room })}`);
  }

  #create() {
    const room = as_name(this.input.value);
    this.error.textContent = "";
    if (room === "") return this.#refuse("Écrivez un nom de salon.");
    if (this.session.rooms.includes(room)) this.session.join(room);
    else if (!this.session.create(room)) return this.#refuse("Pas de connexion en ce moment.");
    this.input.value = "";
    return undefined;
  }

  #refuse(text) {
    this.error.textContent = text;
    this.input.focus();
  }

  #show_me() {
    const { user } = this.session;
    by_id("me-name").textContent = user;
    const avatar = by_id("me-avatar");
    avatar.textContent = initial_of(user);
    avatar.className = `avatar ${hue_of(user)}`;
  }
}
