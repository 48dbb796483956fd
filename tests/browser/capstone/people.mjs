// People at the chat's page: what each sees, and that nobody harms anybody.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { Chat, Person, browser, everyone } from "./support.mjs";

test("three people talk in two rooms, and each sees what concerns them", async () => {
  const chat = await Chat.start();
  // Inès’s keyboard writes è as two characters.
  const [zoe, sami, ines] = await Promise.all(["Zoé", "Sami", "Inès".normalize("NFD")].map((name) => Person.enter(browser, chat, name)));
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

// Modules without imports, out of the browser.
async function of_page(name) {
  const source = await readFile(new URL(`../../../examples/chat/page/${name}`, import.meta.url), "utf8");
  return import(`data:text/javascript,${encodeURIComponent(source)}`);
}

test("who comes and goes between two messages is told in one line, and a blip in none", async () => {
  const { Timeline } = await of_page("protocol/timeline.js");
  const { moves_in_words } = await of_page("views/words.js");
  const timeline = new Timeline();
  const lines = () => timeline.entries.map((one) => one.text ?? moves_in_words(one));
  const note = (way, ...users) => users.forEach((user) => timeline.note(user, way));
  note("joined", "Zoé");
  assert.deepEqual(lines(), ["Zoé a rejoint le salon"]);
  note("joined", "Sami");
  assert.deepEqual(lines(), ["Zoé et Sami ont rejoint le salon"]);
  note("left", "Inès");
  assert.deepEqual(lines(), ["Zoé et Sami ont rejoint le salon, Inès l’a quitté"]);
  note("joined", "Inès");
  note("left", "Zoé");
  assert.deepEqual(lines(), ["Sami a rejoint le salon"]);
  note("joined", "A", "B", "C");
  assert.deepEqual(lines(), ["Sami, A et 2\u00a0autres ont rejoint le salon"]);
  timeline.add({ id: 1, user: "A", text: "Bonjour", time: 0 });
  note("left", "A", "B");
  assert.deepEqual(lines(), ["Sami, A et 2\u00a0autres ont rejoint le salon", "Bonjour", "A et B ont quitté le salon"]);
  note("joined", "B", "A");
  assert.deepEqual(lines().slice(1), ["Bonjour"]);
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

test("a message shows, whatever ref its author gave it", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé");
  const refs = ["pulse", "login", "join", "create", "older", "newer"];  // what this page calls its own questions
  await zoe.page.evaluate((all) => {
    const mallory = window.mallory = new WebSocket(`ws://${location.host}/`);
    const send = (action) => mallory.send(JSON.stringify(action));
    mallory.onopen = () => {
      send({ action: "login", user: "Mallory" });
      for (const ref of all) send({ action: "send_message", message: `ref ${ref}`, ref });
      send({ action: "send_message", message: "fin" });
    };
  }, refs);
  await zoe.sees("fin");
  assert.deepEqual(await zoe.texts().allTextContents(), [...refs.map((ref) => `ref ${ref}`), "fin"]);
  await zoe.create_room("ailleurs");
  await zoe.go_to("general");
  await zoe.says("toujours là");
  await zoe.end();
  await chat.end();
});

test("white space in a name is one space, for the page as for the server", async () => {
  const chat = await Chat.start();
  const zoe = await Person.open(browser, chat.address);
  const { page } = zoe;
  await page.getByLabel("Pseudo").fill(" Zoé\u00a0 la\u2003\tgrande ");
  await page.getByLabel("Pseudo").press("Enter");
  await zoe.is_here("Zoé la grande");
  const heading = page.getByRole("heading", { level: 1 });
  const create = async (typed, name) => {
    await page.getByLabel("Nouveau salon").fill(typed);
    await page.getByLabel("Nouveau salon").press("Enter");
    await heading.getByText(name, { exact: true }).waitFor();
    assert.equal(await heading.textContent(), name);
  };
  await create("tp  réseau", "tp réseau");
  await create("tp\u00a0système", "tp système");
  await create("tp\u0085bases", "tp bases");
  await create("tp \u202f\u00a0réseau", "tp réseau");  // it exists
  assert.equal(await page.locator("#room-error").textContent(), "");
  await zoe.end();
  await chat.end();
});

// JavaScript has texts that UTF-8 has not: half a surrogate pair, left by a keyboard or a paste that cut an emoji.
test("half an emoji stops nobody", async () => {
  const chat = await Chat.start();
  const zoe = await Person.open(browser, chat.address);
  const { page } = zoe;
  await page.getByLabel("Pseudo").evaluate((input) => {
    input.value = "Zoé \ud83d";
    input.form.requestSubmit();
  });
  await zoe.is_here("Zoé \ufffd");
  const draft = page.getByLabel("Votre message");
  for (const half of [0xd83d, 0xde42]) {
    await draft.evaluate((text, unit) => {
      text.value = `${String.fromCharCode(unit)} et 🙂`;
      text.form.requestSubmit();
    }, half);
  }
  await zoe.says("ensuite");
  assert.deepEqual(await zoe.texts().allTextContents(), ["\ufffd et 🙂", "\ufffd et 🙂", "ensuite"]);
  await page.locator("#pending-list").waitFor({ state: "hidden" });
  await page.getByLabel("Nouveau salon").evaluate((input) => {
    input.value = "\ude42";
    input.form.requestSubmit();
  });
  await zoe.is_in_room("\ufffd");
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
  const made = "#chat :is(img, script, iframe, b, i), :is(.messages, .room-list, .people-list, #announcer) svg";
  const hooked = "[onclick], [onerror], [onload], [onmouseover], [style*=url]";
  const is_all_text = async () => {
    await zoe.sees(attacks.at(-1));
    assert.deepEqual(await zoe.texts().allTextContents(), attacks);
    assert.equal(await zoe.page.locator(made).count(), 0);
    assert.equal(await zoe.page.locator(hooked).count(), 0);
  };
  await zoe.is_here("<b onclick=x>M</b>");
  await is_all_text();
  await zoe.go_to("<i>x</i>&amp;");
  await zoe.until(() => document.title === "<i>x</i>&amp; – Prise");
  await zoe.go_to("general");
  await is_all_text();
  await zoe.page.reload();  // from the history
  await zoe.is_in();
  await is_all_text();
  const links = await zoe.page.locator(".messages a").evaluateAll((all) => all.map((one) => [one.protocol, one.rel]));
  assert.deepEqual(links, [["https:", "noopener noreferrer nofollow"]]);
  const answer = await zoe.page.request.get(chat.address);
  assert.match(answer.headers()["content-security-policy"], /default-src 'none'.*script-src 'self'/);
  await zoe.end();
  await chat.end();
});

test("the page's files read nothing as HTML, style nothing in place, fetch nothing from elsewhere", async () => {
  const folder = new URL("../../../examples/chat/page/", import.meta.url);
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(js|css|html|svg)$/.test(name));
  assert.ok(names.length > 20);
  const forbidden = new RegExp(["innerHTML", "outerHTML", "insertAdjacent", "document\\.write", "\\beval\\b", "new Function",
                                "\\sstyle=", "\\son\\w+=", "@import", "url\\(", "src=\"http", "href=\"http"].join("|"));
  for (const name of names) assert.doesNotMatch(await readFile(new URL(name, folder), "utf8"), forbidden, name);
});

// notes_004.html holds the notes' JavaScript to the letter; a page opened from a file has the origin "null".
test("the notes' own page talks with ours, unchanged", async () => {
  const chat = await Chat.start();
  const zoe = await Person.enter(browser, chat, "Zoé");
  const folder = await mkdtemp(path.join(tmpdir(), "prise-page-"));
  const file = path.join(folder, "page.html");
  await writeFile(file, await readFile(new URL("../notes_004.html", import.meta.url)));
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
  // To create a room is not to join it.
  await notes.locator("#messageInput").fill("toujours ici");
  await notes.getByRole("button", { name: "Envoyer" }).click();
  await zoe.sees("toujours ici");
  await zoe.go_to("labo");
  await notes.getByRole("button", { name: "Rejoindre" }).click();
  await zoe.is_here("AlphaXZero");
  await zoe.says("ici aussi");
  await shows("Zoé: ici aussi");
  assert.deepEqual(await notes.locator("#messagesContainer > div").allTextContents(),
                   ["Bienvenue", "AlphaXZero: Salut", "Zoé: Bien reçu !", "AlphaXZero: toujours ici", "Zoé: ici aussi"]);
  await notes.reload();
  await notes.locator("#serverPort").fill(String(chat.port));
  await notes.locator("#username").fill("Zoé");
  await notes.getByRole("button", { name: "Se connecter" }).click();
  await shows("pseudo invalide");
  await notes.getByRole("button", { name: "Envoyer" }).click();
  await shows("veuillez choisir un pseudo avant de pouvoir chatter");
  await notes.close();
  await zoe.end();
  await rm(folder, { recursive: true });
  await chat.end();
});
