// One WebSocket after another to the same address: when one falls, the next is tried after a while.
import { Pulse, opening_ms_max } from "./pulse.js";

const wait_ms_first = 500;
const wait_ms_max = 30_000;
const close_policy = 1008;     // the server refuses us: PROTOCOL.md, « Les fermetures »
const close_try_later = 1013;

// Dispatches "open", "receive" (detail: the object), "silent" (send something that is answered), "wait" (detail:
// {wait_ms, code, reason}).
export class Connection extends EventTarget {
  #address;
  #socket = null;
  #failures = 0;
  #timer = 0;
  #is_banned = false;
  #pulse = new Pulse({ ask: () => this.#tell("silent"), give_up: () => this.#restart() });
  number = 0;  // which WebSocket this is: 1, 2, 3…

  constructor(address) {
    super();
    this.#address = address;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
  }

  get is_open() { return this.#socket?.readyState === WebSocket.OPEN; }

  start() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#abandon();
    const socket = this.#socket = new WebSocket(this.#address);
    this.number += 1;
    this.#pulse.expect(opening_ms_max);
    const current = (act) => (event) => { if (socket === this.#socket) act(event); };
    socket.onopen = current(() => this.#opened());
    socket.onmessage = current((event) => this.#receive(event.data));
    socket.onclose = current((event) => this.#lost(event.code, event.reason));
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#failures = 0;
    this.#abandon();
  }

  // What comes next succeeded: the next failure is the first one again.
  settled() { this.#failures = 0; }

  // Someone waits for it: now rather than in half a minute.
  hurry() {
    if (this.is_open) this.#pulse.doubt();
    else if (this.#timer && this.#failures > 2) this.retry();
  }

  retry() { if (!this.#is_banned) this.start(); }

  // What the server answers.
  ask(action) {
    if (!this.send(action)) return false;
    this.#pulse.expect();
    return true;
  }

  // What it does not.
  send(action) {
    if (!this.is_open) return false;
    this.#socket.send(JSON.stringify(action));
    return true;
  }

  #opened() {
    this.#pulse.heard();
    this.#tell("open");
  }

  #abandon() {
    const socket = this.#socket;
    this.#socket = null;
    this.#pulse.stop();
    socket?.close();
  }

  // A peer that says nothing any more would not answer our close either.
  #restart() {
    this.#abandon();
    this.#lost(1006, "");
  }

  #receive(text) {
    this.#pulse.heard();
    let action;
    try { action = JSON.parse(text); } catch { return; }
    if (action !== null && typeof action === "object") this.#tell("receive", action);
  }

  #lost(code, reason) {
    this.#socket = null;
    this.#pulse.stop();
    // Half of it at least, so that those whom a server loses at once do not come back at once.
    const longest_ms = Math.min(wait_ms_max, wait_ms_first * 2 ** this.#failures);
    let wait_ms = longest_ms * (0.5 + Math.random() / 2);
    this.#is_banned = code === close_policy;
    if (this.#is_banned) wait_ms = wait_ms_max;
    if (code === close_try_later) wait_ms = Math.max(wait_ms, wait_ms_max / 6);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.start(), wait_ms);
    this.#tell("wait", { wait_ms, code, reason });
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
