// How the connection is: nothing while there is one; otherwise a strip under the bar, with a sentence, how long to the
// next try, and a button for whom that is too long. A screen reader is told of each change, and not of each second.
import { by_id } from "./dom.js";
import { count, space } from "./words.js";

const excluded = 1008;
const why = new Map([
  [1001, "Le serveur s’arrête."],
  [excluded, "Le serveur nous a exclus un moment."],
  [1011, "Le serveur a eu un ennui."],
  [1013, "Le serveur est débordé."],
]);

export class StatusView {
  #next_try = 0;
  #ticking = 0;

  constructor(session) {
    this.session = session;
    this.place = by_id("connection");
    this.button = by_id("retry");
    this.button.addEventListener("click", () => this.#retry());
    session.addEventListener("status", () => this.#status_changed());
    session.addEventListener("people", () => this.#show_count());
  }

  #status_changed() {
    const { status, last_close } = this.session;
    by_id("chat").dataset.status = status;
    this.#show_count();
    this.place.textContent = this.#sentence();
    by_id("strip").classList.toggle("visually-hidden", status === "in");
    if (status === "in" && document.activeElement === this.button) by_id("message-text").focus();
    this.button.hidden = status !== "waiting" || last_close.code === excluded;
    this.#next_try = Date.now() + last_close.wait_ms;
    clearInterval(this.#ticking);
    if (status === "waiting") this.#ticking = setInterval(() => this.#tick(), 1000);
    this.#tick();
  }

  #retry() {
    this.#next_try = 0;
    this.#tick();
    this.session.retry();
  }

  #show_count() {
    const { status, people_count } = this.session;
    by_id("people-count").textContent = status === "in" && people_count > 0 ? count("personne", people_count) : "";
  }

  #tick() {
    const seconds = Math.ceil((this.#next_try - Date.now()) / 1000);
    const when = seconds > 1 ? ` dans ${seconds}${space}s` : "…";
    by_id("next-try").textContent = this.session.status === "waiting" ? `Nouvel essai${when}` : "";
  }

  #sentence() {
    const { status, last_close } = this.session;
    switch (status) {
      case "connecting": return "Connexion…";
      case "in": return "Connecté";
      case "taken": return `Votre pseudo est encore pris par l’ancienne connexion${space}: nouvel essai…`;
      case "waiting": return why.get(last_close.code) ?? "Connexion perdue.";
      default: return "";
    }
  }
}
