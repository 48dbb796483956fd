// Where one writes: Enter sends, Shift and Enter goes to the next line.
import { by_id } from "./dom.js";
import { count } from "./words.js";

const warn_at_chars = 200;    // left
const room_chars_shown = 15;  // what a phone has room for

export class ComposerView {
  #warned_about = null;

  constructor(session) {
    this.session = session;
    this.text = by_id("message-text");
    this.note = by_id("message-note");
    by_id("message-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("keydown", (event) => this.#pressed(event));
    this.text.addEventListener("input", () => this.#changed());
    document.addEventListener("edit-again", ({ detail }) => this.#put_back(detail));
    document.addEventListener("notice", ({ detail }) => this.#warn({ about: "notice", text: detail }));
    session.addEventListener("room", () => this.#entered());
    session.addEventListener("messages", () => this.#has_room_again());
    session.addEventListener("problem", ({ detail }) => this.#warn(detail));
  }

  focus() { this.text.focus(); }

  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.text.value.trim();
    if (text === "" || this.#chars_left() < 0) return;
    if (!this.session.say(text)) return;
    this.text.value = "";
    this.#changed();
    this.text.dispatchEvent(new CustomEvent("message-sent", { bubbles: true }));
    this.focus();
  }

  // Below what is being written, which nobody must lose either.
  #put_back(text) {
    const draft = this.text.value.trimEnd();
    this.text.value = draft === "" ? text : `${draft}\n${text}`;
    this.#changed();
    this.focus();
  }

  #chars_left() { return this.session.limits.message_chars - [...this.text.value.trim()].length; }

  #changed() {
    this.#warned_about = null;
    const left = this.#chars_left();
    const close = left < warn_at_chars ? `encore ${count("caractère", left)}` : "";
    this.note.textContent = left < 0 ? `${count("caractère", -left)} de trop` : close;
    this.note.classList.toggle("error", left < 0);
    this.text.setAttribute("aria-invalid", String(left < 0));
    this.text.rows = Math.min(6, this.text.value.split("\n").length);
  }

  #has_room_again() { if (this.#warned_about === "send" && !this.session.outbox.is_full) this.#changed(); }

  #entered() {
    const { room } = this.session;
    this.text.placeholder = room.length > room_chars_shown ? "Votre message…" : `Écrire dans ${room}…`;
    this.#changed();
  }

  #warn({ about, text }) {
    if (about === "login" || about === "create") return;
    this.#warned_about = about;
    this.note.textContent = text;
    this.note.classList.add("error");
  }
}
