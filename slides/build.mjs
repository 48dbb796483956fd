// The decks as HTML and PDF, with Marp, and the course page that leads to them:  node build.mjs FOLDER
// FOLDER receives what npm brings, once for each package-lock.json, and the decks. All else works offline. Diagrams of
// real runs that FOLDER/traces has, NN.svg or NN_name.svg, are put into the page.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { course_page } from './site/build_site.mjs';

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

// The page alone; where it is.
export function build_page(folder, { pdf = false } = {}) {
  install(folder);
  for (const name of ['decks', 'traces']) mkdirSync(join(folder, name), { recursive: true });
  const page = join(folder, 'decks', 'index.html');
  writeFileSync(page, course_page(folder, { with_pdf: pdf }));
  return page;
}

export function build(folder, { pdf = true } = {}) {
  install(folder);
  try {
    marp(folder, []);
    if (pdf) marp(folder, ['--pdf']);
  } catch (error) {
    give_up(1, `Marp a échoué.\n${error.stderr ?? error}`);
  }
  build_page(folder, { pdf });
  return decks.map((deck) => join(folder, 'decks', `${basename(deck, '.md')}.html`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2]);
  console.log(`La page du cours et ${build(folder).length} diaporamas, en HTML et en PDF, dans ${join(folder, 'decks')}`);
}
