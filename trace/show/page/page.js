// One step, playing, filters, keys.

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
