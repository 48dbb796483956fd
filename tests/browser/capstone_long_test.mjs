// The chat's page in long conversations, in bad days and over https.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { TerminalActor, end_actors } from "./actor.mjs";
import {
  Chat, Person, browser, close_browser, everyone, look_at_everything, open_browser, phone, talk,
} from "./capstone/support.mjs";

before(open_browser);
after(end_actors);
after(close_browser);

const lines = (count, word = "message") => Array.from({ length: count }, (_, at) => `${word} ${at + 1}`);

test("two browsers and a terminal talk in one room, with history after a restart", async () => {
  const chat = await Chat.start();
  const { port } = chat;
  const server = { address: `http://127.0.0.2:${port}/` };  // itself, and no relay: it is to come back where it was
  const zoe = await Person.enter(browser, server, "Zoé");
  const sami = await Person.enter(browser, server, "Sami");
  const luc = new TerminalActor(process.env.PRISE_CHAT_CLIENT, ["--host", "127.0.0.2", "--port", String(port), "Luc"]);
  await zoe.create_room("tp réseau");
  await sami.go_to("tp réseau");
  await luc.prints("Bienvenue\n");
  luc.type("/join_room tp réseau");
  await luc.prints("Dans « tp réseau » : Zoé, Sami, Luc\n");

  const said = [];
  const hear = async (user, text) => {
    said.push([user, text]);
    await Promise.all([zoe.sees(text), sami.sees(text), luc.prints(` ${user}: ${text}\n`)]);
  };
  const talk_together = async (when) => {
    await zoe.say(`${when}, dit un navigateur`);
    await hear("Zoé", `${when}, dit un navigateur`);
    luc.type(", dit un terminal");  // the line has begun
    await hear("Luc", `${when}, dit un terminal`);
    await sami.say(`${when}, dit l’autre navigateur`);
    await hear("Sami", `${when}, dit l’autre navigateur`);
  };
  luc.press("Avant");
  await talk_together("Avant");

  luc.press("Après");
  await chat.stop("SIGTERM");
  await Promise.all([zoe.is_out(), sami.is_out(), luc.prints("Connexion perdue (1001)")]);
  await chat.run(port);
  await Promise.all([zoe.is_in(), sami.is_in()]);
  await Promise.all([zoe.is_in_room("tp réseau"), sami.is_in_room("tp réseau")]);
  await talk_together("Après");
  for (const name of ["Zoé", "Sami", "Luc"]) await Promise.all([zoe.is_here(name), sami.is_here(name)]);

  const ines = await Person.enter(browser, server, "Inès");
  await ines.go_to("tp réseau");
  await ines.sees("Après, dit l’autre navigateur");
  for (const one of [zoe, sami, ines]) {
    assert.deepEqual(await one.texts().allTextContents(), said.map(([, text]) => text));
  }
  const lines_of_luc = [...luc.shown.matchAll(/^\d\d:\d\d (.+?): (.*)$/gm)];
  assert.deepEqual(lines_of_luc.map(([, user, text]) => [user, text]), said);
  luc.type("/quitter");
  assert.equal(await luc.ended, 0);
  await everyone([zoe, sami, ines]);
  await chat.end();
});

// Up to where it began, as a reader does: what the eye is on stays where it is while older ones come.
async function read_to_the_start(person) {
  const { page } = person;
  for (;;) {
    const state = await page.evaluate(() => new Promise((done) => {
      const place = document.getElementById("messages");
      const list = document.getElementById("message-list");
      const eye = list.firstElementChild;
      const key = () => list.firstElementChild.textContent;
      const first = key();
      const start = document.getElementById("history-start");
      if (!start.hidden) return done({ finished: true });
      place.scrollTop = 0;
      const before = eye.getBoundingClientRect().bottom;
      const watch = new MutationObserver(() => {
        if (key() === first && start.hidden) return;
        if (document.getElementById("older").textContent === "Chargement…") return;
        watch.disconnect();
        requestAnimationFrame(() => {
          done({ finished: !start.hidden, moved: eye.getBoundingClientRect().bottom - before });
        });
      });
      watch.observe(place, { childList: true, subtree: true, attributes: true });
      return undefined;
    }));
    if (state.moved !== undefined) assert.ok(Math.abs(state.moved) < 2, `what was read moved by ${state.moved} px`);
    if (state.finished) return;
  }
}

test("1,000 messages are read back to the first one, each once and in order", async () => {
  const chat = await Chat.start("--rate", "0");
  await talk(chat, "Bavard", lines(1000));
  const zoe = await Person.enter(browser, chat, "Zoé");
  await zoe.sees("message 1000");
  assert.ok(await zoe.texts().count() <= 150, "more than was asked for");
  await read_to_the_start(zoe);
  assert.deepEqual(await zoe.texts().allTextContents(), lines(1000));
  await zoe.page.locator("#jump").click();
  await zoe.page.locator("#jump").waitFor({ state: "hidden" });
  assert.deepEqual(await zoe.axe(), []);
  await zoe.end();
  await chat.end();
});

test("an absence is caught up: a short one at once, a long one by scrolling", async () => {
  const chat = await Chat.start("--rate", "0");
  const zoe = await Person.enter(browser, chat, "Zoé");
  await zoe.says("je reviens");
  for (const [count, word] of [[250, "court"], [700, "long"]]) {
    chat.hold();
    await zoe.is_out();
    await talk(chat, "Bavard", lines(count, word));
    chat.release();
    await zoe.is_in();
    await zoe.sees(`${word} ${count}`);
    if (word === "court") {
      await zoe.sees("court 1");
      assert.deepEqual(await zoe.texts().allTextContents(), ["je reviens", ...lines(250, "court")]);
    }
  }
  await read_to_the_start(zoe);
  assert.deepEqual(await zoe.texts().allTextContents(), ["je reviens", ...lines(250, "court"), ...lines(700, "long")]);
  await zoe.end();
  await chat.end();
});

test("kill -9 between two words: what was acknowledged is there, what was not is sent again, once", async () => {
  const chat = await Chat.start("--rate", "0");
  const zoe = await Person.enter(browser, chat, "Zoé");
  const sami = await Person.enter(browser, chat, "Sami");
  const said = [];
  for (let round = 1; round <= 5; ++round) {
    for (const text of lines(10, `tour ${round}, mot`)) {
      said.push(text);
      await zoe.say(text);
    }
    await chat.stop("SIGKILL");
    await Promise.all([zoe.is_out(), sami.is_out()]);
    await chat.run();
    await Promise.all([zoe.is_in(), sami.is_in()]);
    await zoe.page.locator("#pending-list").waitFor({ state: "hidden" });
  }
  await zoe.says("fin");
  await sami.sees("fin");
  for (const one of [zoe, sami]) {
    const texts = await one.texts().allTextContents();
    assert.deepEqual(texts.toSorted(), [...said, "fin"].toSorted());
  }
  await Promise.all([zoe.end(), sami.end()]);
  await chat.end();
});

test("the wire panel keeps the last 200 frames", async () => {
  const chat = await Chat.start("--rate", "0");
  const zoe = await Person.enter(browser, chat, "Zoé");
  await zoe.page.keyboard.press("Alt+t");
  await talk(chat, "Bavard", lines(500));
  await zoe.sees("message 500");
  await zoe.until(() => document.getElementById("frames-list").childElementCount === 200);
  await zoe.end();
  await chat.end();
});

test("notifications are asked for by a click, and come while the page is out of sight", async () => {
  const chat = await Chat.start();
  const zoe = await Person.open(browser, chat.address, { permissions: ["notifications"] });
  await zoe.page.evaluate(() => {
    window.shown = [];
    window.Notification = class {
      static permission = "default";
      static async requestPermission() { return (this.permission = "granted"); }
      constructor(title, { body }) { window.shown.push(`${title} | ${body}`); }
      close() {}
    };
    document.hasFocus = () => false;
  });
  await zoe.page.getByLabel("Pseudo").fill("Zoé");
  await zoe.page.getByLabel("Pseudo").press("Enter");
  await zoe.is_in();
  const sami = await Person.enter(browser, chat, "Sami");
  await sami.says("personne ne m’entend");
  await zoe.sees("personne ne m’entend");
  await zoe.page.getByRole("button", { name: "Notifications" }).click();
  await zoe.page.getByRole("button", { name: "Notifications", pressed: true }).waitFor();
  await sami.says("et maintenant ?");
  await zoe.until(() => window.shown.length > 0);
  await sami.create_room("ailleurs");
  await sami.says("par ici");
  await zoe.until(() => window.shown.length > 1);
  assert.deepEqual(await zoe.page.evaluate(() => window.shown),
                   ["Sami (general) | et maintenant ?", "ailleurs | 1\u00a0message à lire"]);
  await Promise.all([zoe.end(), sami.end()]);
  await chat.end();
});

test("someone who types too fast is not lost: each message arrives, once, in order", async () => {
  const chat = await Chat.start("--rate", "5");
  const zoe = await Person.enter(browser, chat, "Zoé");
  for (const text of lines(60)) await zoe.say(text);
  await zoe.sees("message 60");
  await zoe.page.locator("#pending-list").waitFor({ state: "hidden" });
  assert.deepEqual(await zoe.texts().allTextContents(), lines(60));
  await zoe.end();
  await chat.end();
});

test("axe finds nothing, by day and by night, whatever the size, without a connection, in the help", async () => {
  const chat = await Chat.start();
  const looks = [
    { viewport: { width: 1280, height: 800 } },
    { viewport: { width: 1000, height: 700 }, colorScheme: "dark" },
    { viewport: { width: 1600, height: 900 }, colorScheme: "dark" },
    phone,
  ];
  const people = [];
  for (const [at, look] of looks.entries()) {
    const one = await Person.open(browser, chat.address, look);
    await look_at_everything(one, `Zoé ${at}`);
    await one.page.getByRole("button", { name: "Aide" }).click();
    assert.deepEqual(await one.axe(), []);
    await one.page.keyboard.press("Escape");
    people.push(one);
  }
  await chat.stop();
  for (const one of people) {
    await one.is_out();
    await one.say("personne ne m’entend");
    await one.page.locator("#pending-list .text").waitFor({ state: "attached" });
    assert.deepEqual(await one.axe(), []);
  }
  await Promise.all(people.map((one) => one.end()));
  await chat.run();
  await chat.end();
});

test("a list that is out of sight fetches nothing, and nothing in it is read", async () => {
  const chat = await Chat.start("--rate", "0");
  await talk(chat, "Sami", lines(60));
  const zoe = await Person.enter(browser, chat, "Zoé", phone);
  await zoe.sees("message 60");
  const asked = [];
  zoe.sockets[0].on("framesent", ({ payload }) => { if (payload.includes("get_history")) asked.push(payload); });
  await zoe.page.getByRole("button", { name: "Trames" }).click();
  await talk(chat, "Sami", ["tu regardes ?"]);
  await zoe.until(() => document.title === "(1) general – Prise");
  await zoe.page.getByRole("option", { name: /vers vous texte/ }).first().waitFor();
  assert.deepEqual(asked, []);
  await zoe.page.getByRole("button", { name: "Fermer les trames" }).click();
  await zoe.until(() => document.title === "general – Prise");
  await zoe.end();
  await chat.end();
});

test("a browser that keeps nothing and refuses notifications is enough", async () => {
  const chat = await Chat.start();
  const prepare = () => {
    for (const storage of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, storage, { get() { throw new DOMException("no", "SecurityError"); } });
    }
    window.Notification = class {
      static permission = "default";
      static async requestPermission() { return (this.permission = "denied"); }
      constructor() { throw new Error("it was refused"); }
    };
    document.hasFocus = () => false;
  };
  const zoe = await Person.enter(browser, chat, "Zoé", { prepare });
  const bell = zoe.page.getByRole("button", { name: "Notifications" });
  await bell.click();
  await zoe.page.locator("#message-note", { hasText: "Votre navigateur refuse" }).waitFor();
  assert.equal(await bell.getAttribute("aria-pressed"), "false");
  await talk(chat, "Sami", ["Coucou"]);
  await zoe.sees("Coucou");
  await talk(chat, "Sami", ["par ici"], "ailleurs");
  await zoe.room("ailleurs").getByText("1 message à lire").waitFor({ state: "attached" });
  await zoe.page.reload();
  assert.equal(await zoe.page.getByLabel("Pseudo").inputValue(), "");  // it asks each time
  await zoe.end();
  await chat.end();
});

test("without a history people still enter and talk, and are told", async () => {
  const chat = await Chat.start();
  await chat.stop();
  await writeFile(path.join(chat.folder, "chat.db"), "not a database, but long enough to look like one".repeat(100));
  await chat.run();
  const zoe = await Person.enter(browser, chat, "Zoé");
  await zoe.page.locator("#message-note", { hasText: "ne peut pas être lu" }).waitFor();
  await zoe.says("on m’entend ?");
  await zoe.page.locator("#message-note", { hasText: "pas pu l’enregistrer" }).waitFor();
  await zoe.end();
  await chat.end();
});

test("over https and wss people talk as they do without", async () => {
  const chat = await Chat.start("--tls");
  const [zoe, sami] = await Promise.all(["Zoé", "Sami"].map((name) => Person.enter(browser, chat, name)));
  assert.match(zoe.sockets[0].url(), /^wss:/);
  await zoe.says("Personne d’autre ne lit ceci\u00a0?");
  await sami.sees("Personne d’autre ne lit ceci\u00a0?");
  await sami.says("Si, le serveur.");
  await zoe.sees("Si, le serveur.");
  await everyone([zoe, sami]);
  await chat.end();
});
