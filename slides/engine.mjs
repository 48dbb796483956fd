// Marp's engine for our decks: what a slide quotes is read from the files that the tests hold, when the deck is built.
//
//   ```code lessons/12_chat_room/server.cpp      ```transcript lessons/01_tcp_connect
//   function: send_to_others                     scene: Un serveur, un client
//   ```                                          ```
//
// Code: one or more of `function: NAME`, `region: NAME` (from //[NAME] to the next such mark), or `from: TEXT` with
// `to: TEXT` (the first line that holds the one, to the next that holds the other; without `to`, that line alone).
// `comments: none` leaves the comments out, and the caption says so. ```lesson FOLDER: the title and question of its guide.
// Transcript: `scene: TITLE`, and `from:`, `to:` to show a part. Images (SVG) are put into the page.
// A reference that finds nothing, or `from` and `function` that find two places, is an error.
import { readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const home = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const lines_of = (path) => readFileSync(join(home, path), 'utf8').replace(/\n$/, '').split('\n');

function only(lines, holds, what) {
  const found = lines.flatMap((line, index) => (holds(line) ? [index] : []));
  if (found.length !== 1) throw new Error(`${what}: found ${found.length} times, not once`);
  return found[0];
}

function next(lines, start, holds, what) {
  const index = lines.findIndex((line, i) => i >= start && holds(line));
  if (index === -1) throw new Error(`${what}: not found`);
  return index;
}

const margin = 10;  // around a figure, without its frame
const columns_max = 80;  // of code, on a slide

const indent_of = (line) => line.length - line.trimStart().length;

// A definition begins where its name stands before a bracket in a line that does not end with ';', and ends at the
// first line of '}' that is indented as it is.
function function_range(lines, name, path) {
  const named = new RegExp(`(^|[ &*~])${name}\\(`);
  const starts = (line) => named.test(line) && !/[;]\s*(\/\/.*)?$/.test(line) && !/^\s*(\/\/|return |if |while |else|throw |: )/.test(line)
    && /^\s*[\w:<>,&* ~\[\]]+\(/.test(line) && !/=/.test(line.split(`${name}(`)[0]);
  const first = only(lines, starts, `${path}: function ${name}`);
  if (/\}\s*$/.test(lines[first])) return [first, first];
  const indent = indent_of(lines[first]);
  return [first, next(lines, first, (line) => indent_of(line) === indent && /^\s*\}/.test(line), `end of ${name}`)];
}

function region_range(lines, name, path) {
  const first = only(lines, (line) => line.trim() === `//[${name}]`, `${path}: region ${name}`) + 1;
  return [first, next(lines, first, (line) => /^\s*\/\/\[\w+\]$/.test(line), `end of region ${name}`) - 1];
}

const words_of = (text) =>
  text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });

// The ranges of lines that the words of a reference name, in the order in which they stand.
function ranges_of(words, lines, path) {
  const ranges = [];
  for (const [key, value] of words) {
    if (key === 'function') ranges.push(function_range(lines, value, path));
    else if (key === 'region') ranges.push(region_range(lines, value, path));
    else if (key === 'from') {
      const line = only(lines, (one) => one.includes(value), `${path}: « ${value} »`);
      ranges.push([line, line]);
    } else if (key === 'to') {
      const range = ranges.at(-1);
      range[1] = next(lines, range[0], (one) => one.includes(value), `${path}: « ${value} »`);
    } else if (key === 'comments' && value === 'none') continue;
    else throw new Error(`${path}: unknown word « ${key} »`);
  }
  if (ranges.length === 0) throw new Error(`${path}: nothing is asked for`);
  return ranges;
}

// The quoted lines without their common indent; where some are left out, a line says so.
export function quoted_code(path, words_text) {
  const lines = lines_of(path);
  const words = words_of(words_text);
  const parts = ranges_of(words, lines, path);
  const shown = parts.flatMap(([first, last]) => lines.slice(first, last + 1)).filter((line) => line.trim() !== '');
  const indent = Math.min(...shown.map(indent_of));
  const quoted = [];
  parts.forEach(([first, last], index) => {
    if (index > 0 && first !== parts[index - 1][1] + 1) quoted.push('// …');
    quoted.push(...lines.slice(first, last + 1).map((line) => line.slice(indent)));
  });
  if (!drops_comments(words_text)) return fitted(quoted).join('\n');
  return fitted(quoted.filter((line) => line === '// …' || !/^\s*\/\//.test(line)).map((line) => line.replace(/(?<!^)\s+\/\/ .*$/, ''))).join('\n');
}

// A continuation that stands far to the right, and would not fit there, comes nearer to its statement.
function fitted(lines) {
  let statement = 0;
  return lines.map((line) => {
    const indent = indent_of(line);
    if (line.length <= columns_max || indent <= statement + 4) {
      if (indent <= statement + 4) statement = indent;
      return line;
    }
    return ' '.repeat(statement + 4) + line.trimStart();
  });
}

const drops_comments = (words_text) => /^comments: none$/m.test(words_text);

// The title and the question of a lesson, as its guide says them.
export function lesson_opening(folder) {
  const lines = lines_of(`${folder}/README.md`);
  const title = lines[0].replace(/^# /, '');
  return [title, lines.slice(2, lines.indexOf('', 2)).map((line) => line.replace(/^> ?/, '')).join(' ')];
}

// A scene of a transcript: pairs of who, and what is seen.
export function quoted_scene(folder, words_text) {
  const path = `${folder}/transcript`;
  const words = words_of(words_text);
  const title = words.find(([key]) => key === 'scene')?.[1];
  const lines = lines_of(path);
  const first = only(lines, (line) => line === `== ${title}`, `${path}: scene « ${title} »`) + 1;
  const end = lines.findIndex((line, i) => i >= first && line.startsWith('== '));
  let scene = lines.slice(first, end === -1 ? lines.length : end).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const rest = words.filter(([key]) => key !== 'scene');
  if (rest.length > 0) {
    const parts = ranges_of(rest, scene, `${path}, « ${title} »`);
    scene = parts.flatMap(([from, to], i) => [...(i > 0 ? [null] : []), ...scene.slice(from, to + 1)]);
  }
  return scene;
}

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

// The size of letters at which lines fill a slide, in px: short code is larger.
function size_of(lines, label_columns = 0) {
  const columns = label_columns + Math.max(...lines.map((line) => line.length));
  const fitting = Math.min(1150 / (0.603 * columns), 400 / (1.27 * lines.length));
  return `style="--size:${Math.floor(Math.min(30, Math.max(24, fitting)))}px"`;
}

// Each line is an element: one that is too long goes on under itself, indented. The highlighter's spans may cross lines:
// they are closed at the end of one, and opened again in the next.
function code_html(path, text, highlight) {
  const indents = text.split('\n').map((line) => indent_of(line) + 4);
  let open = [];
  const lines = highlight(text).split('\n').map((line, i) => {
    const before = open.join('');
    for (const [tag] of line.matchAll(/<span[^>]*>|<\/span>/g)) open = tag === '</span>' ? open.slice(0, -1) : [...open, tag];
    const style = `padding-left:${indents[i]}ch;text-indent:-${indents[i]}ch`;
    return `<span class="line" style="${style}">${before}${line || ' '}${'</span>'.repeat(open.length)}</span>`;
  });
  return `<figure class="code" ${size_of(text.split('\n'))}><figcaption>${escape(path)}</figcaption><pre><code>${lines.join('')}</code></pre></figure>`;
}

// Each side has its colour, in the order in which they appear; what is typed stands out.
function scene_html(folder, scene) {
  const sides = [];
  const said = scene.filter((line) => line === null || !/^\S+\s+[?|]\s*$/.test(line));  // no empty lines, no empty prompts
  const rows = said.map((line) => {
    if (line === null) return '<div class="line cut">⋮</div>';
    const [, who, mark, text] = /^(\S+)\s+(\S)(?:\s(.*))?$/.exec(line);
    if (!sides.includes(who)) sides.push(who);
    const shown = { $: `$ ${text}`, '=': `(statut ${text})` }[mark] ?? (text ?? '');
    const typed = escape(shown).replace(/«(.*)»$/, (_, keys) => `<kbd>${keys || '↵'}</kbd>`).replace(/(\^[CD])$/, '<kbd>$1</kbd>');
    const html = mark === '>' || mark === '?' ? typed : escape(shown);
    return `<div class="line side${sides.indexOf(who) % 4}${mark === '$' ? ' start' : ''}"><b>${escape(who)}</b><span>${html}</span></div>`;
  });
  const size = size_of(said.map((line) => line?.replace(/^\S+\s+\S\s?/, '') ?? ''), 9);
  return `<figure class="transcript" ${size}><figcaption>${escape(folder)}/transcript</figcaption><div class="screen">${rows.join('')}</div></figure>`;
}

// An SVG as it is, in its light colours and without its frame, or `as_drawn`; nothing is loaded from beside the page. A
// figure drawn for a page is too small for the back of a room: FILE.svg#svgView(viewBox(x,y,width,height)) shows a part
// of it, larger.
export function image_data(reference, { as_drawn = false } = {}) {
  const [path, view] = reference.split('#');
  if (extname(path) !== '.svg') throw new Error(`${path}: not an SVG`);
  let svg = readFileSync(path, 'utf8');
  if (!as_drawn) {
    svg = svg.replace('(prefers-color-scheme: dark)', 'not all').replace('</style>', '.page { fill: none; stroke: none; }</style>');
  }
  const page = /<svg[^>]* viewBox="0 0 (\d+) (\d+)"/.exec(svg);
  if (!page) throw new Error(`${path}: no viewBox that begins at 0 0`);
  const part = view ? /^svgView\(viewBox\((\d+),(\d+),(\d+),(\d+)\)\)$/.exec(view)?.slice(1)
    : as_drawn ? [0, 0, page[1], page[2]] : [margin, margin, page[1] - 2 * margin, page[2] - 2 * margin];
  if (!part) throw new Error(`${reference}: not #svgView(viewBox(x,y,width,height))`);
  svg = svg.replace(/<svg[^>]*>/, (tag) => tag.replace(/ (viewBox|width|height)="[^"]*"/g, '')
    .replace('<svg', `<svg viewBox="${part.join(' ')}" width="${part[2]}" height="${part[3]}"`));
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

// For markdown-it: the fences that quote.
export function quotes(md) {
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const [kind, path] = tokens[index].info.trim().split(/\s+/);
    const highlight = (text) => options.highlight?.(text, 'cpp') || escape(text);
    const text = tokens[index].content;
    if (kind === 'code') {
      const caption = drops_comments(text) ? `${path} (sans ses commentaires)` : path;
      return code_html(caption, quoted_code(path, text), highlight);
    }
    if (kind === 'lesson') {
      const [title, question] = lesson_opening(path);
      return `<h1>${md.renderInline(title)}</h1><blockquote><p>${md.renderInline(question)}</p></blockquote>`;
    }
    if (kind === 'transcript') return scene_html(path, quoted_scene(path, text));
    return fence(tokens, index, options, env, self);
  };
}

function pictures(md) {
  md.core.ruler.after('inline', 'prise_images', (state) => {
    for (const token of state.tokens.flatMap((one) => one.children ?? [])) {
      if (token.type === 'image') token.attrSet('src', image_data(join(home, 'slides', 'decks', token.attrGet('src'))));
    }
  });
}

export default ({ marp }) => marp.use(quotes).use(pictures);
