// The decks as HTML and PDF, with Marp, and an index of them:  node build.mjs FOLDER
// FOLDER receives what npm brings, once for each package-lock.json, and the decks. All else works offline.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const decks = readdirSync(join(here, 'decks')).filter((name) => name.endsWith('.md')).sort();

function give_up(status, line) {
  console.error(`prise : ${line}`);
  process.exit(status);
}

const no_network = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/;

// Status 77: the network did not give what the lock file names.
function install(folder) {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const installed = join(folder, 'installed-lock.json');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  console.log('Marp arrive de npm, une fois pour toutes…');
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(here, name), join(folder, name));
  try {
    const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1'];
    execFileSync('npm', words, { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    const said = String(error.stderr ?? error);
    give_up(no_network.test(said) ? 77 : 1, `npm n'a pas pu installer Marp ; la première fois, il faut le réseau.\n${said}`);
  }
  writeFileSync(installed, lock);
}

const marp = (folder, words) =>
  execFileSync(process.execPath, [join(folder, 'node_modules/@marp-team/marp-cli/marp-cli.js'), '--no-stdin',
    '-c', join(here, 'marp.config.mjs'), '-I', join(here, 'decks'), '-o', join(folder, 'decks'), ...words],
  { stdio: 'pipe', env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? process.env.CHROME_PATH ?? '/usr/bin/chromium' } });

const title_of = (deck) => /^title: "(.*)"$/m.exec(readFileSync(join(here, 'decks', deck), 'utf8'))[1];

function index_page(with_pdf) {
  const rows = decks.map((deck) => {
    const name = basename(deck, '.md');
    const pdf = with_pdf ? ` (<a href="${name}.pdf">PDF</a>)` : '';
    return `<li><a href="${name}.html">${title_of(deck)}</a>${pdf}</li>`;
  });
  return `<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Prise : les diaporamas</title>
<style>body{font:20px/1.6 sans-serif;max-width:40em;margin:3em auto;padding:0 1em;color:#1b2430;background:#fdfcf9}
a{color:#0b5c7a}h1{color:#0b5c7a}kbd{background:#f0efe9;padding:0 .3em}</style>
<h1>Prise : les diaporamas</h1><ul>${rows.join('')}</ul>
<p><kbd>p</kbd> ouvre la vue de l'orateur, avec les notes et les minutes ; <kbd>f</kbd>, le plein écran.</p></html>`;
}

export function build(folder, { pdf = true } = {}) {
  install(folder);
  try {
    marp(folder, []);
    if (pdf) marp(folder, ['--pdf']);
  } catch (error) {
    give_up(1, `Marp a échoué.\n${error.stderr ?? error}`);
  }
  writeFileSync(join(folder, 'decks', 'index.html'), index_page(pdf));
  return decks.map((deck) => join(folder, 'decks', `${basename(deck, '.md')}.html`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2]);
  console.log(`${build(folder).length} diaporamas, en HTML et en PDF, dans ${join(folder, 'decks')}`);
}
