// What is to happen later, unless the connection falls before.
export class Timers {
  #running = new Set();

  after(wait_ms, act) {
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      act();
    }, wait_ms);
    this.#running.add(timer);
  }

  stop() {
    this.#running.forEach(clearTimeout);
    this.#running.clear();
  }
}
