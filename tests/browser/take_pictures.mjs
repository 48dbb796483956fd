// Takes the pictures of the chat's README anew: from the build folder, with the environment that CMakeLists.txt gives
// the tests, `node …/tests/browser/take_pictures.mjs`.
import { fileURLToPath } from "node:url";

import { Chat, Person, browser, close_browser, open_browser } from "./capstone/support.mjs";

const folder = fileURLToPath(new URL("../../examples/chat/pictures/", import.meta.url));
await open_browser();
const chat = await Chat.start();
const screen = { viewport: { width: 1280, height: 800 } };
const zoe = await Person.enter(browser, chat, "Zoé", screen);
const sami = await Person.enter(browser, chat, "Sami", { ...screen, colorScheme: "dark" });
const ines = await Person.enter(browser, chat, "Inès", { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1.5 });
await sami.create_room("tp-réseau");
await sami.says("Le masque me résiste encore.");
await sami.go_to("general");
await zoe.says("Bonjour tout le monde\u00a0! Le serveur tourne depuis ce matin.");
await sami.says("Et on voit la clé de masquage changer à chaque message…");
await ines.says("Le serveur, lui, ne masque jamais. C’est dans la RFC\u00a0:\nhttps://www.rfc-editor.org/rfc/rfc6455#section-5.3");
await zoe.says("Exactement. Qui a fini l’exercice 16\u00a0?");
await sami.says("Presque\u00a0! Il me reste les fragments.");

await Promise.all([zoe, sami, ines].map((one) => one.sees("Presque\u00a0! Il me reste les fragments.")));
await ines.page.screenshot({ path: `${folder}telephone.png` });
await sami.page.screenshot({ path: `${folder}nuit.png` });
await zoe.page.getByRole("button", { name: "Trames" }).click();
await zoe.says("Salut");
await zoe.page.getByRole("option", { name: /vers le serveur/ }).click();
await zoe.page.locator("#frame-detail h3").waitFor();
await zoe.page.screenshot({ path: `${folder}trames.png` });
await close_browser();
