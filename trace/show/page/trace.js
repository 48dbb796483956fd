// Step-through of a trace: trace.js, drawing.js, panel.js and page.js become one script. What is shown is in the JSON
// of #trace; all of it comes from programs and from whoever talked to them, so it becomes text and nothing else.
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
