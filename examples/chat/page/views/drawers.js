// What opens and closes beside the conversation. Where there is no room beside it, it lies over it, and then it is
// alone to take part in the tab order.
import { by_id } from "./dom.js";

const narrow = matchMedia("(max-width: 760px)");
const medium = matchMedia("(max-width: 1180px)");
const drawers = {
  rooms: { pane: "rooms-pane", toggle: "rooms-toggle", lies_over: () => narrow.matches },
  people: { pane: "people-pane", toggle: "people-toggle", lies_over: () => medium.matches },
};

export class Drawers {
  #open = null;

  constructor() {
    for (const [name, { toggle }] of Object.entries(drawers)) {
      by_id(toggle).addEventListener("click", () => (this.#open === name ? this.close() : this.open(name)));
    }
    document.addEventListener("room-chosen", () => this.close({ focus: "message-text" }));
    by_id("conversation").addEventListener("pointerdown", () => this.close({ focus: null }));
    for (const width of [narrow, medium]) width.addEventListener("change", () => this.close({ focus: null }));
    this.#show();
  }

  open(name) {
    const { pane, lies_over } = drawers[name];
    if (!lies_over()) return false;
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

  #show() {
    for (const [name, { pane, toggle, lies_over }] of Object.entries(drawers)) {
      const is_open = this.#open === name;
      by_id(pane).classList.toggle("open", is_open);
      by_id(pane).inert = lies_over() && !is_open;
      by_id(toggle).setAttribute("aria-expanded", String(is_open));
    }
    by_id("chat").dataset.drawer = this.#open ?? "";
    by_id("talk").inert = this.#open !== null && narrow.matches;
  }
}
