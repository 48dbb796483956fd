// The chat's page, as people use it: several of them, in Chromium, and the real server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { Chat, Person, end_all, launch, look_at_everything, phone, phone_by_night } from "./capstone.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => end_all(browser));

const everyone = (people) => Promise.all(people.map((one) => one.end()));

test("three people talk in two rooms, and each sees what concerns them", async () => {
  const chat = await Chat.start();
  const [zoe, sami, ines] = await Promise.all(["Zoé", "Sami", "Inès"].map((name) => Person.enter(browser, chat, name)));
  await zoe.is_here("Inès");
  await zoe.is_here("Sami");
  await zoe.says("Bonjour à tous");
  await Promise.all([sami.sees("Bonjour à tous"), ines.sees("Bonjour à tous")]);

  await sami.create_room("tp réseau");
  await zoe.page.locator(".notice", { hasText: "Sami a quitté le salon" }).waitFor();
  await sami.says("Par ici !");
  await sami.says("Ou par là.");
  await zoe.room("tp réseau").getByText("2 messages à lire").waitFor({ state: "attached" });
  assert.equal(await zoe.texts().getByText("Par ici !").count(), 0);
  await zoe.until(() => document.title === "(2) general – Prise");

  await zoe.go_to("tp réseau");
  await zoe.sees("Ou par là.");
  await zoe.page.locator(".divider.new").waitFor();
  await zoe.is_here("Sami");
  await zoe.until(() => document.title === "tp réseau – Prise");
  await zoe.says("J’arrive.\nDeux lignes.");
  await sami.sees("J’arrive.\nDeux lignes.");
  await ines.room("tp réseau").getByText("3 messages à lire").waitFor({ state: "attached" });

  await ines.page.getByRole("button", { name: "Quitter" }).click();
  await ines.page.getByRole("button", { name: "Entrer" }).waitFor();
  await ines.page.getByLabel("Pseudo").fill("Sami");
  await ines.page.getByLabel("Pseudo").press("Enter");
  await ines.until(() => document.getElementById("login-error").textContent !== "");
  assert.equal(await ines.focus(), "login-user");
  await everyone([zoe, sami, ines]);
  await chat.end();
});

test("what was said is there after the server restarts, and what was typed meanwhile arrives, once", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé");
  const sami = await Person.enter(browser, chat, "Sami");
  await zoe.says("avant");
  await sami.sees("avant");
  await chat.stop();
  await Promise.all([zoe.is_out(), sami.is_out()]);
  await zoe.say("pendant");
  await zoe.page.locator("#pending-list .text", { hasText: "pendant" }).waitFor();
  await chat.run();
  await Promise.all([zoe.is_in(), sami.is_in()]);
  await Promise.all([zoe.sees("pendant"), sami.sees("pendant")]);
  chat.cut();  // both fall, and the server has still to notice
  await Promise.all([zoe.is_out(), sami.is_out()]);
  await sami.say("après");
  await Promise.all([zoe.sees("après"), sami.sees("après")]);
  for (const one of [zoe, sami]) {
    assert.deepEqual(await one.texts().allTextContents(), ["avant", "pendant", "après"]);
    await one.page.locator("#pending-list").waitFor({ state: "hidden" });
  }
  await zoe.page.reload();  // the tab knows who it was
  await zoe.is_in();
  await zoe.sees("après");
  await everyone([zoe, sami]);
  await chat.end();
});

test("a page that only reads notices that the network vanished, and leaves a silent server in peace", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé", { clock: true });
  const { clock } = zoe.page;
  await zoe.says("avant");
  const alive = zoe.receives("\"ref\":\"pulse\"");
  await clock.fastForward(45_000);  // milliseconds without a word
  await alive;
  await zoe.says("toujours là");  // so the page has read the answer
  await clock.fastForward(20_000);

  chat.vanish();
  const sami = await Person.enter(browser, chat, "Sami");
  await sami.says("pendant");
  await clock.fastForward(45_000);
  assert.equal(zoe.sockets.length, 1);
  await clock.fastForward(10_000);
  await zoe.sees("pendant");
  assert.equal(zoe.sockets.length, 2);
  assert.deepEqual(await zoe.texts().allTextContents(), ["avant", "toujours là", "pendant"]);
  await everyone([zoe, sami]);
  await chat.end();
});

test("nobody enters twice, and nothing that was typed is lost", async () => {
  const chat = await Chat.start("--rate", "0");
  const zoe = await Person.open(browser, chat.address);
  const { page } = zoe;
  const draft = page.getByLabel("Votre message");
  await page.getByLabel("Pseudo").fill("Zoé");
  const opened = await page.evaluate(() => {
    let count = 0;
    window.WebSocket = class extends WebSocket {
      constructor(address) { super(address); count += 1; }
    };
    const form = document.getElementById("login-form");
    form.requestSubmit();
    form.requestSubmit();
    return count;
  });
  assert.equal(opened, 1);
  await zoe.is_in();

  await zoe.say("à l’\u202eenvers");  // the server takes no such mark
  await draft.fill("déjà commencé");
  await page.getByRole("button", { name: "Reprendre" }).click();
  assert.equal(await draft.inputValue(), "déjà commencé\nà l’\u202eenvers");
  await draft.fill("");

  await chat.stop();
  await zoe.is_out();
  await draft.evaluate((text) => {
    for (let count = 1; count <= 101; ++count) {
      text.value = `${count}`;
      text.form.requestSubmit();
    }
  });
  await page.getByText("Trop de messages attendent de partir.").first().waitFor();
  assert.equal(await page.locator("#pending-list .text").count(), 100);
  assert.equal(await draft.inputValue(), "101");
  await chat.run();
  await zoe.sees("100");
  await page.locator("#message-note", { hasNotText: /./ }).waitFor({ state: "attached" });
  await draft.press("Enter");
  await zoe.sees("101");
  await zoe.end();
  await chat.end();
});

test("each message goes to the room in which it was typed, wherever its author has gone since", async () => {
  const chat = await Chat.start("--memory");
  const [zoe, sami, ines] = await Promise.all(["Zoé", "Sami", "Inès"].map((name) => Person.enter(browser, chat, name)));
  await sami.create_room("atelier");
  chat.hold();
  await zoe.is_out();
  await zoe.say("dit dans general");
  await zoe.go_to("atelier");
  await zoe.say("dit dans l’atelier");
  await zoe.room("general").getByText("message en attente").waitFor({ state: "attached" });
  chat.release();
  await ines.sees("dit dans general");
  await sami.sees("dit dans l’atelier");
  await zoe.sees("dit dans l’atelier");
  await zoe.is_here("Sami");
  assert.deepEqual(await zoe.texts().allTextContents(), ["dit dans l’atelier"]);
  await zoe.go_to("general");
  await zoe.sees("dit dans general");
  assert.deepEqual(await zoe.texts().allTextContents(), ["dit dans general"]);

  await chat.stop();  // with --memory, the rooms go too
  await sami.is_out();
  await sami.say("pour personne");
  await chat.run();
  await sami.is_in_room("general");
  await sami.page.getByText("Le salon « atelier » n’existe plus.").waitFor();
  await sami.page.getByRole("button", { name: "Reprendre" }).click();
  assert.equal(await sami.page.getByLabel("Votre message").inputValue(), "pour personne");
  await sami.says("pour qui est là");
  await everyone([zoe, sami, ines]);
  await chat.end();
});

test("a list that is out of sight fetches nothing, and nothing in it is read", async () => {
  const chat = await Chat.start("--rate", "0");
  const sami = await Person.enter(browser, chat, "Sami");
  await sami.page.evaluate(() => {
    const text = document.getElementById("message-text");
    for (let count = 1; count <= 60; ++count) {
      text.value = `message ${count}`;
      text.form.requestSubmit();
    }
  });
  await sami.sees("message 60");
  const zoe = await Person.enter(browser, chat, "Zoé", phone);
  await zoe.sees("message 60");
  const asked = [];
  zoe.sockets[0].on("framesent", ({ payload }) => { if (payload.includes("get_history")) asked.push(payload); });
  await zoe.page.getByRole("button", { name: "Trames" }).click();
  await sami.says("tu regardes ?");
  await zoe.until(() => document.title === "(1) general – Prise");
  await zoe.page.getByRole("option", { name: /vers vous texte/ }).first().waitFor();
  assert.deepEqual(asked, []);
  await zoe.page.getByRole("button", { name: "Fermer les trames" }).click();
  await zoe.until(() => document.title === "general – Prise");
  await everyone([zoe, sami]);
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
  const sami = await Person.enter(browser, chat, "Sami");
  const bell = zoe.page.getByRole("button", { name: "Notifications" });
  await bell.click();
  await zoe.page.locator("#message-note", { hasText: "Votre navigateur refuse" }).waitFor();
  assert.equal(await bell.getAttribute("aria-pressed"), "false");
  await sami.says("Coucou");
  await zoe.sees("Coucou");
  await sami.create_room("ailleurs");
  await sami.says("par ici");
  await zoe.room("ailleurs").getByText("1 message à lire").waitFor({ state: "attached" });
  await zoe.page.reload();
  assert.equal(await zoe.page.getByLabel("Pseudo").inputValue(), "");  // it asks each time
  await everyone([zoe, sami]);
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
  await zoe.page.locator("#message-note", { hasText: "pas pu l'enregistrer" }).waitFor();
  await zoe.end();
  await chat.end();
});

const attacks = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(2)</script>",
  "\"><svg/onload=alert(3)>",
  "javascript:alert(4)",
  "https://a.example/\"onmouseover=alert(5)//",
  "{{constructor.constructor('alert(6)')()}}",
  "</textarea></title><iframe srcdoc='<script>alert(7)</script>'>",
];

test("a message, a name and a room are text, whatever they say", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé");
  await zoe.page.evaluate((texts) => new Promise((done) => {
    const mallory = window.mallory = new WebSocket(`ws://${location.host}/`);
    const send = (action) => mallory.send(JSON.stringify(action));
    mallory.onopen = () => {
      send({ action: "login", user: "<b onclick=x>M</b>" });
      send({ action: "create_room", room: "<i>x</i>&amp;" });
      for (const message of texts) send({ action: "send_message", message });
      done();
    };
  }), attacks);
  await zoe.sees(attacks.at(-1));
  assert.deepEqual(await zoe.texts().allTextContents(), attacks);
  await zoe.is_here("<b onclick=x>M</b>");
  assert.equal(await zoe.room("<i>x</i>&amp;").count(), 1);
  const made = ":is(.messages, .room-list, .people-list) :is(img, script, iframe, svg, b, i)";
  assert.equal(await zoe.page.locator(made).count(), 0);
  assert.equal(await zoe.page.locator("[onclick], [onerror], [onload], [style*=url]").count(), 0);
  const links = await zoe.page.locator(".messages a").evaluateAll((all) => all.map((one) => [one.protocol, one.rel]));
  assert.deepEqual(links, [["https:", "noopener noreferrer nofollow"]]);
  const answer = await zoe.page.request.get(chat.address);
  assert.match(answer.headers()["content-security-policy"], /default-src 'none'.*script-src 'self'/);
  await zoe.end();
  await chat.end();
});

test("the page's files read nothing as HTML, style nothing in place, fetch nothing from elsewhere", async () => {
  const folder = new URL("../../examples/chat/page/", import.meta.url);
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(js|css|html|svg)$/.test(name));
  assert.ok(names.length > 20);
  const forbidden = new RegExp(["innerHTML", "outerHTML", "insertAdjacent", "document\\.write", "\\beval\\b", "new Function",
                                "\\sstyle=", "\\son\\w+=", "@import", "url\\(", "src=\"http", "href=\"http"].join("|"));
  for (const name of names) assert.doesNotMatch(await readFile(new URL(name, folder), "utf8"), forbidden, name);
});

// What lesson 16's tool draws of the same bytes: its lines of bits.
function bits_of_lesson_16(hex) {
  const { stdout } = spawnSync(path.join(process.env.PRISE_LESSONS, "16_ws_frames", "frames"), hex, { encoding: "utf8" });
  return stdout.split("\n").filter((line) => /^[|01 ]+$/.test(line) && line.includes("|")).join("").replace(/[^01]/g, "");
}

test("the wire panel draws each frame as the server saw it", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé");
  await zoe.page.getByRole("button", { name: "Trames" }).click();
  assert.equal(await zoe.focus(), "frames-list");
  await zoe.says("Salut");
  const sent = zoe.page.getByRole("option", { name: /vers le serveur texte/ });
  await sent.click();
  const detail = zoe.page.locator("#frame-detail");
  await detail.getByRole("heading", { name: "Trame 1, de vous au serveur" }).waitFor();

  const bytes = (await detail.locator(".byte").allTextContents()).map((digits) => parseInt(digits, 16));
  assert.equal(bytes[0], 0x81);
  assert.equal(bytes[1], 0x80 | 70);  // {"action":"send_message","message":"Salut","ref":"0123456789abcdef-1"}
  const plain = bytes.slice(6).map((byte, at) => byte ^ bytes[2 + at % 4]);
  assert.equal(String.fromCharCode(...plain), "{\"action\":\"send_");
  const bits = (await detail.locator(".bits i").allTextContents()).join("");
  assert.equal(bits, bytes.map((byte) => byte.toString(2).padStart(8, "0")).join(""));
  const command = (await detail.locator("pre").textContent()).split(" ");
  assert.deepEqual(command.slice(0, 4), ["./prise", "run", "16", "frames"]);
  assert.equal(bits, bits_of_lesson_16(command.slice(4)));
  const names = await detail.locator(".bit-row.first .field-name").allTextContents();
  assert.deepEqual(names.map((name) => name.replaceAll("\n", "")),
                   ["FIN", "RSV1", "RSV2", "RSV3", "opcode", "MASK", "longueur", "clé de masquage"]);
  await detail.getByText("70 octets de contenu").waitFor();
  await detail.getByText("Le démasquage").click();
  assert.equal(await detail.locator(".unmasking li").count(), 16);

  assert.deepEqual(await zoe.axe(), []);
  await zoe.page.keyboard.press("Escape");
  assert.equal(await zoe.focus(), "frames-toggle");
  await zoe.end();
  await chat.end();
});

// What is before the eyes: whether the middle of it is in the window, and nothing lies over it.
const is_in_sight = (locator) => locator.evaluate((node) => {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight || right - left < 30) return false;
  return node.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
});

test("rooms, people and frames are within reach whatever the width", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé", { reducedMotion: "reduce" });
  const { page } = zoe;
  const panes = [["Salons", zoe.room("general")], ["Personnes présentes", page.locator(".person-name")]];
  const reaches_everything = async (what) => {
    for (const [button, content] of panes) {
      const toggle = page.getByRole("button", { name: button });
      const is_beside = await is_in_sight(content);
      assert.equal(await toggle.count(), is_beside ? 0 : 1, `${what}: the button « ${button} »`);
      if (is_beside) continue;
      await toggle.click();
      assert.ok(await is_in_sight(content), `${what}: ${button}, opened`);
      await page.keyboard.press("Escape");
      assert.ok(!await is_in_sight(content), `${what}: ${button}, closed`);
    }
    assert.ok(await is_in_sight(page.getByLabel("Votre message")), `${what}: where one writes`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}: it sticks out`);
  };
  for (const width of [320, 390, 760, 761, 1000, 1180, 1181, 1366, 1600, 1601, 1920]) {
    await zoe.resize(width, 800);
    await reaches_everything(`${width} px`);
    await page.getByRole("button", { name: "Trames" }).click();
    assert.ok(await is_in_sight(page.getByRole("heading", { name: "Trames" })));
    await reaches_everything(`${width} px, with frames`);
    await page.keyboard.press("Escape");
  }
  await zoe.end();
  await chat.end();
});

test("the keyboard is enough", async () => {
  const chat = await Chat.start();
  const zoe = await Person.open(browser, chat.address);
  const { keyboard } = zoe.page;
  await zoe.until(() => document.activeElement.id === "login-user");
  await keyboard.type("Zoé");
  await keyboard.press("Enter");
  await zoe.is_in();
  await zoe.until(() => document.activeElement.id === "message-text");
  await keyboard.type("sans souris");
  await keyboard.press("Enter");
  await zoe.sees("sans souris");

  await keyboard.press("Alt+s");
  assert.match(await zoe.page.evaluate(() => document.activeElement.textContent), /general/);
  await keyboard.press("Tab");
  assert.equal(await zoe.focus(), "room-name");
  await keyboard.type("clavier");
  await keyboard.press("Enter");
  await zoe.is_in_room("clavier");
  await keyboard.press("Alt+ArrowUp");
  await zoe.is_in_room("general");
  await keyboard.press("Alt+ArrowDown");
  await zoe.is_in_room("clavier");

  await keyboard.press("Alt+t");
  assert.equal(await zoe.focus(), "frames-list");
  await keyboard.press("Alt+m");
  await keyboard.type("trois");
  await keyboard.press("Enter");
  await zoe.page.getByRole("option").nth(1).waitFor();
  await keyboard.press("Alt+t");
  await keyboard.press("Alt+t");  // closed, and open again
  await keyboard.press("Home");
  await zoe.page.getByRole("option", { selected: true }).and(zoe.page.locator(":first-child")).waitFor();
  await keyboard.press("Escape");

  await keyboard.press("Alt+h");
  await zoe.page.getByRole("dialog", { name: "Aide et raccourcis" }).waitFor();
  await keyboard.press("Escape");
  await zoe.page.getByRole("dialog").waitFor({ state: "hidden" });

  const stops = [];  // nothing keeps the focus, and what has it shows it
  await zoe.page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 40 && !stops.includes("message-text"); ++i) {
    await keyboard.press("Tab");
    stops.push(await zoe.focus() || "room");
    const outline = await zoe.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid", `the focus is not seen on ${stops.at(-1)}`);
  }
  const order = ["help-open", "room", "room-name", "leave", "messages", "message-text"].map((id) => stops.indexOf(id));
  assert.deepEqual(order, [...order].sort((one, other) => one - other));
  assert.ok(!order.includes(-1), stops.join(" "));
  await zoe.end();
  await chat.end();
});

test("by night, on a phone, axe finds nothing and nothing sticks out", async () => {
  const chat = await Chat.start();
  const zoe = await Person.open(browser, chat.address, phone_by_night);
  await look_at_everything(zoe, "Zoé");
  const { page } = zoe;
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it scrolls sideways");
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.ok(ground.match(/\d+/g).every((part) => part < 60), `not dark: ${ground}`);
  const moves = await page.locator("#rooms-pane").evaluate((pane) => getComputedStyle(pane).transitionDuration);
  assert.equal(moves, "0s");  // as reduced motion asks
  assert.equal(await page.getByRole("navigation", { name: "Salons" }).count(), 0);
  await page.getByRole("button", { name: "Salons" }).tap();
  await page.locator("#rooms-pane.open").waitFor();
  assert.deepEqual(await zoe.axe(), []);
  await zoe.room("general").tap();
  await page.locator("#rooms-pane:not(.open)").waitFor({ state: "attached" });
  await zoe.end();
  await chat.end();
});

// notes_004.html holds the notes' JavaScript to the letter; a page opened from a file has the origin "null".
test("the notes' own page talks with ours, unchanged", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé");
  const folder = await mkdtemp(path.join(tmpdir(), "prise-page-"));
  const file = path.join(folder, "page.html");
  await writeFile(file, await readFile(new URL("notes_004.html", import.meta.url)));
  const notes = await browser.newPage();
  const shows = (text) => notes.locator("#messagesContainer > div").getByText(text, { exact: true }).waitFor();
  await notes.goto(`file://${file}`);
  await notes.locator("#serverPort").fill(String(chat.port));
  await notes.locator("#username").fill("AlphaXZero");
  await notes.getByRole("button", { name: "Se connecter" }).click();
  await shows("Bienvenue");
  await notes.locator("#messageInput").fill("Salut");
  await notes.getByRole("button", { name: "Envoyer" }).click();
  await shows("AlphaXZero: Salut");
  await zoe.sees("Salut");
  await zoe.is_here("AlphaXZero");
  await zoe.says("Bien reçu !");
  await shows("Zoé: Bien reçu !");
  await notes.locator("#roomInput").fill("labo");
  await notes.getByRole("button", { name: "Créer" }).click();
  await notes.locator("#roomsContainer").getByText("labo").waitFor();
  await zoe.go_to("labo");
  await notes.getByRole("button", { name: "Rejoindre" }).click();
  await zoe.is_here("AlphaXZero");
  await zoe.says("ici aussi");
  await shows("Zoé: ici aussi");
  assert.deepEqual(await notes.locator("#messagesContainer > div").allTextContents(),
                   ["Bienvenue", "AlphaXZero: Salut", "Zoé: Bien reçu !", "Zoé: ici aussi"]);
  await notes.close();
  await zoe.end();
  await rm(folder, { recursive: true });
  await chat.end();
});
