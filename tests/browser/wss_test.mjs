// Lesson 20 in a real browser: Chromium refuses a certificate of an authority that it does not know, and talks
// to the server whose very key it was told to accept.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";

const { chromium } = createRequire(process.env.PRISE_NODE_MODULES)("playwright-core");
const patience = 40_000;  // milliseconds, on a busy machine
const lesson = path.join(process.env.PRISE_LESSONS, "20_wss_tls");

function launch(...more) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", ...more],
  });
}

let server;
let url;
before(async () => {
  server = spawn(path.join(lesson, "server"), ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  server.stdout.setEncoding("utf8");
  for await (const text of server.stdout.iterator({ destroyOnReturn: false })) {
    output += text;
    const port = /^Port : (\d+)\n/.exec(output)?.[1];
    if (!port) continue;
    url = `https://localhost:${port}/`;
    break;
  }
  server.stdout.resume();
});
after(async () => {
  const ended = once(server, "close");
  server.kill("SIGINT");
  const [status] = await ended;
  assert.equal(status, 0);
});

const text = (page, part) => page.getByText(part, { exact: true }).waitFor({ timeout: patience });

test("Chromium refuses the server of an authority that it does not know", async () => {
  const browser = await launch();
  await assert.rejects((await browser.newPage()).goto(url, { timeout: patience }), /ERR_CERT_AUTHORITY_INVALID/);
  const page = await browser.newPage();  // the other one is still on its way to Chromium's own warning
  const opened = await page.evaluate((address) => new Promise((resolve) => {
    const socket = new WebSocket(address);
    socket.onopen = () => resolve("open");
    socket.onclose = (event) => resolve(`closed ${event.code}`);
  }), url.replace("https", "wss"));
  assert.equal(opened, "closed 1006");
  await browser.close();
});

test("Chromium talks to the server whose key it was told to accept", async () => {
  const pem = await readFile(path.join(lesson, "certificats", "serveur.pem"));
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  const accepted = createHash("sha256").update(key).digest("base64");
  const browser = await launch(`--ignore-certificate-errors-spki-list=${accepted}`);
  const page = await browser.newPage();
  await page.goto(url, { timeout: patience });
  await text(page, "Connexion établie avec le serveur WebSocket");
  await page.getByLabel("Message").fill("l'été 🙂");
  await page.getByRole("button", { name: "Envoyer" }).click();
  await text(page, "Echo : l'été 🙂");
  await browser.close();
});
