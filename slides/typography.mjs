// French typography: the no-break spaces before ; : ! ? and inside « ».
//   node typography.mjs FILE…          says where they lack, status 1
//   node typography.mjs --fix FILE…    puts them
// Code, quotations of files, links and the front matter are left alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const space = '[ \\t]*';
const rules = [
  [new RegExp(`«(?:${space}|(?=[^\\u00a0\\u202f]))(?=[^\\u00a0\\u202f])`, 'g'), '«\u00a0'],
  [new RegExp(`(?<![\\u00a0\\u202f])${space}»`, 'g'), '\u00a0»'],
  [/ +([:;!?])(?=[\s)»*_|.…!?]|$)/g, '\u00a0$1'],
  [/(?<=[\p{L}\p{N})»*_`])([;!?])(?=[\s)»*_|]|$)/gu, '\u00a0$1'],
  [/(?<=[\p{L}\p{N})»*_`])(:)(?=[\s)»*_]|$)/gu, '\u00a0$1'],
  [/(\d) (?=(?:octets?|ms|µs|s|min|minutes|secondes|Mio|Kio|Go|Mo|Ko|h|%|px|€)\b(?!'))/g, '$1\u00a0'],
  [/(?<=\d) (?=\d{3}(?!\d))/g, '\u00a0'],
  [/(\d) (?=%)/g, '$1\u00a0'],
];

// What no rule may touch: fences, inline code, HTML tags, link targets, directives.
const kept = /(?<![\s\S])---\n[\s\S]*?\n---\n|^```[\s\S]*?^```$|`[^`\n]*`|<!-- _?\w+: [^\n]*-->|<\/?[a-zA-Z][^>]*>|\]\([^)\n]*\)|^\|?[ :|-]+\|$|https?:\/\/\S+|wss?:\/\/\S*/gm;

function mend(prose) {
  return rules.reduce((text, [pattern, by]) => text.replace(pattern, by), prose);
}

export function mended(text) {
  let result = '';
  let end = 0;
  // Kept pieces become one sign in the text that the rules see, so that « `code` : » is one sentence for them.
  const pieces = [];
  for (const match of text.matchAll(kept)) {
    result += text.slice(end, match.index) + '\ue000';
    pieces.push(match[0]);
    end = match.index + match[0].length;
  }
  result = mend((result + text.slice(end)).replace(/(?<=\ue000)([;!?:])(?=[\s)»*_|]|$)/gm, '\u00a0$1'));
  return result.replace(/\ue000/g, () => pieces.shift());
}

export function faults(text) {
  const good = mended(text).split('\n');
  return text.split('\n').flatMap((line, index) => (line === good[index] ? [] : [{ line: index + 1, is: line, should: good[index] }]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const fix = process.argv[2] === '--fix';
  let bad = 0;
  for (const file of process.argv.slice(fix ? 3 : 2)) {
    const text = readFileSync(file, 'utf8');
    if (fix) writeFileSync(file, mended(text));
    else for (const { line, is } of faults(text)) bad += 1, console.error(`${file}:${line}: ${is}`);
  }
  process.exit(bad ? 1 : 0);
}
