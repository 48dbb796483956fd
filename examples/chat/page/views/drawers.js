// What opens and closes beside the conversation. Where there is no room beside it, because the window is small or the
// wire panel takes it, it lies over it, and a button in the bar opens it.
import { by_id } from "./dom.js";

const narrow = matchMedia("(max-width: 760px)");
const medium = matchMedia("(max-width: 1180px)");
const roomy = matchMedia("(max-width: 1600px)");
const drawers = {
  rooms: { pane: "rooms-pane", toggle: "rooms-toggle", lies_over: (framed) => (framed ? medium : narrow).matches },
  people: { pane: "people-pane", toggle: "people-toggle", lies_over: (framed) => (framed ? roomy : medium).matches },
};

export class Drawers {
  #open = null;

  constructor() {
    for (const [name, { toggle }] of Object.entries(drawers)) {
      by_id(toggle).addEventListener("click", () => (this.#open === name ? this.close() : this.open(name)));
    }
    document.addEventListener("room-chosen", () => this.close({ focus: "message-text" }));
    document.addEventListener("frames-toggled", () => this.#rearrange());
    for (const width of [narrow, medium, roomy]) width.addEventListener("change", () => this.#rearrange());
    for (const beside of ["conversation", "frames-pane"]) {
      for (const event of ["pointerdown", "focusin"]) {
        by_id(beside).addEventListener(event, () => this.close({ focus: null }));
      }
    }
    this.#show();
  }

  // False: it stands beside the conversation, open already.
  open(name) {
    const { pane } = drawers[name];
    if (!this.#lies_over(name)) return false;
    this.#open = name;
    this.#show();
    const first = by_id(pane).querySelector("[aria-current], button, [tabindex='0']");
    (first ?? by_id(pane)).focus();
    return true;
  }

  // False: nothing was open.
  close({ focus } = {}) {
    if (!this.#open) return false;
    const { toggle } = drawers[this.#open];
    this.#open = null;
    this.#show();
    if (focus !== null) by_id(focus ?? toggle).focus();
    return true;
  }

  #lies_over(name) { return drawers[name].lies_over(!by_id("frames-pane").hidden); }

  #rearrange() {
    this.#open = null;
    this.#show();
  }

  #show() {
    for (const [name, { pane, toggle }] of Object.entries(drawers)) {
      const is_over = this.#lies_over(name);
      const is_open = this.#open === name;
      by_id(pane).classList.toggle("over", is_over);
      by_id(pane).classList.toggle("open", is_open);
      by_id(pane).inert = is_over && !is_open;
      by_id(toggle).hidden = !is_over;
      by_id(toggle).setAttribute("aria-expanded", String(is_open));
    }
    by_id("chat").dataset.drawer = this.#open ?? "";
    for (const beneath of ["talk", "frames-pane"]) by_id(beneath).inert = this.#open !== null && narrow.matches;
  }
}
