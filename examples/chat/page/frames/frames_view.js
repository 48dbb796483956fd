// The wire panel: the frames of our own connection, as the server saw them pass. The last ones are kept; one of them
// is drawn.
import { by_id, element } from "../views/dom.js";
import { count, second_of, space } from "../views/words.js";
import { diagram_of } from "./diagram.js";
import { command_of, explanation_of, unmasking_of } from "./explanation.js";
import { name_of, text_of } from "./fields.js";

const kept_frames_max = 200;

export class FramesView {
  #chosen = null;
  #count = 0;
  #frames = new WeakMap();  // of each option

  constructor(session) {
    this.session = session;
    this.pane = by_id("frames-pane");
    this.list = by_id("frames-list");
    this.detail = by_id("frame-detail");
    this.follow = by_id("frames-follow");
    by_id("frames-toggle").addEventListener("click", () => this.toggle());
    by_id("frames-close").addEventListener("click", () => this.close());
    by_id("frames-clear").addEventListener("click", () => this.#clear());
    this.list.addEventListener("click", (event) => this.#pick(event.target.closest("[role=option]")));
    this.list.addEventListener("keydown", (event) => this.#pressed(event));
    session.addEventListener("frames", ({ detail }) => this.#add(detail));
    session.addEventListener("status", () => this.#status_changed());
    this.#clear();
  }

  toggle() { if (this.pane.hidden) this.open(); else this.close(); }

  open() {
    this.#set_open(true);
    this.list.focus();
  }

  // False: it was not open.
  close() {
    if (this.pane.hidden) return false;
    this.#set_open(false);
    by_id("frames-toggle").focus();
    return true;
  }

  #set_open(is_open) {
    this.pane.hidden = !is_open;
    by_id("frames-toggle").setAttribute("aria-expanded", String(is_open));
    by_id("chat").classList.toggle("with-frames", is_open);
    this.pane.dispatchEvent(new CustomEvent("frames-toggled", { bubbles: true }));
    this.session.watch_frames(is_open);
  }

  #status_changed() {
    const is_marked = this.list.lastChild?.classList.contains("mark") ?? false;
    if (!this.pane.hidden && this.session.status === "waiting" && !is_marked) this.#append(mark("connexion perdue"));
  }

  #clear() {
    this.#chosen = null;
    this.list.replaceChildren();
    this.list.removeAttribute("aria-activedescendant");
    this.detail.replaceChildren(element("p", { class: "hint" },
      `Chaque message que vous envoyez ou recevez apparaît ici, bit par bit. Dites quelque chose${space}!`));
  }

  #add({ frames, skipped }) {
    if (this.pane.hidden) return;
    if (skipped > 0) this.#append(mark(`${count("trame omise", skipped)}`));
    let last = null;
    for (const frame of frames) {
      last = this.#option_of(frame);
      this.#append(last);
    }
    if (last && (this.follow.checked || !this.#chosen)) this.#choose(last);
  }

  #append(node) {
    this.list.append(node);
    while (this.list.childElementCount > kept_frames_max) this.list.firstChild.remove();
    if (this.follow.checked) this.list.scrollTop = this.list.scrollHeight;
  }

  #option_of(frame) {
    this.#count += 1;
    const is_ours = frame.direction === "received";
    const option = element("div", {
      role: "option", id: `frame-${this.#count}`, class: `frame ${frame.direction}`, "aria-selected": "false",
    },
      element("span", { class: "arrow", "aria-hidden": "true" }, is_ours ? "↑" : "↓"),
      element("span", { class: "visually-hidden" }, is_ours ? "vers le serveur" : "vers vous"), " ",
      element("span", { class: "opcode-name" }, name_of(frame.opcode)), " ",
      element("span", { class: "octets" }, count("octet", frame.length)), " ",
      element("span", { class: "glimpse" }, text_of(frame).slice(0, 60)));
    this.#frames.set(option, frame);
    return option;
  }

  #pick(option) {
    if (!option) return;
    this.follow.checked = option === this.#options().at(-1);
    this.#choose(option);
  }

  #choose(option) {
    this.#chosen?.setAttribute("aria-selected", "false");
    this.#chosen = option;
    option.setAttribute("aria-selected", "true");
    this.list.setAttribute("aria-activedescendant", option.id);
    const list_box = this.list.getBoundingClientRect();
    const box = option.getBoundingClientRect();
    if (box.top < list_box.top) this.list.scrollTop -= list_box.top - box.top;
    if (box.bottom > list_box.bottom) this.list.scrollTop += box.bottom - list_box.bottom;
    this.#draw(this.#frames.get(option));
  }

  #draw(frame) {
    const way = frame.direction === "received" ? "de vous au serveur" : "du serveur à vous";
    const title = `Trame ${frame.number}, ${way}, à ${second_of(frame.time)}`;
    const label = `${title}${space}: ${name_of(frame.opcode)}, ${count("octet", frame.length)}. Détails ci-dessous.`;
    const parts = [diagram_of(frame, label), explanation_of(frame), unmasking_of(frame), command_of(frame)];
    this.detail.replaceChildren(element("h3", {}, title), ...parts.filter(Boolean));
  }

  #options() { return [...this.list.querySelectorAll("[role=option]")]; }

  #pressed(event) {
    const options = this.#options();
    const at = options.indexOf(this.#chosen);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: options.length - 1 }[event.key];
    if (to === undefined || event.altKey) return;
    event.preventDefault();
    this.#pick(options[Math.max(0, Math.min(to, options.length - 1))]);
  }
}

// Between the frames: what a reader should know, and cannot choose.
function mark(text) { return element("div", { class: "mark", role: "presentation" }, text); }
