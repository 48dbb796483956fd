// The course page as Chromium shows it, opened as a file: all is there, every link leads somewhere, what one looks for is
// found, everyone can use it, a telephone too, and nothing comes from elsewhere.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = process.env.PRISE_SLIDES_BUILD;
const { build_page } = await import('../../slides/build.mjs');
const { home } = await import('../../slides/engine.mjs');
const { articles, decks, figures, lessons } = await import('../../slides/site/articles.mjs');
const { course_page } = await import('../../slides/site/build_site.mjs');
const { renderer, slug } = await import('../../slides/site/markdown.mjs');
const url = pathToFileURL(build_page(folder)).href;
const require = createRequire(`${folder}/`);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let browser;
let page;
const elsewhere = [];
const complaints = [];
before(async () => {
  const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  browser = await require('puppeteer-core').launch({ executablePath, headless: true, args,
    timeout: 120_000, protocolTimeout: 600_000 });
  page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  page.on('request', (request) => { if (!/^data:/.test(request.url()) && request.url().split('#')[0] !== url) elsewhere.push(request.url()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(url, { waitUntil: 'load' });
});
after(() => browser.close());

// Goes there by the address, as a link does.
const visit = (hash) => page.evaluate((there) => new Promise((resolve) => {
  if (location.hash === there) return resolve();
  addEventListener('hashchange', () => resolve(), { once: true });
  location.hash = there;
}), hash);
const comes = (id) => page.waitForFunction((there) => !document.getElementById(there).hidden, {}, id);
const shown = () => page.$$eval('main > article', (all) => all.filter((one) => !one.hidden).map(({ id }) => id));

test('each guide, deck, slide, figure and document is there', async () => {
  const [ids, slides, pictures] = await page.evaluate(() => [
    [...document.querySelectorAll('main > article')].map(({ id }) => id),
    document.querySelectorAll('.slide').length, [...document.querySelectorAll('#figures figure')].map(({ id }) => id)]);
  assert.deepEqual(articles.filter(({ id }) => !ids.includes(id)), []);
  for (const lesson of lessons) assert.ok(ids.includes(`lecon-${lesson.slice(0, 2)}`), lesson);
  for (const id of ['protocole', 'resultats', 'lecons', 'enseigner']) assert.ok(ids.includes(id), id);
  assert.equal(slides, decks.reduce((sum, deck) => sum + deck.slides.length, 0));
  assert.deepEqual(pictures, figures.map(({ id }) => id));
  assert.ok(pictures.length >= 20);
});

test('every link leads somewhere, every anchor is one place, every picture is in the page', async () => {
  const files = decks.flatMap(({ name }) => [`${name}.html`, `${name}.pdf`]);
  const faults = await page.evaluate(async (known) => {
    const bad = [];
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    ids.forEach((id, i) => { if (ids.indexOf(id) !== i) bad.push(`twice: ${id}`); });
    const places = new Set(ids);
    for (const link of document.querySelectorAll('a')) {
      const target = link.getAttribute('href');
      if (target.startsWith('#') ? !places.has(decodeURIComponent(target.slice(1))) : !known.includes(target) && !/^https?:\/\//.test(target))
        bad.push(`${link.closest('article')?.id}: ${target}`);
    }
    for (const image of document.images) {
      image.loading = 'eager';
      await image.decode().catch(() => bad.push(`${image.closest('article').id}: ${image.alt}: no picture`));
      if (!image.alt) bad.push(`${image.closest('article').id}: a picture without words`);
    }
    return bad;
  }, files);
  assert.deepEqual(faults, []);
});

test('what a file links to is an article, a path, or an error', () => {
  const render = renderer(folder, new Map([['lessons/README.md', 'lecons']]));
  const of = (text) => render(text, { path: 'tests/README.md', prefix: 'x' });
  assert.match(of('[leçons](../lessons/README.md#le-lexique)'), /<a href="#lecons--le-lexique">leçons<\/a>/);
  assert.match(of('[le noyau](../common/explain.cpp)'), /<span class="file">le noyau \(<code>common\/explain.cpp<\/code>\)<\/span>/);
  assert.throws(() => of('[rien](../nulle/part.md)'), /not there/);
  assert.throws(() => of('![rien](rien.svg)'));
  assert.equal(slug('Lire les résultats\u00a0!'), 'lire-les-résultats');
});

test('one article at a time, at its address', async () => {
  await visit('#lecon-07');
  assert.deepEqual(await shown(), ['lecon-07']);
  assert.match(await page.title(), /^Leçon 07/);
  await visit('#lecons--lexique');
  assert.deepEqual(await shown(), ['lecons']);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'lecons--lexique');
  const top = await page.$eval('#lecons--lexique', (title) => title.getBoundingClientRect().top);
  assert.ok(top >= 40 && top < 400, `the title stands at ${top}`);
});

const type = async (words) => {
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('/');
  await page.keyboard.type(words);
  return page.$$eval('[role=option]', (all) => all.map((one) => one.textContent));
};

test('back leads to where one was', async () => {
  await visit('#lecon-08');
  await page.evaluate(() => scrollTo(0, 900));
  await page.waitForFunction(() => history.state?.top === 900);
  await visit('#figures');
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.goBack();
  await comes('lecon-08');
  await page.waitForFunction(() => scrollY === 900);
});

test('search: in the page, without accents, with the sentence found', async () => {
  const found = await type('tampon');
  assert.match(found[0], /^Leçon 06/);
  assert.ok(found.some((one) => /^Index.*Lexique.*tampon · buffer/.test(one)), 'the glossary');
  assert.match(await page.$eval('#combien', (one) => one.textContent), /^\d+ résultats pour «\u00a0tampon\u00a0»$/);
  assert.ok(await page.$$eval('[role=option] mark', (all) => all.length > 0 && all.every((one) => /^tampon$/i.test(one.textContent))));
  const plain = await type('reseau qui perd');
  assert.ok(plain.length > 0 && plain.some((one) => one.includes('réseau qui perd')));
  assert.deepEqual(await type('RÉSEAU qui perd'), plain);
  assert.ok((await type('un coeur')).some((one) => one.includes('un cœur')));
  for (const words of ['EAGAIN', 'demi-fermeture', 'half-close', 'Sec-WebSocket-Accept'])
    assert.ok((await type(words)).some((one) => one.toLowerCase().includes(words.toLowerCase())), words);
  assert.deepEqual(await type('zzzz'), []);
  assert.equal(await page.$eval('#combien', (one) => one.textContent), 'Rien pour «\u00a0zzzz\u00a0»');
});

test('search: with the keyboard alone', async () => {
  const state = () => page.$eval('#cherche', (one) => [one.getAttribute('aria-expanded'), one.getAttribute('aria-activedescendant')]);
  await visit('#figures');
  await type('tampon');
  assert.deepEqual(await state(), ['true', null]);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  assert.deepEqual(await state(), ['true', 'trouve-0']);
  assert.deepEqual(await page.$$eval('[aria-selected=true]', (all) => all.map(({ id }) => id)), ['trouve-0']);
  await page.keyboard.press('Escape');
  assert.deepEqual(await state(), ['false', null]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.deepEqual(await shown(), ['lecon-06']);
  assert.deepEqual(await state(), ['false', null]);
  assert.match(await page.evaluate(() => location.hash), /^#lecon-06/);
  await page.goBack();
  await comes('figures');
  assert.deepEqual(await shown(), ['figures']);
});

test('on a telephone: nothing is wider than the page but what scrolls inside itself', async () => {
  await page.setViewport({ width: 390, height: 800, hasTouch: true, isMobile: true });
  const faults = await page.evaluate(() => articles.flatMap((article) => {
    show(article);
    const broken = [...article.querySelectorAll('pre')].filter((one) => {
      const style = getComputedStyle(one);
      return style.whiteSpace !== 'pre' || style.overflowX !== 'auto' || (one.scrollWidth > one.clientWidth && one.tabIndex !== 0);
    });
    const wide = document.documentElement.scrollWidth;
    return [...(wide > 390 ? [`${article.id} is ${wide} wide`] : []), ...broken.map((one) => `${article.id}: ${one.textContent}`)];
  }));
  assert.deepEqual(faults, []);
  await visit('#lecon-08');
  assert.equal(await page.$eval('nav details', (one) => one.open), false);
  await page.tap('nav summary');
  await page.tap('nav a[href="#lecon-09"]');
  await comes('lecon-09');
  assert.deepEqual(await shown(), ['lecon-09']);
  await page.tap('#cherche');
  await page.keyboard.type('masque');
  const index = await page.$$eval('[role=option]', (all) => all.findIndex((one) => one.textContent.startsWith('Leçon 16')));
  await page.tap(`#trouve-${index}`);
  await comes('lecon-16');
  assert.deepEqual(await shown(), ['lecon-16']);
});

// Each kind of article once, one under the other; with PRISE_AXE=all, all of them. The last test of the page, which it
// takes apart.
const judged = process.env.PRISE_AXE === 'all' ? articles.map(({ id }) => id) : ['accueil', 'lecon-06', 'diapo-02'];
test('axe finds nothing, light or dark, the results of a search neither', async () => {
  await page.setViewport({ width: 1280, height: 800 });
  await type('tampon');
  await page.evaluate((kept) => {
    for (const one of articles) kept.includes(one.id) ? one.removeAttribute('hidden') : one.remove();
    articles.forEach(let_scroll);
  }, judged);
  await page.evaluate(axe);
  for (const [scheme, options] of [['light', {}], ['dark', { runOnly: ['color-contrast'] }]]) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const { violations, passes } = await page.evaluate(async (rules) => {
      const found = await window.axe.run(rules);
      const said = (list) => list.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
      return { violations: said(found.violations), passes: said(found.passes).length };
    }, options);
    assert.deepEqual(violations, [], scheme);
    assert.ok(passes > 200, `${passes} looked at, ${scheme}`);
  }
});

test('without JavaScript all can be read, one article under the other', () => {
  const html = readFileSync(fileURLToPath(url), 'utf8').replace(/<script>[\s\S]*<\/script>/, '');
  assert.doesNotMatch(html, /<(article|main|details|section)[^>]* hidden/);
  assert.match(html, /<nav aria-label="Sommaire">\s*<details open>/);
});

test('diagrams of real runs come under their lesson', () => {
  const traces = mkdtempSync(join(tmpdir(), 'prise-traces-'));
  writeFileSync(join(traces, '09.svg'), readFileSync(join(home, 'slides/figures/tls.svg')));
  writeFileSync(join(traces, 'notes.txt'), '');
  const html = course_page(folder, { traces_folder: traces });
  rmSync(traces, { recursive: true });
  const [, lesson] = /<article id="lecon-09"([\s\S]*?)<\/article>/.exec(html);
  assert.match(lesson, /<figure class="picture" id="trace-09"><img src="data:image\/svg\+xml/);
  assert.equal(html.match(/id="trace-/g).length, 1);
});

test('nothing comes from elsewhere, and the page complains of nothing', () => {
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(complaints, []);
});
