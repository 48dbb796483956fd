// Lesson 19's chats, with everybody who can talk to them at once: two pages in Chromium, two of our terminal
// clients, and the notes' own Python. What one says, each of the others hears, once.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { Actor, end_actors } from "./actor.mjs";

const { chromium } = createRequire(process.env.PRISE_NODE_MODULES)("playwright-core");
const patience = 40_000;  // milliseconds, on a busy machine

let browser;
let folder;  // for the files of this run
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prise-chat-"));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  end_actors();
  await browser.close();
  await rm(folder, { recursive: true });
});

async function start(program) {
  const server = new Actor(path.join(process.env.PRISE_LESSONS, "19_ws_chat", program), ["--port", "0"]);
  await server.prints(" sur ws://");
  server.port = /^Port : (\d+)\n/.exec(server.output)[1];
  return server;
}

const text = (page, part) => page.getByText(part, { exact: true }).waitFor();

async function open(address, greeting) {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(address);
  await text(page, greeting);
  return page;
}

// Each kind of client behind the same three words: say, hears, and heard, all that it has heard.
async function person(port) {
  const page = await open(`http://localhost:${port}/`, "Connecté au chat. Tapez vos messages.");
  return {
    page,
    async say(words) {
      await page.getByLabel("Vous :").fill(words);
      await page.getByRole("button", { name: "Envoyer" }).click();
    },
    hears: (words) => text(page, `[Message reçu] ${words}`),
    heard: async () => (await page.locator("#messages p").allTextContents())
      .filter((line) => line.startsWith("[Message reçu] ")).map((line) => line.slice(15)),
  };
}

async function typist(command, args) {
  const actor = new Actor(command, args);
  await actor.prints("Connecté au chat. Tapez vos messages.\n");
  return {
    actor,
    say: async (words) => actor.type(words),
    hears: (words) => actor.prints(`\n[Message reçu] ${words}\n`),
    heard: async () => [...actor.output.matchAll(/^\[Message reçu\] (.*)$/gm)].map((match) => match[1]),
  };
}

test("pages, terminals and Python talk through server, each heard once by all the others", async () => {
  const server = await start("server");
  const ours = path.join(process.env.PRISE_LESSONS, "19_ws_chat", "client");
  const notes = path.join(folder, "ws_chat_client.py");
  const source = await readFile(path.join(process.env.PRISE_NOTES, "ws_chat_client.py"), "utf8");
  await writeFile(notes, source.replace("8765", server.port));

  const everybody = {
    page: await person(server.port),
    "other page": await person(server.port),
    terminal: await typist(ours, ["--port", server.port]),
    "other terminal": await typist(ours, ["--port", server.port]),
    python: await typist(process.env.PRISE_PYTHON, ["-u", "-X", "utf8", notes]),
  };
  await server.prints("5 client(s) connecté(s)");

  const said = [];
  for (const [name, one] of Object.entries(everybody)) {
    said.push(`<b>l'été de ${name} 🙂</b>`);
    await one.say(said.at(-1));
    for (const other of Object.values(everybody))
      if (other !== one) await other.hears(said.at(-1));
  }
  for (const [at, one] of Object.values(everybody).entries())
    assert.deepEqual(await one.heard(), said.filter((_, index) => index !== at));
  const { page, python } = everybody;
  assert.equal(await page.page.locator("#messages b").count(), 0);
  await text(page.page, `Vous : ${said[0]}`);

  // One leaves each way: a page is closed, a terminal ends its input, and nobody else notices.
  await everybody["other page"].page.close();
  await server.prints("4 client(s) restant(s)");
  everybody["other terminal"].actor.process.stdin.end();
  assert.equal(await everybody["other terminal"].actor.ended, 0);
  await server.prints("3 client(s) restant(s)");
  await page.say("Encore là ?");
  await everybody.terminal.hears("Encore là ?");
  await python.hears("Encore là ?");
  python.actor.process.stdin.end();
  await server.prints("2 client(s) restant(s)");

  server.process.kill("SIGINT");  // everyone is told 1001, "going away"
  assert.equal(await server.ended, 0);
  assert.match(server.output, /0 client\(s\) restant\(s\)\n$/);
  await text(page.page, "Connexion fermée (code 1001)");
  assert.equal(await everybody.terminal.actor.ended, 0);
  assert.match(everybody.terminal.actor.output, /\nLe serveur a fermé la connexion\.\n$/);
  await python.actor.ended;
  await page.page.close();
});

// notes_003.html holds the notes' JavaScript to the letter, which writes what it receives into innerHTML.
test("broadcast_server's page, the notes' page and a terminal all hear, the one that speaks too", async () => {
  const server = await start("broadcast_server");
  const file = path.join(folder, "page.html");
  const notes = await readFile(new URL("notes_003.html", import.meta.url), "utf8");
  await writeFile(file, notes.replace("8765", server.port));
  const page = await open(`http://localhost:${server.port}/`, "Connexion établie avec le serveur WebSocket");
  const notesPage = await browser.newPage();
  notesPage.setDefaultTimeout(patience);
  const connected = notesPage.waitForEvent("console", (line) => line.text().startsWith("Connexion établie"));
  await notesPage.goto(`file://${file}`);
  await connected;
  const client = path.join(process.env.PRISE_LESSONS, "19_ws_chat", "client");
  const terminal = await typist(client, ["--port", server.port]);
  await server.prints("Total clients : 3");

  await notesPage.getByRole("button").click();
  const hello = "Message d'un client : Hello depuis le client javascript !";
  for (const one of [page, notesPage]) await text(one, hello);
  await terminal.hears(hello);

  // The guide's third experiment, word for word: a message that is a program runs in the notes' page, and is text in ours.
  const guide = await readFile(new URL("../../lessons/19_ws_chat/README.md", import.meta.url), "utf8");
  const program = guide.match(/`\.\/prise run 19 broadcast_client "(.+?)"`/)[1];
  const alert = notesPage.waitForEvent("dialog");
  await terminal.say(program);
  const dialog = await alert;
  assert.equal(dialog.message(), "piégé");
  await dialog.dismiss();
  await text(page, `Message d'un client : ${program}`);

  server.process.kill("SIGINT");
  assert.equal(await server.ended, 0);
  await text(page, "Connexion fermée (code 1001)");
  assert.equal(await terminal.actor.ended, 0);
  await Promise.all([page.close(), notesPage.close()]);
});
