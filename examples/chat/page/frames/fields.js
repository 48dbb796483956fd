// A frame's bytes as the fields of RFC 6455 section 5.2, and what they say. Lesson 16, in JavaScript.
export const payload_bytes_drawn = 16;

const names = new Map([[0, "suite"], [1, "texte"], [2, "binaire"], [8, "Close"], [9, "Ping"], [10, "Pong"]]);
export const name_of = (opcode) => names.get(opcode) ?? `0x${opcode.toString(16)}`;

export function bytes_of(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

export const hex_of = (byte) => byte.toString(16).padStart(2, "0");
export const bits_of = (value, count) => value.toString(2).padStart(count, "0");

// [{name, kind, first_bit, end_bit}], and not a bit more than there is.
export function fields_of({ head, payload, masked }) {
  const head_bytes = bytes_of(head);
  const bits_max = (head_bytes.length + Math.min(payload.length / 2, payload_bytes_drawn)) * 8;
  const fields = [];
  let bit = 0;
  const add = (name, kind, bits) => {
    const end_bit = Math.min(bit + bits, bits_max);
    if (end_bit > bit) fields.push({ name, kind, first_bit: bit, end_bit });
    bit = end_bit;
  };
  add("FIN", "fin", 1);
  for (const one of ["RSV1", "RSV2", "RSV3"]) add(one, "rsv", 1);
  add("opcode", "opcode", 4);
  add("MASK", "mask", 1);
  add("longueur", "length", 7);
  const short_length = head_bytes[1] & 0x7f;
  if (short_length === 126) add("longueur, sur 16 bits", "length", 16);
  if (short_length === 127) add("longueur, sur 64 bits", "length", 64);
  if (masked) add("clé de masquage", "key", 32);
  add(masked ? "contenu masqué" : "contenu", "payload", payload_bytes_drawn * 8);
  return fields;
}

// The payload as its sender meant it: what the mask does, undone.
export function unmasked({ payload, masked, mask }) {
  const key = masked ? bytes_of(mask) : [0, 0, 0, 0];
  return bytes_of(payload).map((byte, at) => byte ^ key[at % 4]);
}

// A text may be cut in the middle of a character: that one is left out.
export function text_of(frame) {
  const bytes = unmasked(frame);
  const is_whole = bytes.length === frame.length;
  if (frame.opcode === 8) return close_text(bytes);
  if (frame.opcode !== 1 || frame.rsv1) return [...bytes].map(hex_of).join(" ") + (is_whole ? "" : " …");
  return new TextDecoder().decode(bytes, { stream: !is_whole }) + (is_whole ? "" : "…");
}

function close_text(bytes) {
  if (bytes.length < 2) return "";
  const reason = new TextDecoder().decode(bytes.slice(2));
  return `${(bytes[0] << 8) | bytes[1]}${reason ? ` ${reason}` : ""}`;
}
