// The page of a trace, from a file: gone through step by step with the keyboard, by day, by night, on a phone, and with
// texts that would like to be more than text.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

const require = createRequire(process.env.PRISE_NODE_MODULES);
const { chromium } = require("playwright-core");
const patience = 40_000;  // milliseconds, on a busy machine

let browser;
let folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prise-trace-"));
  execFileSync(process.env.PRISE_DRAW_EXAMPLES, [folder]);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

// A page, and what it should never do.
async function open(name, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  const faults = [];
  page.setDefaultTimeout(patience);
  page.on("pageerror", (error) => faults.push(error.stack));
  page.on("dialog", (dialog) => { faults.push(dialog.message()); dialog.dismiss(); });
  page.on("console", (line) => { if (line.type() === "error") faults.push(line.text()); });
  page.on("request", (request) => {
    if (!request.url().startsWith(`file://${folder}/`)) faults.push(`fetched ${request.url()}`);
  });
  await page.goto(`file://${folder}/${name}`);
  return { page, faults };
}

async function axe(page) {
  await page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`);
}

const step = async (page) => parseInt(await page.locator("#step").textContent(), 10);
const panel = (page) => page.locator("#panel").innerText();

// Whether the block of the current call is where one sees it.
const current_is_in_view = (page) => page.evaluate(() => {
  const block = document.querySelector(".event-row.current rect").getBoundingClientRect();
  const view = document.getElementById("scroller").getBoundingClientRect();
  return block.top >= view.top && block.bottom <= view.bottom && block.left < view.right && block.right > view.left;
});

const rows_in_view = (page) => page.locator("#drawing .row:not(.off)").count();

test("the keyboard goes through the calls, and the panel tells of each", async () => {
  const { page, faults } = await open("frames.html");
  assert.equal(await page.locator("#panel h2").textContent(), "1 · acceptserveur");
  for (const [key, number] of [["ArrowRight", 2], ["j", 3], ["ArrowDown", 4], ["k", 3], ["ArrowLeft", 2], ["ArrowUp", 1],
                               ["ArrowUp", 1], ["End", 14], ["j", 14], ["Home", 1]]) {
    await page.keyboard.press(key);
    assert.equal(await step(page), number, key);
    assert.ok(await current_is_in_view(page), `${key}: call ${number} is out of sight`);
  }
  for (let number = 1; number < 7; ++number) await page.keyboard.press("j");
  assert.equal(await page.locator(".current").count(), 1);
  assert.equal(await page.locator("#drawing .linked").getAttribute("id"), "arrow-3");
  const told = await panel(page);
  for (const words of ["7 · send", "client", "send(3, 15 octets)", "lessons/17_ws_echo/client.cpp, ligne 27",
                       "ws.send_text(message);", "Envoyé : 15 octets", "0000  81 89 37 fa 21 3d 75 95  ··7·!=u·",
                       "texte de 9 octets, masqué", "MASK contenu masqué", "37 fa 21 3d", "Bonjour !"]) {
    assert.ok(told.replaceAll("\u00a0", " ").includes(words), `${words} is not in: ${told}`);
  }

  await page.getByRole("button", { name: "Voir l'appel 8" }).click();  // the other side, and from there back
  assert.match(await panel(page), /Reçu[^]*client\.cpp, ligne 27/);
  await page.reload();
  assert.equal(await step(page), 8);
  await page.getByRole("button", { name: "Suivant" }).click();
  assert.equal(await step(page), 9);
  await page.locator("#event-1 rect").dispatchEvent("click");
  assert.equal(await step(page), 2);
  assert.match(await panel(page), /serveur\s+attend dans accept/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("lanes can be left out, and what is to come can wait", async () => {
  const { page, faults } = await open("loop.html");
  const all = await rows_in_view(page);
  const height = () => page.evaluate(() => document.getElementById("drawing").viewBox.baseVal.height);
  const whole = await height();
  await page.getByRole("checkbox", { name: "serveur" }).uncheck();
  assert.ok(await rows_in_view(page) < all / 2);
  assert.ok(await height() < whole / 2);
  assert.equal(await step(page), 2);  // the first call was the server's
  await page.keyboard.press("j");
  assert.equal(await step(page), 4);
  await page.getByRole("checkbox", { name: "serveur" }).check();
  assert.equal(await rows_in_view(page), all);
  assert.equal(await height(), whole);

  assert.equal(await page.locator(".later").count(), 0);
  await page.getByRole("button", { name: "Tout montrer" }).click();
  assert.ok(await page.locator("#event-5.later").isVisible());
  await page.keyboard.press("End");
  assert.equal(await page.locator(".later").count(), 0);
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "Jouer" }).click();
  await page.locator("#event-1.current").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  assert.deepEqual(faults, []);
  await page.close();
});

test("every text stands within its block, in this browser's letters", async () => {
  const { page, faults } = await open("loop.svg");
  for (const name of ["loop", "frames", "hostile"]) {
    await page.goto(`file://${folder}/${name}.svg`);
    const outside = await page.evaluate(() => [...document.querySelectorAll(".row:not(.heads)")].flatMap((row) => {
      const box = row.querySelector(":scope > rect, :scope > g > rect").getBBox();
      const clock = (text) => !row.classList.contains("arrow-row") && text.getBBox().x < 30;
      return [...row.querySelectorAll("text")].filter((text) => {
        const { x, width } = text.getBBox();
        return !clock(text) && (x < box.x || x + width > box.x + box.width);
      }).map((text) => `${row.id}: ${text.textContent}`);
    }));
    assert.deepEqual(outside, [], name);
  }
  assert.deepEqual(faults, []);
  await page.close();
});

test("hostile texts stay text", async () => {
  const { page, faults } = await open("hostile.html");
  await page.keyboard.press("j");
  assert.equal(await step(page), 2);
  assert.equal(await page.locator("img, iframe, object").count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  assert.match(await panel(page), /<\/script><img src=x onerror=alert\(1\)>/);
  assert.deepEqual(faults, []);
  await page.close();
});

for (const [scheme, viewport, names] of [["light", { width: 1280, height: 800 }, ["frames.html", "empty.html"]],
                                        ["dark", { width: 360, height: 740 }, ["frames.html#7", "hostile.html"]]]) {
  test(`axe finds nothing, and nothing sticks out: ${scheme}, ${viewport.width} wide`, async () => {
    for (const name of names) {
      const { page, faults } = await open(name, { colorScheme: scheme, viewport });
      assert.deepEqual(await axe(page), [], name);
      const { wide, inner } = await page.evaluate(() =>
        ({ wide: document.documentElement.scrollWidth, inner: document.documentElement.clientWidth }));
      assert.ok(wide <= inner, `${name}: the page is ${wide} wide`);
      assert.deepEqual(faults, []);
      await page.close();
    }
  });
}
