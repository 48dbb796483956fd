// What the keyboard does from anywhere in the page; the help says it too.
import { by_id } from "./dom.js";

export function set_shortcuts({ composer, rooms, drawers, frames }) {
  const help = by_id("help");
  const show_help = () => { if (!help.open) help.showModal(); };
  by_id("help-open").addEventListener("click", show_help);
  const with_alt = new Map([
    ["arrowup", () => rooms.step(-1)],
    ["arrowdown", () => rooms.step(1)],
    ["m", () => { drawers.close({ focus: null }); composer.focus(); }],
    ["s", () => { if (!drawers.open("rooms")) rooms.focus(); }],
    ["p", () => { if (!drawers.open("people")) by_id("people-list").focus(); }],
    ["t", () => frames.toggle()],
    ["h", show_help],
  ]);
  document.addEventListener("keydown", (event) => {
    if (by_id("chat").hidden || event.isComposing || help.open) return;
    if (event.key === "Escape") {
      if (drawers.close() || frames.close()) event.preventDefault();
      return;
    }
    const act = event.altKey && !event.ctrlKey && !event.metaKey && with_alt.get(letter_of(event));
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// With Alt, a Mac writes another character: then the key's place tells which it is.
function letter_of(event) {
  const key = event.key.toLowerCase();
  return key.length > 1 || /^[a-z]$/.test(key) ? key : event.code.replace("Key", "").toLowerCase();
}
