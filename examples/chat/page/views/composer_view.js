// Where one writes: Enter sends, Shift and Enter goes to the next line.
import { by_id } from "./dom.js";
import { count } from "./words.js";

const warn_at_chars = 200;  // left

export class ComposerView {
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
    session.addEventListener("room", () => this.#entered());
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
    this.session.say(text);
    this.text.value = "";
    this.#changed();
    this.text.dispatchEvent(new CustomEvent("message-sent", { bubbles: true }));
    this.focus();
  }

  #put_back(text) {
    this.text.value = text;
    this.#changed();
    this.focus();
  }

  #chars_left() { return this.session.limits.message_chars - [...this.text.value.trim()].length; }

  #changed() {
    const left = this.#chars_left();
    const close = left < warn_at_chars ? `encore ${count("caractère", left)}` : "";
    this.note.textContent = left < 0 ? `${count("caractère", -left)} de trop` : close;
    this.note.classList.toggle("error", left < 0);
    this.text.setAttribute("aria-invalid", String(left < 0));
    this.text.rows = Math.min(6, this.text.value.split("\n").length);
  }

  #entered() {
    this.text.placeholder = `Écrire dans ${this.session.room}…`;
    this.#changed();
  }

  #warn({ about, text }) {
    if (about === "login" || about === "create") return;
    this.note.textContent = text;
    this.note.classList.add("error");
  }
}
