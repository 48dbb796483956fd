// One line of the conversation as an element. What it says is set as text; an address in it becomes a link.
import { element, hue_of, initial_of } from "./dom.js";
import { day_of, hour_of, is_same_day, moment_of, moves_in_words } from "./words.js";

const same_speech_ms_max = 5 * 60_000;
const address = /https?:\/\/[^\s<>"«»]+[^\s<>"«».,;:!?)\]}’']/gu;

export function message_item(entry, is_mine) {
  if (entry.kind === "note") return element("li", { class: "notice" }, element("p", {}, moves_in_words(entry)));
  const body = element("p", { class: "text" });
  body.append(...with_links(entry.text));
  const when = element("time", { datetime: new Date(entry.time).toISOString(), title: moment_of(entry.time) },
                       hour_of(entry.time));
  const hue = hue_of(entry.user);
  const author = element("span", { class: `author ${hue}` }, entry.user);
  return element("li", { class: `message${is_mine ? " mine" : ""}` },
                 element("span", { class: `avatar ${hue}`, "aria-hidden": "true" }, initial_of(entry.user)),
                 element("div", { class: "bubble" }, element("p", { class: "who" }, author, " ", when), body));
}

// What stands above it depends on its neighbour, which can change when older ones come.
export function set_neighbour(item, entry, before, is_first_unread) {
  const is_new_day = entry.kind === "message" &&
    (!before || !is_same_day(before.time, entry.time));
  const continues = !is_new_day && !is_first_unread && entry.kind === "message" && before?.kind === "message" &&
    before.user === entry.user && entry.time - before.time < same_speech_ms_max;
  const above = `${is_new_day}${continues}${is_first_unread}`;
  if (item.dataset.above === above) return;
  item.dataset.above = above;
  item.classList.toggle("continues", continues);
  item.querySelectorAll(".divider").forEach((one) => one.remove());
  if (is_first_unread) item.prepend(element("p", { class: "divider new" }, element("span", {}, "Nouveaux messages")));
  if (is_new_day) item.prepend(element("p", { class: "divider" }, element("span", {}, day_of(entry.time))));
}

function with_links(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(address)) {
    const link = link_to(found[0]);
    if (!link) continue;
    parts.push(text.slice(at, found.index), link);
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

function link_to(text) {
  if (!URL.canParse(text)) return null;
  const { href } = new URL(text);
  return element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}
