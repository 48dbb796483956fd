// The pages of lessons 14 and 17, as a student meets them: a server is started, its address is opened in Chromium, and
// what the page asks for is typed and clicked.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

const { chromium } = createRequire(process.env.PRISE_NODE_MODULES)("playwright-core");
const patience = 40_000;  // milliseconds, on a busy machine

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser.close());

// A program of a lesson on a port that the kernel chooses. end: presses Ctrl-C, and gives all that it printed.
async function start(program, lesson = "17_ws_echo") {
  const server = spawn(path.join(process.env.PRISE_LESSONS, lesson, program), ["--port", "0"],
                       { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  let port;
  server.stdout.setEncoding("utf8");
  for await (const text of server.stdout.iterator({ destroyOnReturn: false })) {
    output += text;
    port = /^Port : (\d+)\n/.exec(output)?.[1];
    if (port) break;
  }
  server.stdout.on("data", (text) => { output += text; });
  const ended = once(server, "close");
  return {
    port,
    async end({ status: expected = 0 } = {}) {
      server.kill("SIGINT");
      const [status] = await ended;
      assert.equal(status, expected);
      return output;
    },
  };
}

async function open(address) {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(address);
  return page;
}

const text = (page, part) => page.getByText(part, { exact: true }).waitFor();

// Guide 14: « pour voir les trois façons bouger ensemble ».
test("lesson 14's page shows the price move in three ways", async () => {
  const server = await start("server", "14_http_polling");
  const page = await open(`http://127.0.0.1:${server.port}/`);
  await page.waitForFunction(() => ["polling", "long", "push"].every(
    (id) => Number(document.getElementById(id).cells[3].textContent) >= 2));
  const requests = await page.$$eval("tr[id]", (rows) => rows.map((row) => Number(row.cells[2].textContent)));
  assert.equal(requests[2], 1);  // WebSocket: one question
  assert.ok(requests[0] > 1 && requests[1] > 1);
  await page.close();
  await server.end({ status: null });  // it ends by the signal
});

test("the page of server says what it receives, and shows it as text", async () => {
  const server = await start("server");
  const page = await open(`http://localhost:${server.port}/`);
  await text(page, "Connexion établie avec le serveur WebSocket");
  await page.getByRole("button", { name: "Envoyer" }).click();
  await text(page, "Echo : Hello depuis le client javascript !");

  const other = await open(`http://127.0.0.1:${server.port}/`);  // the first page is still open
  await other.getByLabel("Message").fill("<b>l'été 🙂</b>");
  await text(other, "Connexion établie avec le serveur WebSocket");
  await other.getByLabel("Message").press("Enter");
  await text(other, "Echo : <b>l'été 🙂</b>");
  assert.equal(await other.locator("#messages b").count(), 0);

  const output = await server.end();  // everyone is told 1001, "going away"
  await text(page, "Connexion fermée (code 1001)");
  await text(other, "Connexion fermée (code 1001)");
  assert.match(output, /Reçu : Hello depuis le client javascript !\n/);
  assert.match(output, /Reçu : <b>l'été 🙂<\/b>\n/);
  await Promise.all([page.close(), other.close()]);
});

test("the page of once_server shows an alert", async () => {
  const server = await start("once_server");
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const alerted = page.waitForEvent("dialog");
  await page.goto(`http://localhost:${server.port}/`);
  const dialog = await alerted;
  assert.equal(dialog.message(), "Message bien reçu");
  await dialog.accept();
  assert.match(await server.end(), /Bonjour !\nMessage bien reçu\n/);
  await page.close();
});

// notes_003.html holds the notes' JavaScript to the letter; a page opened from a file has the origin "null".
test("the notes' own JavaScript, in a page opened from a file, talks to server", async () => {
  const server = await start("server");
  const folder = await mkdtemp(path.join(tmpdir(), "prise-page-"));
  const file = path.join(folder, "page.html");
  const notes = await readFile(new URL("notes_003.html", import.meta.url), "utf8");
  await writeFile(file, notes.replace("8765", server.port));
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const connected = page.waitForEvent("console", (line) => line.text().startsWith("Connexion établie"));
  await page.goto(`file://${file}`);
  await connected;
  await page.getByRole("button").click();
  await text(page, "Echo : Hello depuis le client javascript !");
  await page.close();
  await server.end();
  await rm(folder, { recursive: true });
});
