// Who is in the room.
import { by_id, element, hue_of, initial_of, once_a_frame, set_children } from "./dom.js";
import { count } from "./words.js";

const in_french = new Intl.Collator("fr", { numeric: true });

export class PeopleView {
  #items = new Map();

  constructor(session) {
    this.session = session;
    session.addEventListener("people", once_a_frame(() => this.#show()));
  }

  #show() {
    const { people, people_count, user } = this.session;
    const names = [...people].sort(in_french.compare);
    const items = new Map(names.map((name) => [name, this.#items.get(name) ?? make(name, name === user)]));
    this.#items = items;
    by_id("people-heading").textContent = people_count > 0 ? `Ici\u00a0: ${count("personne", people_count)}` : "Ici";
    const unseen = people_count - people.length;
    const rest = unseen > 0 ? [element("li", { class: "person rest" }, `et ${count("autre", unseen)}`)] : [];
    set_children(by_id("people-list"), [...items.values(), ...rest]);
  }
}

function make(name, is_me) {
  return element("li", { class: "person" },
                 element("span", { class: `avatar small ${hue_of(name)}`, "aria-hidden": "true" }, initial_of(name)),
                 element("span", { class: "person-name" }, name),
                 is_me ? element("span", { class: "hint" }, "vous") : null);
}
