// Whether the server is still there. A network can vanish without a word (a lid is shut, a train enters a tunnel):
// nothing closes then, and who only reads would read nothing for ever. So after a silence we ask, and who is asked
// must answer: anything that comes will do.
const silence_ms_max = 45_000;
const fresh_ms = 5_000;  // heard so lately that there is nothing to ask

export const answer_ms_max = 10_000;
export const opening_ms_max = 20_000;

export class Pulse {
  #ask;
  #give_up;
  #timer = 0;
  #is_waiting = false;
  #heard_at = 0;

  // ask() sends something, and says so with expect(); give_up() is called when nothing came.
  constructor({ ask, give_up }) {
    this.#ask = ask;
    this.#give_up = give_up;
  }

  heard() {
    this.#is_waiting = false;
    this.#heard_at = Date.now();
    this.#in(silence_ms_max, this.#ask);
  }

  // The first of several questions counts.
  expect(wait_ms = answer_ms_max) {
    if (this.#is_waiting) return;
    this.#is_waiting = true;
    this.#in(wait_ms, this.#give_up);
  }

  // Someone looks, or the network is another one: now rather than after the silence.
  doubt() { if (!this.#is_waiting && Date.now() - this.#heard_at > fresh_ms) this.#ask(); }

  stop() {
    clearTimeout(this.#timer);
    this.#is_waiting = false;
  }

  #in(wait_ms, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, wait_ms);
  }
}
