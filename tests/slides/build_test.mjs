// What ./prise slides makes and serves: each deck as HTML and PDF, the course page that leads to them, and nothing else.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { build } from '../../slides/build.mjs';
import { home } from '../../slides/engine.mjs';

const folder = process.env.PRISE_SLIDES_BUILD;
mkdirSync(folder, { recursive: true });
rmSync(join(folder, 'decks'), { recursive: true, force: true });
const names = build(folder).map((path) => basename(path, '.html'));

let server;
let address;
before(async () => {
  server = spawn(process.execPath, [join(home, 'slides/serve.mjs'), join(folder, 'decks'), '0']);
  for await (const line of createInterface({ input: server.stdout })) {
    address = /http:\/\/localhost:\d+\//.exec(line)[0];
    break;
  }
});
after(() => server.kill('SIGINT'));

test('each deck is there, as HTML and as PDF', () => {
  for (const name of names) {
    assert.match(readFileSync(join(folder, 'decks', `${name}.html`), 'utf8'), /<html[^>]* lang="fr"/, name);
    assert.equal(readFileSync(join(folder, 'decks', `${name}.pdf`)).subarray(0, 5).toString(), '%PDF-', name);
  }
});

test('the course page leads to each, and it is served', async () => {
  const index = await (await fetch(address)).text();
  for (const name of names) {
    for (const [file, kind] of [[`${name}.html`, 'text/html; charset=utf-8'], [`${name}.pdf`, 'application/pdf']]) {
      assert.ok(index.includes(`href="${file}"`), file);
      const response = await fetch(address + file);
      await response.arrayBuffer();
      assert.deepEqual([response.status, response.headers.get('content-type')], [200, kind], file);
    }
  }
});

test('nothing else is served', async () => {
  for (const path of ['none.html', '../package.json', '%2e%2e/package.json', 'package.json', '..%2f..%2fprise']) {
    const response = await fetch(address + path);
    await response.arrayBuffer();
    assert.equal(response.status, 404, path);
  }
});

test('a port that is taken is one line, and status 1', async () => {
  const second = spawn(process.execPath, [join(home, 'slides/serve.mjs'), join(folder, 'decks'), new URL(address).port]);
  let said = '';
  second.stderr.on('data', (data) => { said += data; });
  const status = await new Promise((resolve) => second.on('close', resolve));
  assert.equal(status, 1);
  assert.match(said, /^prise : le port \d+ est déjà pris\. Essayez --port 0\.\n$/);
});
