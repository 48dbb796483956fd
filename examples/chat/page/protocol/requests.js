// What we asked and the server has not answered, one of each `ref`: "join", "create", "older", "newer".
export class Requests {
  #connection;
  #timers;
  #asked = new Map();

  constructor(connection, timers) {
    this.#connection = connection;
    this.#timers = timers;
  }

  // False: there is no connection to ask.
  ask(request) {
    if (!this.#connection.ask(request)) return false;
    this.#asked.set(request.ref, request);
    return true;
  }

  has(ref) { return this.#asked.has(ref); }
  get(ref) { return this.#asked.get(ref); }
  done(ref) { this.#asked.delete(ref); }
  forget() { this.#asked.clear(); }

  // We were too fast.
  again(ref, wait_ms = 1000) {
    this.#timers.after(wait_ms, () => {
      if (this.#asked.has(ref)) this.#connection.ask(this.#asked.get(ref));
    });
  }
}
