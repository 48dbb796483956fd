// What was said in each room, as far as it came here: a page on entering, older ones as one scrolls up, and, when an
// absence left a hole, what fills it.
import { Timeline } from "./timeline.js";

const older_messages = 50;
const newer_messages = 100;
const gap_messages_max = 300;   // a longer absence is not caught up: scrolling brings it
const kept_messages_max = 2000;

export class Histories {
  #requests;
  #timelines = new Map();

  constructor(requests) { this.#requests = requests; }

  of(room) {
    if (!this.#timelines.has(room)) this.#timelines.set(room, new Timeline());
    return this.#timelines.get(room);
  }

  clear() { this.#timelines.clear(); }

  get is_asking_older() { return this.#requests.has("older"); }

  // False: there is nothing to ask for, or nobody to ask.
  ask_older(room) {
    const { more, first } = this.of(room);
    if (!more || first === null || this.is_asking_older) return false;
    return this.#requests.ask({ action: "get_history", room, before: first, limit: older_messages, ref: "older" });
  }

  ask_newer(room) {
    this.#requests.ask({ action: "get_history", room, after: this.of(room).end, limit: newer_messages, ref: "newer" });
  }

  add_older({ room, messages, more, before }) {
    const timeline = this.of(room);
    this.#requests.done("older");
    if (before !== timeline.first) return;  // it would not touch what we hold
    messages.forEach((message) => timeline.add(message));
    timeline.more = more;
  }

  // The last page, on entering, or the next one of a hole. is_awaited: something of ours is on its way to this room,
  // and whether it arrived is to be read there. False: there still is a hole.
  add_newer({ room, messages, more, ref }, is_awaited) {
    const timeline = this.of(room);
    const fills_hole = ref === "newer";
    if (fills_hole) this.#requests.done("newer");
    if (!fills_hole && !is_awaited && this.#is_too_far(timeline, messages)) timeline.clear();
    if (timeline.is_empty) timeline.more = more;
    const end_before = timeline.end;
    messages.forEach((message) => timeline.add(message));
    const is_stuck = fills_hole && timeline.end === end_before;  // what is missing is nowhere
    return timeline.end >= timeline.last || is_stuck;
  }

  // Only when nobody reads further up.
  trim(room) { if (!this.is_asking_older) this.of(room).keep_last(kept_messages_max); }

  // What we hold ends so long before this page that it begins anew.
  #is_too_far(timeline, messages) {
    return !timeline.is_empty && messages.length > 0 && messages[0].id - timeline.end > gap_messages_max;
  }
}
