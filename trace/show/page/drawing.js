// The drawing: rows of lanes that are left out are closed, the others move up; its size.

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

const fitting = () => scroller.clientWidth / width;
let scale = Math.min(1, Math.max(0.72, fitting()));

function resize() {
  for (const part of scroller.children) {
    part.setAttribute("width", width * scale);
    part.setAttribute("height", part.viewBox.baseVal.height * scale);
  }
}

function zoom(to) {
  scale = Math.min(2, Math.max(0.2, to));
  resize();
  scroll_to_current();
}
