// The panel: all that is known of the current call, of what it sent or received, and of the other side.

const arrows_of = (event) => trace.arrows.filter(({ from, to }) => from === event || to === event);

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
  return [element("h4", `Trame\u00a0: ${frame.meaning}`), fields, explained, element("p.place", `En-tête\u00a0: ${frame.header}`)];
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
