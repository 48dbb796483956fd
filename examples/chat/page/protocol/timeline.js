// The messages of one room as far as this page knows them: in the order of their numbers, each once. The server
// numbers them 1, 2, 3… without holes, so a hole is what we missed.
export class Timeline {
  #entries = [];
  #by_id = new Map();
  #local_count = 0;
  #end = 0;
  more = false;  // the server has older ones

  get entries() { return this.#entries; }
  get first() { return this.#entries.find((entry) => entry.id !== null)?.id ?? null; }
  get end() { return this.#end; }  // nothing is missing from the first to this one
  get last() { return this.#entries.findLast((entry) => entry.id !== null)?.id ?? 0; }
  get ends_with_note() { return this.#entries.at(-1)?.kind === "note"; }
  get is_empty() { return this.#by_id.size === 0; }

  // False: it was there. A message without a number (the disk refused it) stands where it arrived.
  add(message) {
    if (message.id === null) return this.#add_local({ ...message, kind: "message" });
    if (this.#by_id.has(message.id)) return false;
    if (this.is_empty) this.#end = message.id;
    const entry = { ...message, kind: "message", key: `m${message.id}`, after: message.id, rank: 0 };
    this.#by_id.set(message.id, entry);
    this.#insert(entry);
    while (this.#by_id.has(this.#end + 1)) this.#end += 1;
    return true;
  }

  // Who came and went: it is in no history. One entry for all of them, from one message to the next; who came back
  // meanwhile is no news.
  note(user, way) {
    const { joined, left } = this.ends_with_note ? this.#entries.pop() : { joined: [], left: [] };
    const others = (users) => users.filter((one) => one !== user);
    const is_news = joined.length + left.length === others(joined).length + others(left).length;
    const entry = { kind: "note", id: null, joined: others(joined), left: others(left) };
    if (is_news) entry[way].push(user);
    if (entry.joined.length + entry.left.length > 0) this.#add_local(entry);
  }

  clear() {
    this.#entries = [];
    this.#by_id.clear();
    this.#end = 0;
    this.more = false;
  }

  // Forgets the oldest, which can be asked for again.
  keep_last(count) {
    if (this.#entries.length <= count) return;
    for (const entry of this.#entries.splice(0, this.#entries.length - count)) this.#by_id.delete(entry.id);
    this.more = true;
  }

  #add_local(entry) {
    this.#local_count += 1;
    this.#insert({ ...entry, key: `l${this.#local_count}`, after: this.last, rank: this.#local_count });
    return true;
  }

  // Nearly always at the end.
  #insert(entry) {
    let at = this.#entries.length;
    const stands_after = (one) => one.after > entry.after || (one.after === entry.after && one.rank > entry.rank);
    while (at > 0 && stands_after(this.#entries[at - 1])) at -= 1;
    this.#entries.splice(at, 0, entry);
  }
}
