// What a screen reader says when it happens: new messages of the room, one after another, and nothing of the history.
import { by_id, element } from "./dom.js";

const kept_max = 20;

export function announce_messages(session) {
  const place = by_id("announcer");
  const say = (text) => {
    place.append(element("p", {}, text));
    while (place.childElementCount > kept_max) place.firstChild.remove();
  };
  session.addEventListener("said", ({ detail }) => {
    if (detail.room === session.room && !detail.is_ours) say(`${detail.user}\u00a0: ${detail.text}`);
  });
  session.addEventListener("room", ({ detail }) => { if (detail.moved) say(`Salon ${session.room}`); });
  document.addEventListener("notice", ({ detail }) => say(detail));
  session.addEventListener("problem", ({ detail }) => {
    if (detail.about !== "login" && detail.about !== "create") say(detail.text);
  });
}
