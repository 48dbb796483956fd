// How the connection is, in the bar: a sentence, a colour, and the time until the next try.
import { by_id, set_children, element } from "./dom.js";
import { count, space } from "./words.js";

const why = new Map([
  [1001, "Le serveur s’arrête."],
  [1008, "Le serveur nous a exclus un moment."],
  [1011, "Le serveur a eu un ennui."],
  [1013, "Le serveur est débordé."],
]);

export class StatusView {
  #next_try = 0;

  constructor(session) {
    this.session = session;
    this.place = by_id("connection");
    session.addEventListener("status", () => this.#status_changed());
    session.addEventListener("people", () => this.#show());
  }

  #status_changed() {
    const { status, last_close } = this.session;
    this.#next_try = status === "waiting" ? Date.now() + last_close.wait_ms : 0;
    by_id("chat").dataset.status = status;
    this.#show();
  }

  #show() {
    const { status, people_count } = this.session;
    const texts = {
      out: "",
      connecting: "Connexion…",
      in: count("personne", people_count),
      taken: `Votre pseudo est encore pris par l’ancienne connexion${space}: nouvel essai…`,
      waiting: this.#waiting_text(),
    };
    if (this.place.textContent === texts[status]) return;
    set_children(this.place, [element("span", {}, texts[status])]);
  }

  #waiting_text() {
    const { code } = this.session.last_close;
    const seconds = Math.ceil((this.#next_try - Date.now()) / 1000);
    const when = seconds >= 5 ? `dans ${count("seconde", seconds)}` : "dans un instant";
    return `${why.get(code) ?? "Connexion perdue."} Nouvel essai ${when}.`;
  }
}
