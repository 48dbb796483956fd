// The fields of a frame in words, as lesson 16's `frames` says them.
import { element } from "../views/dom.js";
import { count, space } from "../views/words.js";
import { bits_of, bytes_of, hex_of, payload_bytes_drawn, text_of, unmasked } from "./fields.js";

const meanings = new Map([
  [0, "suite d’un message"], [1, "texte, en UTF-8"], [2, "binaire"],
  [8, `contrôle${space}: Close, la fin`], [9, `contrôle${space}: Ping`], [10, `contrôle${space}: Pong`],
]);
const meaning_of = (opcode) => meanings.get(opcode) ?? "réservé";
const masked_by_client = `contenu masqué${space}: un client l’envoie`;
const clear_from_server = `contenu en clair${space}: un serveur l’envoie`;

export function explanation_of(frame) {
  const [first, second] = bytes_of(frame.head);
  const rows = [
    ["FIN", frame.fin ? "1" : "0", frame.fin ? "la dernière trame du message" : "d’autres trames suivent"],
    ["RSV1-3", bits_of((first >> 4) & 7, 3), frame.rsv1 ? "contenu compressé" : "réservés aux extensions"],
    ["opcode", bits_of(frame.opcode, 4), `0x${frame.opcode.toString(16)}${space}: ${meaning_of(frame.opcode)}`],
    ["MASK", frame.masked ? "1" : "0", frame.masked ? masked_by_client : clear_from_server],
    ["longueur", bits_of(second & 0x7f, 7), length_of(frame)],
  ];
  if (frame.masked) rows.push(["clé", "", frame.mask.match(/../g).join(" ")]);
  rows.push(["contenu", "", content_of(frame)]);
  return element("dl", { class: "explanation" }, ...rows.map(row_of));
}

function row_of([name, bits, meaning]) {
  const shown_bits = bits ? element("code", {}, bits) : null;
  return element("div", {}, element("dt", {}, name), element("dd", {}, shown_bits, ` ${meaning}`));
}

function length_of({ head, length }) {
  const short_length = bytes_of(head)[1] & 0x7f;
  const all = count("octet", length);
  if (short_length < 126) return `${all} de contenu`;
  return `${short_length}${space}: elle est dans les ${short_length === 126 ? 2 : 8} octets suivants, ${all}`;
}

function content_of(frame) {
  if (frame.length === 0) return "(vide)";
  const text = text_of(frame);
  return frame.opcode === 1 ? `«${space}${text}${space}»` : text;
}

// The mask, undone byte after byte.
export function unmasking_of(frame) {
  if (!frame.masked || frame.payload === "") return null;
  const masked = bytes_of(frame.payload).slice(0, payload_bytes_drawn);
  const key = bytes_of(frame.mask);
  const plain = unmasked(frame);
  const lines = [...masked].map((byte, at) => {
    const shown = plain[at] >= 0x20 && plain[at] < 0x7f ? String.fromCharCode(plain[at]) : "";
    const step = `${hex_of(byte)} xor clé[${at % 4}] ${hex_of(key[at % 4])} = ${hex_of(plain[at])}  ${shown}`;
    return element("li", {}, element("code", {}, step));
  });
  const steps = element("ol", { class: "unmasking", start: "0" }, ...lines);
  return element("details", {}, element("summary", {}, "Le démasquage, octet par octet"), steps,
                 masked.length < frame.length ? element("p", { class: "hint" }, "… et ainsi de suite") : null);
}

export function command_of({ head, payload, length }) {
  const is_cut = payload.length / 2 < length;
  const rest = `(seuls les 64 premiers octets du contenu sont ici${space}: il dira que la trame est inachevée)`;
  return element("div", { class: "command" },
                 element("p", { class: "hint" }, `Les mêmes bits dans votre terminal${space}:`),
                 element("pre", { tabindex: "0" }, `./prise run 16 frames ${head} ${payload}`.trimEnd()),
                 is_cut ? element("p", { class: "hint" }, rest) : null);
}
