// The name, before anything else. It is kept for this tab (to load the page anew and stay in) and proposed next time.
import { as_name, by_id } from "./dom.js";

const kept_name = "prise-chat-user";

export class LoginView {
  constructor(session) {
    this.session = session;
    this.input = by_id("login-user");
    this.error = by_id("login-error");
    by_id("login-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    session.addEventListener("status", () => this.#show());
    session.addEventListener("problem", ({ detail }) => { if (detail.about === "login") this.#refuse(detail.text); });
  }

  start() {
    this.input.value = recall("localStorage") ?? "";
    const user = recall("sessionStorage");
    if (user) this.session.enter(user, room_of_address(), { returning: true });
    else this.#show();
  }

  #submit() {
    if (this.session.status !== "out" && this.session.status !== "waiting") return undefined;  // it is on its way
    const user = as_name(this.input.value);
    if (user === "") return this.#refuse("Écrivez un pseudo.");
    this.error.textContent = "";
    return this.session.enter(user, room_of_address());
  }

  #refuse(text) {
    this.error.textContent = text;
    this.input.setAttribute("aria-invalid", "true");
    this.input.focus();
    this.input.select();
  }

  #show() {
    const { status, user } = this.session;
    const is_out = status === "out";
    const was_out = !by_id("login").hidden;
    if (status === "in") {
      this.input.removeAttribute("aria-invalid");
      keep("localStorage", user);
      keep("sessionStorage", user);
    }
    if (is_out) keep("sessionStorage", null);
    const is_first_wait = was_out && !is_out && status !== "in";
    by_id("login-form").setAttribute("aria-busy", String(is_first_wait));
    if (is_first_wait && status === "waiting") {
      this.error.textContent = "Le serveur ne répond pas. Nouvel essai dans un instant…";
    }
    if (is_first_wait) return;
    by_id("login").hidden = !is_out;
    by_id("chat").hidden = is_out;
    if (is_out && !was_out) this.input.focus();
    if (!is_out && was_out) {
      this.error.textContent = "";
      by_id("message-text").focus();
    }
  }
}

// #salon=general: a room can be linked to.
function room_of_address() {
  return as_name(new URLSearchParams(location.hash.slice(1)).get("salon") ?? "") || "general";
}

// `storage` by name: where a browser keeps nothing, its mere mention is an error.
function recall(storage) {
  try { return window[storage].getItem(kept_name); } catch { return null; }
}

function keep(storage, user) {
  try {
    if (user === null) window[storage].removeItem(kept_name);
    else window[storage].setItem(kept_name, user);
  } catch { /* a browser that keeps nothing asks each time */ }
}
