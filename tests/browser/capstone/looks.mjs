// What the chat's page shows, on which screen, to whom: the wire panel, every width, the keyboard, axe.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";

import { Chat, Person, browser, look_at_everything, phone_by_night } from "./support.mjs";

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
  for (const width of [320, 761, 1181, 1601]) {
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
