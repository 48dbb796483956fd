// Up to where each room was read, kept from one visit to the next, for as long as it is the same history.
const key = "prise-chat-read";

export class Reading {
  #history_id = null;
  #read = new Map();
  #last = new Map();
  #knows_none = true;

  // welcome's history_id. True: not the one we knew.
  use(history_id) {
    if (this.#history_id === history_id) return false;
    this.#history_id = history_id;
    this.#last.clear();
    this.#read.clear();
    const kept = load();
    this.#knows_none = kept?.history_id !== history_id;
    if (!this.#knows_none) for (const [room, id] of kept.rooms) this.#read.set(room, id);
    return true;
  }

  // activity's numbers. On a first visit, what was said before does not count.
  saw(rooms) {
    for (const [room, id] of Object.entries(rooms)) {
      if (this.#knows_none) this.#read.set(room, id);
      this.#last.set(room, Math.max(id, this.#last.get(room) ?? 0));
    }
    this.#knows_none = false;
    this.#save();
  }

  received(room, id) { if (id !== null) this.saw({ [room]: id }); }

  read_until(room, id) {
    if (id <= this.position(room)) return false;
    this.#read.set(room, id);
    this.#save();
    return true;
  }

  position(room) { return this.#read.get(room) ?? 0; }
  unread(room) { return Math.max(0, (this.#last.get(room) ?? 0) - this.position(room)); }

  #save() {
    try {
      localStorage.setItem(key, JSON.stringify({ history_id: this.#history_id, rooms: [...this.#read] }));
    } catch { /* a browser that keeps nothing: it is counted from this visit on */ }
  }
}

function load() {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}
