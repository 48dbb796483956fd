// French as it is printed: no-break spaces, apostrophes, plurals, dates.
export const space = "\u00a0";

// count("message", 2): « 2 messages »
export function count(noun, number) {
  const plural = Math.abs(number) >= 2 ? noun.split(" ").map((word) => `${word}s`).join(" ") : noun;
  return `${number.toLocaleString("fr-FR")}${space}${plural}`;
}

// « Zoé, Sami et 3 autres »
function named(users) {
  const shown = users.length > 3 ? [...users.slice(0, 2), count("autre", users.length - 2)] : users;
  return shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(", ")} et ${shown.at(-1)}`;
}

const have = (users) => (users.length > 1 ? "ont" : "a");

// Who came and who went, in a sentence.
export function moves_in_words({ joined, left }) {
  const came = joined.length > 0 ? `${named(joined)} ${have(joined)} rejoint le salon` : "";
  if (left.length === 0) return came;
  const went = named(left);
  return came ? `${came}, ${went} l’${have(left)} quitté` : `${went} ${have(left)} quitté le salon`;
}

const hour = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("fr-FR", { weekday: "long", day: "numeric", month: "long" });
const day_and_year = new Intl.DateTimeFormat("fr-FR", { dateStyle: "full" });
const moment = new Intl.DateTimeFormat("fr-FR", { dateStyle: "full", timeStyle: "medium" });

const second = new Intl.DateTimeFormat("fr-FR", { timeStyle: "medium" });

export const second_of = (time_ms) => second.format(time_ms);
export const hour_of = (time_ms) => hour.format(time_ms);
export const moment_of = (time_ms) => moment.format(time_ms);

export const is_same_day = (one_ms, other_ms) =>
  new Date(one_ms).toDateString() === new Date(other_ms).toDateString();

export function day_of(time_ms, now = new Date()) {
  if (is_same_day(time_ms, now)) return "Aujourd’hui";
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (is_same_day(time_ms, yesterday)) return "Hier";
  const text = (new Date(time_ms).getFullYear() === now.getFullYear() ? day : day_and_year).format(time_ms);
  return text[0].toLocaleUpperCase("fr") + text.slice(1);
}
