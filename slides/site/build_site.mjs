// The course page: all that one reads, in one HTML file that needs nothing beside it but, to project them, the decks.
// What is in it: articles.mjs; how it looks and behaves: page.css, page.js, search.js.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { home, image_data, lesson_opening } from '../engine.mjs';
import { articles, decks, figures, lessons } from './articles.mjs';
import { escape, renderer } from './markdown.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const beside = (name) => readFileSync(join(here, name), 'utf8');

const places = new Map([
  ...articles.map(({ path, id }) => [path, id]),
  ...articles.filter(({ folder }) => folder).map(({ folder, id }) => [folder, id]),
  ...figures.map(({ path, id }) => [path, id]),
]);

const article_html = ({ id, title, language }, html) =>
  `<article id="${id}" data-title="${escape(title)}"${language ? ` lang="${language}"` : ''}>\n${html}</article>\n`;

const figure_html = (id, title, source, description) =>
  `<figure class="picture" id="${id}"><img src="${source}" alt="${escape(description)}" loading="lazy">`
  + `<figcaption>${escape(title)}</figcaption></figure>\n`;

// Diagrams of real runs, if ./prise trace NN --svg has put any into FOLDER/traces, as NN.svg or NN_name.svg.
function traces_of(traces) {
  if (!existsSync(traces)) return [];
  return readdirSync(traces).filter((name) => /^(\d\d|chat).*\.svg$/.test(name)).sort().map((name) => {
    const number = /^(\d\d|chat)/.exec(name)[1];
    return { number, id: `trace-${basename(name, '.svg')}`, path: join(traces, name) };
  });
}

// As large as it was drawn: it scrolls inside itself.
const trace_html = ({ id, number, path }) => {
  const what = number === 'chat' ? 'Le chat' : `Leçon ${number}`;
  const source = `data:image/svg+xml;base64,${readFileSync(path).toString('base64')}`;
  return `<details><summary>Une vraie exécution, appel par appel</summary><div class="trace wide">${figure_html(id, what, source,
    `${what}, les appels système de chaque côté et ce qui passe de l'un à l'autre`)}</div></details>\n`;
};

// Slide after slide, to read rather than to project; the speaker's notes can be opened.
function deck_html(deck, render, with_pdf) {
  const slides = deck.slides.map(({ text, notes, kind, lesson }, i) => {
    const env = { path: deck.path, prefix: `${deck.id}-${i + 1}`, shift: 1 };
    const html = render(text, env).replace(/<(\/?)h1>/g, '<$1h2>');  // the lesson's title, which the engine has made
    const [, minutes, words] = /^\[(\d+)[ \u00a0]min\]\s*([\s\S]*)$/.exec(notes) ?? [];
    const said = words ? `<details><summary>Notes de l'orateur (${minutes}\u00a0min)</summary>${render(words, { ...env, slugs: undefined })}</details>` : '';
    const guide = lesson ? `<p><a href="#lecon-${lesson}">Le guide de cette leçon</a></p>` : '';
    return `<section class="slide ${kind}" id="${deck.id}-${i + 1}">${html}${guide}${said}</section>\n`;
  });
  const pdf = with_pdf ? ` ou <a href="${deck.name}.pdf">en PDF</a>` : '';
  return `<h1>${escape(deck.title)}</h1><p>Diaporama de ${deck.slides.length} diapositives, ${deck.minutes}\u00a0minutes, à lire ici, `
    + `ou à projeter\u00a0: <a href="${deck.name}.html">en plein écran</a>${pdf}. Là, <kbd>f</kbd> prend tout l'écran, et `
    + `<kbd>p</kbd> ouvre la vue de l'orateur.</p>\n${slides.join('')}`;
}

function home_html() {
  const card = (folder) => {
    const [title, question] = lesson_opening(`lessons/${folder}`);
    const [, number, name] = /^Leçon (\d+)\s*: (.*)$/.exec(title);
    return `<li><a href="#lecon-${number}"><b>${number}</b> ${escape(name)}</a><p>${escape(question.replace(/[*\x60]/g, ''))}</p></li>`;
  };
  const parts = decks.map((deck) => {
    const own = deck.slides.filter(({ lesson }) => lesson).map(({ lesson }) => lessons.find((folder) => folder.startsWith(lesson)));
    return `<section><h2>${escape(deck.title)}</h2>
<p class="aside"><a href="#${deck.id}">Le diaporama</a>, ${deck.minutes}\u00a0minutes</p>
${own.length ? `<ul class="cards">${own.map(card).join('')}</ul>` : ''}</section>`;
  });
  return `<h1>Prise, la programmation réseau en C++</h1>
<p class="lead">Du premier socket au chat chiffré dans un navigateur, une couche à la fois, sans rien cacher.</p>
<p>Tout le cours tient dans cette page, qui n'a pas besoin de réseau\u00a0: les guides des ${lessons.length} leçons, les diaporamas, les
figures, le chat et son protocole, les mesures. Pour chercher un mot, tapez <kbd>/</kbd>.</p>
<ul class="paths"><li><a href="#commencer">Pour commencer</a></li><li><a href="#lecons--des-notes-aux-leçons">Des notes aux leçons</a></li>
<li><a href="#lecons--lexique">Le lexique</a></li><li><a href="#figures">Les figures</a></li><li><a href="#chat">Le chat</a></li>
<li><a href="#enseigner">Pour l'enseignant</a></li></ul>
${parts.join('\n')}`;
}

const nav_html = (groups) => groups.map(([group, list]) =>
  `<h2>${escape(group)}</h2><ul>${list.map(({ id, title }) => `<li><a href="#${id}">${escape(title)}</a></li>`).join('')}</ul>`).join('\n');

// FOLDER has what npm brings; with_pdf: the decks' PDFs stand beside the page.
export function course_page(folder, { with_pdf = false, traces_folder = join(folder, 'traces') } = {}) {
  const render = renderer(folder, places);
  const traces = traces_of(traces_folder);
  const body = articles.map((one) => {
    if (one.slides) return [one, deck_html(one, render, with_pdf)];
    const own = traces.filter(({ number }) => [`lecon-${number}`, number].includes(one.id));
    return [one, render(readFileSync(join(home, one.path), 'utf8'), { path: one.path, prefix: one.id }) + own.map(trace_html).join('')];
  });
  const start = { id: 'accueil', group: 'Prise', title: 'Accueil' };
  const gallery = { id: 'figures', group: 'Pour commencer', title: 'Les figures' };
  body.unshift([start, home_html()]);
  body.splice(3, 0, [gallery, `<h1>Les figures</h1>\n<p>Dessinées pour le cours, claires ou sombres selon votre écran.</p>\n`
    + figures.map(({ path, id, title, description }) =>
      figure_html(id, title, image_data(join(home, path), { as_drawn: true }), description)).join('')]);
  const groups = new Map();
  for (const [one] of body) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return beside('page.html')
    .replace('/* page.css */', () => beside('page.css'))
    .replace('/* search.js */', () => beside('search.js'))
    .replace('/* page.js */', () => beside('page.js'))
    .replace('<!-- nav -->', () => nav_html([...groups]))
    .replace('<!-- articles -->', () => body.map(([one, html]) => article_html(one, html)).join(''));
}
