// The only way this page makes elements. A text is always a text node: nothing that a peer says is ever read as HTML.
import { well_formed } from "../protocol/text.js";

export const by_id = (id) => document.getElementById(id);

// element("li", { class: "room", "aria-current": "true" }, "general", another_element)
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(attribute, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Gives `parent` these children and no others; those that stay where they are keep their focus.
export function set_children(parent, children) {
  let at = parent.firstChild;
  for (const child of children) {
    if (child === at) at = at.nextSibling;
    else parent.insertBefore(child, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// Many changes, one drawing: when the browser next shows the page, and not while it is out of sight.
export function once_a_frame(draw) {
  let planned = 0;
  return () => {
    planned ||= requestAnimationFrame(() => {
      planned = 0;
      draw();
    });
  };
}

// A name as the server wants it: é is one character, whichever way a keyboard writes it, and white space is one space.
// U+0085 is white space in Unicode, and not in JavaScript.
export const as_name = (text) => well_formed(text).replace(/[\s\u0085]+/gu, " ").trim().normalize("NFC");

export const hue_of = (name) => `hue-${[...name].reduce((sum, one) => (sum * 31 + one.codePointAt(0)) % 8, 7)}`;

// Of a name, the first character as a reader counts them.
export function initial_of(name) {
  const characters = Intl.Segmenter ? [...new Intl.Segmenter("fr").segment(name)].map((one) => one.segment) : [...name];
  return characters[0]?.toLocaleUpperCase("fr") ?? "";
}
