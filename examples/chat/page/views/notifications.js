// Desktop notifications, for whom asked for them by the bell, and while the page is out of sight.
import { by_id } from "./dom.js";
import { count } from "./words.js";

const key = "prise-chat-notifications";
const body_chars_max = 200;
const refusal = "Votre navigateur refuse les notifications de cette page";

export class Notifications {
  #wanted = false;
  #unread = new Map();

  constructor(session) {
    this.session = session;
    this.button = by_id("notifications-toggle");
    if (!("Notification" in window) || !window.isSecureContext) return;
    this.button.hidden = false;
    this.#wanted = was_wanted() && Notification.permission === "granted";
    this.button.addEventListener("click", () => this.#toggle());
    session.addEventListener("said", ({ detail }) => this.#said(detail));
    session.addEventListener("unread", () => this.#elsewhere());
    this.#show();
  }

  async #toggle() {
    this.#wanted = !this.#wanted && (await Notification.requestPermission()) === "granted";
    try { localStorage.setItem(key, this.#wanted ? "yes" : "no"); } catch { /* for this visit only */ }
    this.#show();
    if (Notification.permission === "denied") {
      this.button.dispatchEvent(new CustomEvent("notice", { bubbles: true, detail: `${refusal}.` }));
    }
  }

  #show() {
    this.button.setAttribute("aria-pressed", String(this.#wanted));
    this.button.title = Notification.permission === "denied" ? refusal
      : this.#wanted ? "Ne plus me prévenir" : "Me prévenir quand on parle";
  }

  #said({ room, user, text, is_ours }) {
    if (!is_ours && room === this.session.room) this.#notify(`${user} (${room})`, text, room);
  }

  // Of the other rooms we only know how many.
  #elsewhere() {
    const is_first = this.#unread.size === 0;
    for (const room of this.session.rooms) {
      const unread = this.session.reading.unread(room);
      const grew = !is_first && unread > (this.#unread.get(room) ?? 0);
      this.#unread.set(room, unread);
      if (grew && room !== this.session.room) this.#notify(room, `${count("message", unread)} à lire`, room);
    }
  }

  #notify(title, body, tag) {
    if (!this.#wanted || document.hasFocus()) return;
    const short = body.length > body_chars_max ? `${body.slice(0, body_chars_max)}…` : body;
    try {
      const shown = new Notification(title, { body: short, tag, icon: "icon.svg" });
      shown.onclick = () => { window.focus(); shown.close(); };
    } catch { /* a telephone shows those of a service worker only */ }
  }
}

function was_wanted() {
  try { return localStorage.getItem(key) === "yes"; } catch { return false; }
}
