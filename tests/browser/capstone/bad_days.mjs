// The chat's page when the server or the network is not there.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { Chat, Person, browser, everyone, talk } from "./support.mjs";

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
  await talk(chat, "Sami", ["pendant"]);
  await clock.fastForward(45_000);
  assert.equal(zoe.sockets.length, 1);
  const tried = once(chat.relay, "connection");
  await clock.fastForward(10_000);
  await tried;
  chat.appear();
  await clock.fastForward(20_000);  // nobody answered the new one either
  await zoe.sees("pendant");
  assert.equal(zoe.sockets.length, 3);
  assert.deepEqual(await zoe.texts().allTextContents(), ["avant", "toujours là", "pendant"]);

  await chat.stop();
  await zoe.is_out();
  await clock.pauseAt(await zoe.page.evaluate(() => Date.now() + 10_000));  // so that only the button brings her back
  await chat.run();
  await zoe.page.getByRole("button", { name: "Réessayer" }).evaluate((button) => { button.focus(); button.click(); });
  await zoe.is_in();
  assert.equal(await zoe.focus(), "message-text");
  await zoe.end();
  await chat.end();
});

test("each message goes to the room in which it was typed, wherever its author has gone since", async () => {
  const chat = await Chat.start("--memory");
  const zoe = await Person.enter(browser, chat, "Zoé");
  await talk(chat, "Sami", ["ouvert"], "atelier");
  chat.hold();
  await zoe.is_out();
  await zoe.say("dit dans general");
  await zoe.go_to("atelier");
  await zoe.page.getByText("viendra avec la connexion").waitFor();
  await zoe.say("dit dans l’atelier");
  const general = zoe.room("general");
  await general.getByText("message en attente").waitFor();
  chat.release();
  await zoe.sees("dit dans l’atelier");
  await general.getByText("message en attente").waitFor({ state: "hidden" });
  assert.deepEqual(await zoe.texts().allTextContents(), ["ouvert", "dit dans l’atelier"]);
  await zoe.go_to("general");
  await zoe.sees("dit dans general");
  assert.deepEqual(await zoe.texts().allTextContents(), ["dit dans general"]);

  await zoe.go_to("atelier");
  await chat.stop();  // with --memory, the rooms go too
  await zoe.is_out();
  await zoe.say("pour personne");
  await chat.run();
  await zoe.is_in_room("general");
  await zoe.page.getByText("Le salon « atelier » n’existe plus.").waitFor();
  await zoe.page.getByRole("button", { name: "Reprendre" }).click();
  assert.equal(await zoe.page.getByLabel("Votre message").inputValue(), "pour personne");
  await zoe.says("pour qui est là");
  await zoe.end();
  await chat.end();
});
