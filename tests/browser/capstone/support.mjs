// What the tests of the chat's page share: a server that can be stopped and started again behind one address, and
// people, each in a browser of their own.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { X509Certificate, createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const require = createRequire(process.env.PRISE_NODE_MODULES);
const { chromium } = require("playwright-core");
const patience = 40_000;  // milliseconds, on a busy machine

const chats = new Set();  // that run
let certificate;

export let browser;
export let speaker;  // a page for talk()

// It takes the word of whoever has our key: the one of the servers that speak TLS.
export async function open_browser() {
  const folder = await mkdtemp(path.join(tmpdir(), "prise-chat-key-"));
  certificate = { folder, files: [path.join(folder, "cert.pem"), path.join(folder, "key.pem")] };
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                                     "-days", "1", "-subj", "/CN=localhost", "-out", certificate.files[0],
                                     "-keyout", certificate.files[1]], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const key = new X509Certificate(await readFile(certificate.files[0])).publicKey.export({ type: "spki", format: "der" });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           `--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`],
  });
  speaker = await browser.newPage();
}

// And what a failed test has left behind: the run would not end.
export async function close_browser() {
  await browser.close();
  await Promise.all([...chats].map((chat) => chat.end()));
  await rm(certificate.folder, { recursive: true });
}

// The chat's server on a port that the kernel chooses, and before it a relay whose address stays the same while
// servers come and go.
export class Chat {
  #process = null;
  #port = 0;
  #held = false;
  #has_vanished = false;
  #pairs = new Map();  // of each client, what leads to the server
  #arguments;

  static async start(...more) {
    const chat = new Chat();
    chat.is_secret = more.includes("--tls");
    chat.#arguments = more;
    if (chat.is_secret) chat.#arguments.push("--certificate", certificate.files[0], "--key", certificate.files[1]);
    chat.folder = await mkdtemp(path.join(tmpdir(), "prise-chat-page-"));
    chat.relay = net.createServer((client) => chat.#carry(client));
    chat.relay.listen(0, "127.0.0.2");
    await once(chat.relay, "listening");
    chat.address = `${chat.is_secret ? "https" : "http"}://127.0.0.2:${chat.relay.address().port}/`;
    chats.add(chat);
    await chat.run();
    return chat;
  }

  get port() { return this.#port; }

  // port: 0, one that the kernel chooses.
  async run(port = 0) {
    const options = ["--port", String(port), "--data", this.folder, ...this.#arguments];
    const server = spawn(process.env.PRISE_CHAT_SERVER, options, { stdio: ["ignore", "pipe", "ignore"] });
    this.#process = server;
    this.ended = once(server, "close");
    let output = "";
    server.stdout.setEncoding("utf8");
    for await (const text of server.stdout.iterator({ destroyOnReturn: false })) {
      output += text;
      const found = / sur wss?:\/\/.+:(\d+)\n/.exec(output)?.[1];
      if (found) { this.#port = Number(found); break; }
    }
    assert.notEqual(this.#port, 0, `the server did not start: ${output}`);
    server.stdout.resume();
  }

  // Ctrl-C, or another way to ask; SIGKILL leaves it no time for anything.
  async stop(signal = "SIGINT") {
    this.#port = 0;
    this.#process.kill(signal);
    const [status] = await this.ended;
    if (signal !== "SIGKILL") assert.equal(status, 0);
  }

  // Nobody gets through any more: the server goes on without them.
  hold() { this.#held = true; this.cut(); }
  release() { this.#held = false; }

  // Every connection falls, and the server has still to notice.
  cut() { for (const client of this.#pairs.keys()) client.destroy(); }

  // The network vanishes between them and us: the server, which asks, notices; they are told nothing, and nothing gets
  // through, nor from those who come before it has appeared again.
  vanish() {
    this.#has_vanished = true;
    for (const [client, server] of this.#pairs) {
      client.unpipe(server).pause();
      server.removeAllListeners("close").destroy();
    }
  }

  appear() { this.#has_vanished = false; }

  async end() {
    chats.delete(this);
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.stop();
    this.cut();
    this.relay.close();
    await rm(this.folder, { recursive: true });
  }

  #carry(client) {
    client.on("error", () => {});
    if (this.#port === 0 || this.#held) return client.destroy();
    const server = this.#has_vanished ? new net.Socket() : net.connect(this.#port, "127.0.0.2");
    this.#pairs.set(client, server);
    if (this.#has_vanished) return undefined;
    server.on("error", () => client.destroy());
    client.on("close", () => { this.#pairs.delete(client); server.destroy(); });
    server.on("close", () => client.destroy());
    client.pipe(server).pipe(client);
    return undefined;
  }
}

// Someone at the page. faults: what the page should never do; sockets: each WebSocket that it opened, as Playwright
// knows them. clock: the page's time is the test's; prepare: what runs in the page before its own scripts.
export class Person {
  static async open(browser, address, { clock = false, prepare = null, ...options } = {}) {
    const person = new Person();
    person.context = await browser.newContext({ locale: "fr-FR", timezoneId: "Europe/Brussels",
                                                 reducedMotion: "reduce", ...options });
    person.page = await person.context.newPage();
    person.page.setDefaultTimeout(patience);
    person.faults = [];
    person.sockets = [];
    person.page.on("websocket", (socket) => person.sockets.push(socket));
    person.page.on("pageerror", (error) => person.faults.push(error.stack));
    person.page.on("dialog", (dialog) => { person.faults.push(dialog.message()); dialog.dismiss(); });
    person.page.on("console", (line) => {
      if (/Content Security Policy/.test(line.text())) person.faults.push(line.text());
    });
    person.page.on("request", (request) => {
      if (!request.url().startsWith(address)) person.faults.push(`fetched ${request.url()}`);
    });
    if (prepare) await person.page.addInitScript(prepare);
    if (clock) await person.page.clock.install();
    await person.page.goto(address);
    return person;
  }

  static async enter(browser, chat, name, options) {
    const person = await Person.open(browser, chat.address, options);
    await person.page.getByLabel("Pseudo").fill(name);
    await person.page.getByRole("button", { name: "Entrer" }).click();
    await person.is_in();
    return person;
  }

  is_in() { return this.page.locator("#chat[data-status=in]").waitFor(); }
  is_out() { return this.page.locator("#chat:not([data-status=in])").waitFor(); }

  async say(text) {
    await this.page.getByLabel("Votre message").fill(text);
    await this.page.getByLabel("Votre message").press("Enter");
  }

  // From the server: numbered, no longer on its way.
  texts() { return this.page.locator("#message-list .text"); }
  async sees(text) { await this.texts().getByText(text, { exact: true }).last().waitFor(); }
  async says(text) {
    await this.say(text);
    await this.sees(text);
  }

  async create_room(name) {
    await this.page.getByLabel("Nouveau salon").fill(name);
    await this.page.getByRole("button", { name: "Créer" }).click();
    await this.is_in_room(name);
  }

  room(name) { return this.page.locator(".room").filter({ has: this.page.getByText(name, { exact: true }) }); }

  async go_to(name) {
    await this.room(name).click();
    await this.is_in_room(name);
  }

  is_in_room(name) { return this.page.getByRole("heading", { level: 1, name, exact: true }).waitFor(); }
  is_here(name) { return this.page.locator(".person-name").getByText(name, { exact: true }).waitFor(); }

  // The next WebSocket frame that says so.
  receives(words) {
    return this.sockets.at(-1).waitForEvent("framereceived", ({ payload }) => String(payload).includes(words));
  }

  focus() { return this.page.evaluate(() => document.activeElement?.id ?? ""); }

  // The page's policy forbids eval, which waitForFunction needs to look a second time.
  async until(condition) {
    const end = Date.now() + patience;
    while (!await this.page.evaluate(condition)) {
      assert.ok(Date.now() < end, `it did not come: ${condition}`);
      await this.page.evaluate(() => new Promise((next) => { requestAnimationFrame(next); }));
    }
  }

  // Until the page has been told.
  async resize(width, height) {
    await this.page.setViewportSize({ width, height });
    await this.page.evaluate((wanted) => new Promise((done) => {
      const look = () => { requestAnimationFrame(innerWidth === wanted ? () => requestAnimationFrame(done) : look); };
      look();
    }), width);
  }

  async axe() {
    if (!await this.page.evaluate(() => "axe" in window)) {
      await this.page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
    }
    const { violations } = await this.page.evaluate(() => window.axe.run());
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`);
  }

  async end() {
    assert.deepEqual(this.faults, []);
    await this.context.close();
  }
}

// Someone who says all of it at once, in a room that they make if they name one, and leaves when it has come back. It
// runs in a page, whose WebSocket it borrows, and goes straight to the server. Of more than forty actions, the server
// must be started with `--rate 0`.
export async function talk(chat, user, texts, room = null) {
  const address = `127.0.0.2:${chat.port}/`;
  await speaker.goto(`http://${address}health`);
  await speaker.evaluate(([url, name, lines, new_room]) => new Promise((done, failed) => {
    const socket = new WebSocket(url);
    let left = lines.length;
    const send = (action) => socket.send(JSON.stringify(action));
    socket.onopen = () => {
      send({ action: "login", user: name });
      if (new_room) for (const action of ["create_room", "join_room"]) send({ action, room: new_room });
      for (const message of lines) send({ action: "send_message", message });
    };
    socket.onmessage = ({ data }) => {
      const { action, message } = JSON.parse(data);
      if (action === "error") failed(new Error(message));
      if (action !== "message" || !message.startsWith(`${name}: `) || --left > 0) return;
      socket.onclose = done;
      socket.close();
    };
    socket.onerror = () => failed(new Error("no connection"));
    socket.onclose = ({ code }) => failed(new Error(`closed, ${code}`));
  }), [`ws://${address}`, user, texts, room]);
}

export const everyone = (people) => Promise.all(people.map((one) => one.end()));

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: "reduce" };
export const phone_by_night = { ...phone, colorScheme: "dark" };

// From the door to the help, with axe.
export async function look_at_everything(person, name) {
  assert.deepEqual(await person.axe(), []);
  await person.page.getByLabel("Pseudo").fill(name);
  await person.page.getByRole("button", { name: "Entrer" }).click();
  await person.is_in();
  await person.says("Voyez https://example.org/");
  assert.deepEqual(await person.axe(), []);
  await person.page.getByRole("button", { name: "Trames" }).click();
  await person.say("Encore");
  await person.page.getByRole("option").first().waitFor();
  assert.deepEqual(await person.axe(), []);
  await person.page.keyboard.press("Escape");
}
