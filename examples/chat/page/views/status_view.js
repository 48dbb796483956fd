// How the connection is, in the bar: a colour and, while there is none, a sentence. A screen reader is told of each
// change; how many people are here is no such news.
import { by_id } from "./dom.js";
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
      in: "Connecté",
      taken: `Votre pseudo est encore pris par l’ancienne connexion${space}: nouvel essai…`,
      waiting: this.#waiting_text(),
    };
    const is_in = status === "in";
    by_id("people-count").textContent = is_in && people_count > 0 ? count("personne", people_count) : "";
    this.place.classList.toggle("visually-hidden", is_in);
    if (this.place.textContent !== texts[status]) this.place.textContent = texts[status];
  }

  #waiting_text() {
    const { code } = this.session.last_close;
    const seconds = Math.ceil((this.#next_try - Date.now()) / 1000);
    const when = seconds >= 5 ? ` dans ${count("seconde", seconds)}.` : "…";
    return `${why.get(code) ?? "Connexion perdue."} Nouvel essai${when}`;
  }
}
