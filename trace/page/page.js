// Step-through of a trace. What is shown is in the JSON of #trace; all of it comes from programs and from whoever
// talked to them, so it becomes text and nothing else.
"use strict";

const trace = JSON.parse(document.getElementById("trace").textContent);
const byId = (id) => document.getElementById(id);
const drawing = byId("drawing");
const scroller = byId("scroller");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const shown = trace.lanes.map(() => true);  // the lanes that are not filtered out
let current = 0;                            // a number of an event
let playing = null;                         // the timer that plays

// An element: its name and classes ("p.place"), what it contains (strings are text).
function element(kind, ...contents) {
  const [name, ...classes] = kind.split(".");
  const made = document.createElement(name);
  if (classes.length > 0) made.className = classes.join(" ");
  made.append(...contents.filter((content) => content !== null));
  return made;
}

const chip = (lane) => element(`span.chip.${trace.lanes[lane].colour}`, trace.lanes[lane].label);
const whole_call = ({ call, arguments: given }) => `${call}(${given})`;

// ---- the rows of the drawing: those of filtered lanes are closed, the others move up

const rows = [...drawing.querySelectorAll(".row")].map((group) => ({
  group,
  height: Number(group.dataset.height),
  lanes: group.dataset.lanes.split("-").map(Number),
  top: 0,
  closed: false,
}));
const width = drawing.viewBox.baseVal.width;
const legend_height = Number(byId("legend").dataset.height);

const arrow_is_shown = ({ from, to }) =>
  shown[trace.events[from].lane] && (to === null || shown[trace.events[to].lane]);

function row_is_shown(group) {
  const [kind, number] = group.id.split("-");
  if (kind === "") return false;  // names of lanes: they stand above
  return kind === "arrow" ? arrow_is_shown(trace.arrows[number]) : shown[trace.events[number].lane];
}

function place(part, bottom) {
  const { row, from, fromY, to, toY } = part.dataset;
  if (row !== undefined) {
    part.setAttribute("transform", `translate(0 ${rows[row].top})`);
    return;
  }
  const begin = rows[from].top + (rows[from].closed ? 0 : Number(fromY));
  const end = to === undefined ? bottom : rows[to].top + Number(toY);
  if (part.tagName === "line") {
    part.setAttribute("y1", begin);
    part.setAttribute("y2", end);
  } else {
    part.setAttribute("y", begin);
    part.setAttribute("height", Math.max(0, end - begin));
  }
}

// As layout.cpp did: a row begins below the one before it, and stands beside it where their lanes allow.
function place_all() {
  const step = 34;
  const bottoms = trace.lanes.map(() => 12);
  let top = 12 - step;
  for (const row of rows) {
    row.closed = !row_is_shown(row.group);
    row.group.classList.toggle("off", row.closed);
    const [first, last] = row.lanes;
    const least = Math.max(...bottoms.slice(first, last + 1));
    row.top = row.closed ? Math.max(top, least) : Math.max(top + step, least);
    if (row.closed) continue;
    top = row.top;
    bottoms.fill(top + row.height, first, last + 1);
  }
  const y = Math.max(...bottoms);
  drawing.querySelectorAll("[data-row], [data-from]").forEach((part) => place(part, y));
  for (const part of drawing.querySelectorAll("[data-arrow]")) {
    part.classList.toggle("off", !arrow_is_shown(trace.arrows[part.dataset.arrow]));
  }
  for (const part of drawing.querySelectorAll(".life")) part.classList.toggle("aside", !shown[part.dataset.lane]);
  for (const part of drawing.querySelectorAll(".waiting")) part.classList.toggle("off", !shown[part.dataset.lane]);
  byId("legend").setAttribute("transform", `translate(0 ${y})`);
  byId("ground").setAttribute("y", 0);
  byId("ground").setAttribute("height", y + legend_height);
  drawing.setAttribute("viewBox", `0 0 ${width} ${y + legend_height}`);
  resize();
}

// The lanes' names stay above while the drawing scrolls.
function put_heads() {
  const heads = drawing.cloneNode(false);
  const names = rows[0].group.cloneNode(true);
  for (const attribute of ["role", "aria-labelledby"]) heads.removeAttribute(attribute);
  heads.id = "heads";
  heads.setAttribute("aria-hidden", "true");
  heads.setAttribute("viewBox", `0 0 ${width} ${rows[0].height}`);
  names.removeAttribute("data-row");
  names.setAttribute("transform", "translate(0 6)");
  heads.append(names);
  scroller.prepend(heads);
}

// ---- the size of the drawing

const fitting = () => scroller.clientWidth / width;
let scale = Math.min(1, Math.max(0.72, fitting()));

function resize() {
  for (const part of scroller.children) {
    part.style.width = `${width * scale}px`;
    part.style.height = `${part.viewBox.baseVal.height * scale}px`;
  }
}

function zoom(to) {
  scale = Math.min(2, Math.max(0.2, to));
  resize();
  scroll_to_current();
}

// ---- one step

const arrows_of = (event) => trace.arrows.filter(({ from, to }) => from === event || to === event);
const visible_steps = () => trace.events.map((_, number) => number).filter((number) => shown[trace.events[number].lane]);

function mark() {
  for (const part of drawing.querySelectorAll(".current, .linked, .later")) {
    part.classList.remove("current", "linked", "later");
  }
  for (const part of ["event", "end", "wait"]) byId(`${part}-${current}`)?.classList.add("current");
  trace.arrows.forEach(({ from, to }, number) => {
    if (from === current || to === current) byId(`arrow-${number}`).classList.add("linked");
  });
  if (byId("all").getAttribute("aria-pressed") === "true") return;
  for (let number = current + 1; number < trace.events.length; ++number) {
    for (const part of ["event", "end", "wait"]) byId(`${part}-${number}`)?.classList.add("later");
  }
  for (const part of drawing.querySelectorAll("[id^=arrow-], [data-arrow]")) {
    const number = part.dataset.arrow ?? part.id.split("-")[1];
    if (trace.arrows[number].from > current) part.classList.add("later");
  }
}

function scroll_to_current() {
  const box = byId(`event-${current}`)?.querySelector("rect").getBoundingClientRect();
  if (!box) return;
  const view = scroller.getBoundingClientRect();
  const top = box.top - view.top - view.height * 0.35;
  const aside = box.left < view.left || box.right > view.right;
  scroller.scrollBy({
    left: aside ? box.left + box.width / 2 - view.left - view.width / 2 : 0,
    top,
    behavior: calm.matches || Math.abs(top) > 2 * view.height ? "auto" : "smooth",
  });
}

function code_of(side, event) {
  if (!event.source) return [];
  const { file, line, text } = event.source;
  return [
    element("p", `${side} `, chip(event.lane)),
    element("p.place", `${file}, ligne ${line}`),
    text ? element("pre", element("code", text)) : null,
  ].filter((part) => part !== null);
}

function hexdump(hex, bytes) {
  const octets = hex.match(/\b[0-9a-f]{2}\b/g) ?? [];
  const dump = element("pre.hexdump");
  dump.tabIndex = 0;
  dump.setAttribute("aria-label", "Les octets en hexadécimal");
  for (let at = 0; at < octets.length; at += 8) {
    const line = octets.slice(at, at + 8);
    const ascii = line.map((octet) => {
      const code = parseInt(octet, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
    });
    dump.append(element("span.offset", at.toString(16).padStart(4, "0")), `  ${line.join(" ").padEnd(23)}  ${ascii.join("")}\n`);
  }
  return octets.length === 0 ? [] : [
    dump,
    bytes > octets.length ? element("p.place", `Les ${octets.length} premiers octets sur ${bytes}.`) : null,
  ].filter((part) => part !== null);
}

function frame_parts(frame) {
  const fields = element("dl.frame");
  for (const { role, name, value } of frame.fields) {
    fields.append(element(`div.${role}`, element("dt", name), element("dd", element("code", value))));
  }
  const explained = element("ul.explained", ...frame.fields.map(({ name, says }) => element("li", element("b", name), ` ${says}`)));
  return [element("h4", `Frame\u00a0: ${frame.meaning}`), fields, explained, element("p.place", `En-tête\u00a0: ${frame.header}`)];
}

// What is behind the escapes of an HTTP head reads better line by line.
const in_lines = (text) => text.replace(/\\n/g, "\\n\n").replace(/\n$/, "");

function arrow_parts(arrow) {
  const sends = arrow.from === current;
  const other = sends ? arrow.to : arrow.from;
  const title = element("h3", `${sends ? "Envoyé" : "Reçu"}\u00a0: ${arrow.label}`);
  const parts = [title];
  if (other === null) {
    parts.push(element("p.failed", "Personne ne l'a reçu."));
  } else {
    const go = element("button", `Voir l'appel ${other + 1}\u00a0: ${trace.events[other].call}`);
    go.type = "button";
    go.addEventListener("click", () => { step_to(other); byId("panel").focus(); });
    parts.push(element("p", sends ? "vers " : "de ", chip(trace.events[other].lane)), go);
  }
  if (arrow.text && arrow.frames.length === 0) parts.push(element("pre", in_lines(arrow.text)));
  parts.push(...hexdump(arrow.hex, arrow.bytes), ...arrow.frames.flatMap(frame_parts));
  if (other !== null) parts.push(...code_of("Le code de l'autre côté,", trace.events[other]));
  return parts;
}

// Where a lane is while the current call begins.
function whereabouts(lane) {
  const { lane: acting, began: now, call } = trace.events[current];
  if (lane === acting) return element("span", `appelle ${call}`);
  const last = trace.events.findLast((event, number) => event.lane === lane && event.began <= now && number <= current);
  if (!last) return element("span", "n'a encore rien fait");
  const sleeps = last.outcome === "unfinished" || (last.waited && last.ended > now);
  return sleeps ? element("span.waits", `attend dans ${last.call}`) : element("span", `a fait ${last.call}`);
}

function fill_panel() {
  const event = trace.events[current];
  const facts = element("dl",
    element("dt", "Appel"), element("dd", element("code", whole_call(event))),
    element("dt", "Résultat"), element(event.outcome === "failed" ? "dd.failed" : "dd", element("code", event.result || "–")),
    element("dt", "Durée"), element("dd", event.duration),
    element("dt", "Début"), element("dd", event.clock));
  const everyone = element("ul.everyone");
  trace.lanes.forEach((_, lane) => everyone.append(element("li", chip(lane), whereabouts(lane))));
  byId("panel").replaceChildren(
    element("h2", `${current + 1} · ${event.call}`, chip(event.lane)),
    element("p", event.meaning),
    facts,
    ...code_of("Le code de", event),
    element("h3", "Où en est chacun à cet instant"),
    everyone,
    ...arrows_of(current).flatMap(arrow_parts));
  byId("panel").scrollTop = 0;
}

function tell() {
  const event = trace.events[current];
  const result = event.result ? ` → ${event.result}` : "";
  byId("step").replaceChildren(
    element("strong", `${current + 1} / ${trace.events.length}`),
    `${trace.lanes[event.lane].label}\u00a0: ${whole_call(event)}${result}. ${event.meaning}`);
}

function step_to(number) {
  current = number;
  if (!shown[trace.events[current].lane]) show_lane(trace.events[current].lane, true);
  mark();
  fill_panel();
  tell();
  const steps = visible_steps();
  byId("previous").disabled = current === steps[0];
  byId("next").disabled = current === steps.at(-1);
  history.replaceState(null, "", `#${current + 1}`);
  scroll_to_current();
}

function step_by(distance) {
  const steps = visible_steps();
  const number = distance > 0 ? steps.find((step) => step > current) : steps.findLast((step) => step < current);
  if (number === undefined) return false;
  step_to(number);
  return true;
}

// ---- playing, filters, keys

function play(on) {
  clearInterval(playing);
  playing = on ? setInterval(() => { if (!step_by(1)) play(false); }, 1800) : null;
  byId("play").textContent = on ? "Pause" : "Jouer";
}

function show_lane(lane, on) {
  shown[lane] = on;
  byId("lanes").querySelectorAll("input")[lane].checked = on;
  place_all();
}

function put_filters() {
  trace.lanes.forEach((_, lane) => {
    const box = element("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      show_lane(lane, box.checked);
      const steps = visible_steps();
      if (steps.length === 0) show_lane(lane, true);  // one is left at least
      else step_to(steps.includes(current) ? current : steps.find((step) => step > current) ?? steps.at(-1));
    });
    byId("lanes").append(element("label", box, chip(lane)));
  });
  byId("lanes").hidden = trace.lanes.length < 2;
}

const keys = {
  ArrowRight: () => step_by(1), ArrowDown: () => step_by(1), j: () => step_by(1),
  ArrowLeft: () => step_by(-1), ArrowUp: () => step_by(-1), k: () => step_by(-1),
  Home: () => step_to(visible_steps()[0]), End: () => step_to(visible_steps().at(-1)),
};

// In the panel, the keys that scroll scroll.
function on_key(pressed) {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return;
  if (pressed.key === "Escape") play(false);
  if (!Object.hasOwn(keys, pressed.key)) return;
  if (byId("panel").contains(document.activeElement) && !/^[jk]$/.test(pressed.key)) return;
  pressed.preventDefault();
  play(false);
  keys[pressed.key]();
}

function on_click(clicked) {
  const [kind, number] = clicked.target.closest(".row")?.id.split("-") ?? [];
  if (kind === "event" || kind === "end") step_to(Number(number));
  if (kind === "arrow") step_to(trace.arrows[number].from);
}

if (trace.lanes.length > 0) put_heads();
put_filters();
if (trace.lanes.length > 0) place_all();
if (trace.events.length > 0) {
  byId("previous").addEventListener("click", () => { play(false); step_by(-1); });
  byId("next").addEventListener("click", () => { play(false); step_by(1); });
  byId("play").addEventListener("click", () => play(playing === null));
  byId("all").addEventListener("click", () => {
    byId("all").setAttribute("aria-pressed", byId("all").getAttribute("aria-pressed") !== "true");
    mark();
  });
  byId("smaller").addEventListener("click", () => zoom(scale / 1.2));
  byId("larger").addEventListener("click", () => zoom(scale * 1.2));
  byId("fit").addEventListener("click", () => zoom(fitting()));
  drawing.addEventListener("click", on_click);
  document.addEventListener("keydown", on_key);
  const asked = Number(location.hash.slice(1)) - 1;
  step_to(Number.isInteger(asked) && asked >= 0 && asked < trace.events.length ? asked : 0);
} else {
  byId("step").textContent = "Aucun appel dans cette trace.";
  for (const button of byId("controls").querySelectorAll("button")) button.disabled = true;
}
