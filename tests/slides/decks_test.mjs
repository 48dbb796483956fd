// The decks as text: what they quote exists, French typography, minutes, and what each lesson must have.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { home, image_data, lesson_opening, quoted_code, quoted_scene } from '../../slides/engine.mjs';
import { faults, mended } from '../../slides/typography.mjs';

const folder = join(home, 'slides', 'decks');
const slide_minutes_max = 15;
const lesson_minutes_max = 50;
const session_minutes_max = 120;

const decks = readdirSync(folder).filter((name) => name.endsWith('.md')).sort().map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const [, head, ...rest] = text.split(/^---\n/m);
  const slides = rest.join('---\n').split(/^---$/m).map((one) => ({
    text: one,
    title: /^# (.*)$/m.exec(one)?.[1] ?? '',
    kind: /<!-- _class: (\w+) -->/.exec(one)?.[1] ?? '',
    lesson: /^```lesson lessons\/(\d\d)/m.exec(one)?.[1],
    notes: /<!-- \[(\d+)[ \u00a0]min\]([\s\S]*?)-->/.exec(one),
  }));
  return { name, text, head, slides };
});
const lessons = readdirSync(join(home, 'lessons')).filter((name) => existsSync(join(home, 'lessons', name, 'transcript')));

const each_slide = (check) => decks.forEach(({ name, slides }) => slides.forEach((slide, i) => check(slide, `${name}, slide ${i + 1}`, slides[i + 1])));
const minutes_of = (slides) => slides.reduce((sum, { notes }) => sum + Number(notes?.[1] ?? 0), 0);

test('there are decks, and they are Marp for our theme', () => {
  assert.ok(decks.length >= 11);
  for (const { name, head } of decks) {
    for (const line of ['marp: true', 'lang: fr', 'paginate: true']) assert.ok(head.includes(`${line}\n`), `${name}: ${line}`);
    assert.match(head, /^title: "Prise : .+"$/m, name);
  }
});

test('every reference resolves: code, scenes, lessons, figures', () => {
  let found = 0;
  each_slide(({ text }, where) => {
    for (const [, kind, path, words] of text.matchAll(/^```(code|transcript|lesson) (\S+)\n([\s\S]*?)^```$/gm)) {
      found += 1;
      const quote = { code: quoted_code, transcript: quoted_scene, lesson: lesson_opening }[kind];
      assert.doesNotThrow(() => assert.ok(quote(path, words).length > 0), `${where}: ${path}`);
    }
    for (const [, path] of text.matchAll(/!\[[^\]]+\]\((\S+)\)$/gm)) {
      found += 1;
      assert.doesNotThrow(() => image_data(join(folder, path)), `${where}: ${path}`);
    }
  });
  assert.ok(found > 100);
});

test('what is quoted is never C++ typed into a deck', () => {
  each_slide(({ text }, where) => {
    for (const [, kind] of text.matchAll(/^```(\S*)[^\n]*\n[\s\S]*?^```$/gm))
      assert.ok(['code', 'transcript', 'lesson', 'text'].includes(kind), `${where}: a fence of « ${kind} »`);
  });
});

test('a reference that finds nothing, or two places, is an error', () => {
  const server = 'lessons/01_tcp_connect/server.cpp';
  for (const words of ['from: no such line', 'from: checked(', 'function: none', 'region: none', 'nonsense: x', ''])
    assert.throws(() => quoted_code(server, words), `« ${words} »`);
  assert.throws(() => quoted_code('lessons/none.cpp', 'function: main'));
  assert.throws(() => quoted_scene('lessons/01_tcp_connect', 'scene: Aucune'));
  assert.throws(() => image_data(join(folder, '../figures/none.svg')));
});

test('code is quoted as it stands', () => {
  const path = 'lessons/12_chat_room/server.cpp';
  const source = readFileSync(join(home, path), 'utf8').split('\n').map((line) => line.trim());
  const quoted = quoted_code(path, 'function: send_to_others').split('\n');
  assert.match(quoted[0], /^void send_to_others\(/);
  assert.equal(quoted.at(-1), '}');
  for (const line of quoted) assert.ok(source.includes(line.trim()), line);
  const solution = 'lessons/01_tcp_connect/solution.cpp';
  if (!existsSync(join(home, solution))) return;  // the students' edition
  const region = quoted_code(solution, 'region: solution');
  assert.match(region, /^address\.sin_port/);
  assert.ok(!region.includes('//['));
});

// French to plain: 9 000 000 and 0,82 are 9000000 and 0.82; in a file of ours also 9,000,000 and 0,82.
const plain = (number) => number.replace(/[ \u00a0]/g, '').replace(',', '.');
const numbers_of = (text) => [...text.matchAll(/\d{1,3}(?:[ \u00a0]\d{3})+(?:,\d+)?|\d+(?:,\d+)?/g)].map(([one]) => plain(one));

test('measured numbers are those of the file that their notes name', () => {
  let tables = 0;
  each_slide(({ text, notes }, where) => {
    const path = /\[chiffres[ \u00a0]: ([^\]]+)\]/.exec(notes?.[2] ?? '')?.[1];
    if (!path) return;
    tables += 1;
    const source = readFileSync(join(home, path), 'utf8');
    const known = new Set([...source.matchAll(/\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?/g)].map(([one]) =>
      (/^\d{1,3}(,\d{3})+$/.test(one) ? one.replace(/,/g, '') : one.replace(',', '.'))));
    const cells = text.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|-')).slice(1)
      .flatMap((line) => line.split('|').slice(2, -1));
    for (const number of cells.flatMap(numbers_of)) assert.ok(known.has(number), `${where}: ${number} is not in ${path}`);
  });
  assert.ok(tables >= 5);
});

test('French typography', () => {
  for (const { name, text } of decks)
    assert.deepEqual(faults(text).map(({ line, is }) => `${name}:${line}: ${is}`), []);
});

test('typography is seen where it lacks', () => {
  assert.equal(mended('Quoi ? Non: « oui » ; `a ? b`, http://x:1 : 3 octets'),
    'Quoi\u00a0? Non\u00a0: «\u00a0oui\u00a0»\u00a0; `a ? b`, http://x:1\u00a0: 3\u00a0octets');
  assert.equal(faults('---\na : b\n---\nun : deux\n---\n\ntrois : quatre\n\n---\n').length, 2);
  for (const good of ['`a` : b'.replace(' :', '\u00a0:'), '| --- | :-: |', '<!-- _class: title -->', '10:30', 'std::set'])
    assert.deepEqual(faults(good), [], good);
});

test('each slide has its minutes and what to say', () => {
  each_slide(({ notes, title }, where) => {
    assert.ok(notes, `${where}, « ${title} »: no notes with their minutes, <!-- [3 min] … -->`);
    assert.ok(notes[1] >= 1 && notes[1] <= slide_minutes_max, `${where}: ${notes[1]} minutes`);
  });
});

test('a deck says how long it is; a lesson is not too long', () => {
  for (const { name, head, slides } of decks) {
    assert.equal(Number(/^duree: (\d+)$/m.exec(head)?.[1]), minutes_of(slides), `${name}: duree`);
    const starts = slides.flatMap(({ lesson }, i) => (lesson ? [i] : []));
    starts.forEach((start, i) => {
      const minutes = minutes_of(slides.slice(start, starts[i + 1]));
      assert.ok(minutes <= lesson_minutes_max, `${name}, lesson ${slides[start].lesson}: ${minutes} minutes`);
    });
  }
});

// The slides of a lesson, from its opening to its exercise.
function slides_of(lesson) {
  const { slides } = decks.find((deck) => deck.slides.some((slide) => slide.lesson === lesson));
  const start = slides.findIndex((slide) => slide.lesson === lesson);
  return slides.slice(start, slides.findIndex(({ kind }, i) => i > start && kind === 'exercise') + 1);
}

const teaching = readFileSync(join(home, 'tests', 'TEACHING.md'), 'utf8');

// What the instructor's guide says of each lesson: its own minutes, and its exercise's.
const planned = new Map([...teaching.matchAll(/^### (\d\d),[\s\S]*?\*\*Minutes\*\*[ \u00a0]: (\d+), puis (\d+) pour l'exercice\./gm)]
  .map(([, lesson, own, exercise]) => [lesson, { own: Number(own), exercise: Number(exercise) }]));

test('the minutes of a lesson are those of its slides; its exercise is told within its own', () => {
  assert.deepEqual([...planned.keys()], lessons.map((name) => name.slice(0, 2)));
  for (const [lesson, { own, exercise }] of planned) {
    const slides = slides_of(lesson);
    assert.equal(minutes_of(slides.slice(0, -1)), own, `lesson ${lesson}`);
    assert.ok(minutes_of(slides.slice(-1)) * 2 <= exercise, `exercise ${lesson}`);
  }
});

test('the instructor\'s guide tells of each lesson its aim, what goes wrong and what is marked', () => {
  for (const name of lessons) {
    const [, told] = new RegExp(`^### ${name.slice(0, 2)}, \\[.*\\]\\(\\.\\./lessons/${name}/README\\.md\\)$([\\s\\S]*?)(?=^##)`, 'm').exec(teaching) ?? [];
    for (const part of ['Objectif', 'Minutes', 'Ce qui coince', 'Corrigé']) assert.ok(told?.includes(`- **${part}**`), `${name}: ${part}`);
    const hints = ['support', name].map((one) => readFileSync(join(home, 'tests/exercises', one, 'hints.json'), 'utf8')).join('');
    const named = [.../À nommer en classe[ \u00a0]: (.*)$/m.exec(told)[1].matchAll(/`(\w+)`/g)].map(([, id]) => id);
    assert.ok(named.length >= 3, name);
    for (const id of named) assert.ok(hints.includes(`"${id}"`), `${name}: ${id}`);
  }
});

test('each session of the plans adds up, with those minutes', () => {
  const rows = [...teaching.matchAll(/^\| (\d+) \| (.*) \| (\d+) \| .* \|$/gm)];
  for (const [row, , parts, sum] of rows) {
    const minutes = parts.split(' · ').map((part) => {
      const [, name, number] = /^(.*) \((\d+)\)$/.exec(part);
      const [, exercise, lesson, begun] = /^(exercice )?(\d\d)(, début)?$/.exec(name) ?? [];
      if (!lesson) assert.match(name, /^(bilan|chat|ouverture, en bref)$/, row);
      else if (begun) assert.ok(number < planned.get(lesson).exercise, part);
      else assert.equal(Number(number), exercise ? planned.get(lesson).exercise : planned.get(lesson).own, `${part}: ${row}`);
      return Number(number);
    });
    assert.equal(minutes.reduce((a, b) => a + b, 0), Number(sum), row);
    assert.ok(sum <= session_minutes_max, row);
  }
  assert.deepEqual(rows.map(([, number]) => Number(number)), [1, 2, 3, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);  // 6, 12, 20 hours
});

test('a deck that a plan shortens has that many minutes in the slides named', () => {
  const shortened = [...teaching.matchAll(/«[ \u00a0](Ouverture|Chat|chat)(?:, en bref| \((\d+)\))[ \u00a0]»,[^;.]*?diapositives ([\d,\set]+)/g)];
  assert.equal(shortened.length, 3);
  for (const [, name, minutes, numbers] of shortened) {
    const { slides } = decks.find((deck) => deck.name === (name === 'Ouverture' ? '00_ouverture.md' : '09_chat_complet.md'));
    const shown = numbers.match(/\d+/g).map((number) => slides[number - 1]);
    assert.equal(minutes_of(shown), Number(minutes ?? 15), `${name}, ${numbers}`);
  }
});

test('the table of the decks says their minutes', () => {
  const rows = [...teaching.matchAll(/^\| \[.*\]\(\.\.\/slides\/decks\/(.*)\) \| .* \| (\d+) \| (\d+) \| (\d+) \|$/gm)];
  assert.deepEqual(rows.map(([, name, ...minutes]) => [name, ...minutes.map(Number)]), decks.map(({ name, slides }) => {
    const told = minutes_of(slides.filter(({ kind }) => kind === 'exercise'));
    return [name, minutes_of(slides) - told, told, minutes_of(slides)];
  }));
});

test('a thing to break that the notes name is in the guide', () => {
  let found = 0;
  for (const [lesson] of planned) {
    const guide = readFileSync(join(home, 'lessons', lessons.find((name) => name.startsWith(lesson)), 'README.md'), 'utf8');
    for (const { notes } of slides_of(lesson)) {
      const named = /une chose à casser du guide[ \u00a0]: «[ \u00a0](.*?)[ \u00a0]»\. Faire/.exec(notes[2])?.[1];
      if (!named) continue;
      found += 1;
      const plain_quotes = (text) => text.replace(/[«“][ \u00a0]?|[ \u00a0]?[»”]/g, '"');
      assert.ok(plain_quotes(guide).includes(`**${plain_quotes(named)}.**`), `lesson ${lesson}: ${named}`);
    }
  }
  assert.ok(found >= 10);
});

test('the tables of the notes are there', () => {
  const titles = decks.flatMap(({ slides }) => slides.filter(({ text }) => /^\|-/m.test(text)).map(({ title }) => title.replace(/\u00a0/g, ' ')));
  for (const table of ['TCP et UDP, appel par appel', "Ce qu'il faut garder de TCP", "Ce qu'il faut garder d'UDP", 'TCP ou UDP ?',
    'Quelle taille choisir ?', 'HTTP et WebSocket', 'TCP brut, ou WebSocket ?', 'À quoi servent les WebSockets ?', 'Choisir son protocole',
    'Et les autres ?', 'Avec, ou sans bibliothèque ?']) assert.ok(titles.includes(table), table);
});

test('a question is answered on the next slide, and only there', () => {
  each_slide(({ kind }, where, next) => {
    if (kind === 'question') assert.equal(next?.kind, 'answer', where);
    if (next?.kind === 'answer') assert.equal(kind, 'question', `after ${where}`);
  });
  for (const { name, slides } of decks) assert.ok(slides.some(({ kind }) => kind === 'question'), name);
});

test('each lesson has its opening, a question and its exercise', () => {
  const all = decks.flatMap(({ slides }) => slides);
  for (const lesson of lessons) {
    const number = lesson.slice(0, 2);
    const start = all.findIndex((slide) => slide.lesson === number);
    assert.ok(start >= 0, `lesson ${number} is in no deck`);
    const end = all.findIndex(({ lesson: other, kind }, i) => i > start && (other || kind === 'title'));
    const own = all.slice(start, end === -1 ? all.length : end);
    const exercise = own.find(({ kind }) => kind === 'exercise');
    assert.ok(exercise?.title.startsWith(`Exercice ${number}`), `lesson ${number}: no exercise`);
    assert.ok(own.some(({ kind }) => kind === 'question'), `lesson ${number}: no question`);
    assert.ok(exercise.text.includes(`./prise check ${number}`), `exercise ${number}: its command`);
    const hints = JSON.parse(readFileSync(join(home, 'tests/exercises', lesson, 'hints.json'), 'utf8'));
    const named = /par leur nom[ \u00a0]: ([a-z0-9_, ]+)\./.exec(exercise.notes[2])?.[1].split(', ') ?? [];
    assert.ok(named.length >= 3, `exercise ${number}: its mistakes, by name`);
    for (const name of named) assert.ok(JSON.stringify(hints).includes(`"${name}"`), `exercise ${number}: ${name}`);
  }
});
