// The login: the first one, and the one after each lost connection.
const retry_ms_first = 1_000;
const retry_ms_max = 30_000;

export class Entrance {
  #connection;
  #timers;
  #where;
  #is_known = false;
  #retries = 0;
  user = "";

  // where(): the room to enter.
  constructor(connection, timers, where) {
    this.#connection = connection;
    this.#timers = timers;
    this.#where = where;
  }

  // is_known: we were in a moment ago (the page was loaded anew).
  choose(user, is_known) {
    this.user = user;
    this.#is_known = is_known;
  }

  knock() {
    this.#connection.ask({ action: "login", user: this.user, version: 1, room: this.#where(), ref: "login" });
  }

  welcomed(user) {
    this.user = user;
    this.#is_known = true;
    this.#retries = 0;
  }

  // True: we knock again in a while. At first, another name is for the user to choose; later, it is our own former
  // connection that holds ours, until the server notices that it fell.
  refused(code) {
    if (code !== "too_fast" && !(code === "name_taken" && this.#is_known)) return false;
    this.#timers.after(Math.min(retry_ms_max, retry_ms_first * 2 ** this.#retries), () => this.knock());
    this.#retries += 1;
    return true;
  }
}
