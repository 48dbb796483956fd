// What the course page holds: its articles, in the order in which one reads them, each with its place in the address,
// its group in the table of contents, and the file that it comes from.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { home } from '../engine.mjs';

const text_of = (path) => readFileSync(join(home, path), 'utf8');
const first_title = (path) => /^# (.*)$/m.exec(text_of(path))[1];

// Lessons that ./prise knows, as it knows them: by their transcript.
export const lessons = readdirSync(join(home, 'lessons')).sort()
  .filter((name) => existsSync(join(home, 'lessons', name, 'transcript')));

const guides = lessons.map((folder) => {
  const path = `lessons/${folder}/README.md`;
  return { id: `lecon-${folder.slice(0, 2)}`, group: 'Leçons', path, title: first_title(path), folder: `lessons/${folder}` };
});

export const decks = readdirSync(join(home, 'slides', 'decks')).filter((name) => name.endsWith('.md')).sort().map((name) => {
  const path = `slides/decks/${name}`;
  const [, head, ...rest] = text_of(path).split(/^---\n/m);
  const slides = rest.join('---\n').split(/^---$/m).map((slide) => ({
    text: slide.replace(/<!--[\s\S]*?-->/g, ''),
    kind: /<!-- _class: (\w+) -->/.exec(slide)?.[1] ?? '',
    notes: /<!-- (\[\d+[ \u00a0]min\][\s\S]*?)-->/.exec(slide)?.[1] ?? '',
    lesson: /^```lesson lessons\/(\d\d)/m.exec(slide)?.[1],
  }));
  return {
    id: `diapo-${name.slice(0, 2)}`, group: 'Diaporamas', path, slides, name: basename(name, '.md'),
    title: /^title: "Prise\s: (.*)"$/m.exec(head)[1].replace(/^./, (letter) => letter.toUpperCase()),
    minutes: Number(/^duree: (\d+)$/m.exec(head)[1]),
  };
});

const others = [
  { id: 'commencer', group: 'Pour commencer', path: 'README.fr.md' },
  { id: 'lecons', group: 'Pour commencer', path: 'lessons/README.md', title: 'Index, figures et lexique' },
  { id: 'chat', group: 'Le chat', path: 'examples/chat/README.md', title: 'Le chat complet' },
  { id: 'protocole', group: 'Le chat', path: 'examples/chat/PROTOCOL.md' },
  { id: 'echelle', group: 'Le chat', path: 'examples/chat/SCALING.md' },
  { id: 'resultats', group: 'Mesures', path: 'tests/benchmarks/RESULTS.md', title: 'Nos mesures, à côté des autres', language: 'en' },
  { id: 'conformite', group: 'Mesures', path: 'tests/conformance/README.md', title: 'Conformité WebSocket', language: 'en' },
  { id: 'enseigner', group: 'Pour l\'enseignant', path: 'tests/TEACHING.md' },
  { id: 'corriger', group: 'Pour l\'enseignant', path: 'tests/README.md' },
].map((one) => ({ title: first_title(one.path), ...one }));

const of_group = (group) => others.filter((one) => one.group === group);

export const articles = [...of_group('Pour commencer'), ...guides, ...of_group('Le chat'), ...decks, ...of_group('Mesures'),
  ...of_group('Pour l\'enseignant')];

// Every drawing, once, with its own title and description.
export const figures = ['slides/figures', ...guides.map(({ folder }) => folder)]
  .flatMap((folder) => readdirSync(join(home, folder)).filter((name) => name.endsWith('.svg')).sort().map((name) => `${folder}/${name}`))
  .map((path) => {
    const svg = text_of(path);
    const said = (tag) => new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(svg)?.[1].replace(/\s+/g, ' ').trim() ?? '';
    const short = path.replace(/^lessons\/(\d\d)_\w+\//, '$1-').replace(/^.*\//, '').replace('.svg', '');
    return { path, id: `figure-${short}`, title: said('title') || short, description: said('desc') || said('title') };
  });
