// A frame as RFC 6455 section 5.2 draws one: 32 bits a row, each field in its box, and under them the bytes. The same
// drawing as lesson 16's, which makes it of characters.
import { element } from "../views/dom.js";
import { count } from "../views/words.js";
import { bits_of, bytes_of, fields_of, hex_of, payload_bytes_drawn } from "./fields.js";

const row_bits = 32;

export function diagram_of(frame, label) {
  const fields = fields_of(frame);
  const bytes = bytes_of(frame.head + frame.payload.slice(0, payload_bytes_drawn * 2));
  const rows = [ruler()];
  for (let row = 0; row * row_bits < bytes.length * 8; ++row) rows.push(row_of(fields, bytes, row));
  const left = frame.head.length / 2 + frame.length - bytes.length;
  return element("div", { class: "diagram", role: "img", "aria-label": label }, ...rows,
                 left > 0 ? element("p", { class: "hint" }, `… et encore ${count("octet", left)}`) : null);
}

function ruler() {
  const bits = Array.from({ length: row_bits }, (_, bit) => bit);
  const tens = bits.map((bit) => element("span", {}, bit % 10 === 0 ? String(bit / 10) : ""));
  const units = bits.map((bit) => element("span", {}, String(bit % 10)));
  return element("div", { class: "ruler" }, ...tens, ...units);
}

function row_of(fields, bytes, row) {
  const begin = row * row_bits;
  const end = begin + row_bits;
  const made = element("div", { class: row === 0 ? "bit-row first" : "bit-row" });
  for (const field of fields) {
    if (field.end_bit <= begin || field.first_bit >= end) continue;
    const first = Math.max(field.first_bit, begin) - begin;
    made.append(box_of(field, bytes, begin, first, Math.min(field.end_bit, end) - begin));
  }
  const bytes_here = [...bytes.slice(row * 4, row * 4 + 4)];
  bytes_here.forEach((byte, at) => {
    made.append(spread(element("span", { class: "byte" }, hex_of(byte)), at * 8, at * 8 + 8));
  });
  return made;
}

function box_of(field, bytes, begin, first, end) {
  const width = end - first;
  const continued = field.first_bit < begin;
  const name = width === 1 ? [...field.name].join("\n") : field.name + (continued && width > 12 ? " (suite)" : "");
  const bits = Array.from({ length: width }, (_, at) => {
    const bit = begin + first + at;
    return element("i", {}, bits_of(bytes[bit >> 3], 8)[bit & 7]);
  });
  const label = element("span", { class: width === 1 ? "field-name down" : "field-name" }, name);
  const box = element("span", { class: `field ${field.kind}` }, label, element("span", { class: "bits" }, ...bits));
  return spread(box, first, end);
}

function spread(box, first, end) {
  box.style.gridColumn = `${first + 1} / ${end + 1}`;
  return box;
}
