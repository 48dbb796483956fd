// Search, in the page: no server, no case, no accents. What is searched is what is there: each paragraph, line of a table,
// title or piece of code is one block, and knows under which title it stands.

// The same number of letters before and after, so that what is found can be shown in the text as it is.
function plain(text) {
  return Array.from(text, (letter) => {
    const bare = letter.normalize('NFD')[0].toLowerCase();
    return { '’': "'", '\u00a0': ' ', '\u202f': ' ', '\n': ' ', œ: 'o' }[bare] ?? (bare.length === letter.length ? bare : letter);
  }).join('');
}

const searched = 'h1, h2, h3, h4, p, li, tr, pre, blockquote, figcaption, .line';
const weights = { H1: 60, H2: 30, H3: 25, H4: 20 };

function read_blocks(articles) {
  const blocks = [];
  for (const article of articles) {
    let title = article;
    for (const element of article.querySelectorAll(searched)) {
      if (/^H\d$/.test(element.tagName)) title = element;
      if (element.matches('.nav, .nav *') || element.parentElement.closest('pre, tr, figure.code')) continue;
      if (element.querySelector('p, li, pre, tr, .line') && !element.matches('tr')) continue;  // its parts are blocks of their own
      const cells = element.tagName === 'TR' ? Array.from(element.cells, (cell) => cell.textContent.trim()).filter(Boolean) : null;
      const text = cells ? cells.join(' · ') : element.textContent.trim();
      if (text) blocks.push({ element, article, title, text, plain: plain(text), weight: weights[element.tagName] ?? 0 });
    }
  }
  return blocks;
}

// A word that begins where the text's word begins is worth more; a whole word, more still.
function worth(text, word) {
  let best = 0;
  for (let at = text.indexOf(word); at !== -1 && best < 12; at = text.indexOf(word, at + 1)) {
    const begins = at === 0 || !/[\p{L}\p{N}_]/u.test(text[at - 1]);
    const ends = !/[\p{L}\p{N}_]/u.test(text[at + word.length] ?? ' ');
    best = Math.max(best, begins ? (ends ? 12 : 9) : 2);
  }
  return best;
}

// The blocks that hold every word, the best first; one for each title, few for each article.
function search(blocks, asked, { results_max = 40, article_max = 4 } = {}) {
  const words = plain(asked).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found = [];
  for (const block of blocks) {
    const values = words.map((word) => worth(block.plain, word));
    if (values.some((value) => value === 0)) continue;
    const guide = block.article.id.startsWith('lecon-') ? 6 : 0;
    const length = Math.min(block.text.length, 400) / 100;
    const phrase = words.length > 1 && block.plain.includes(words.join(' ')) ? 10 : 0;
    found.push({ block, score: values.reduce((sum, value) => sum + value, 0) + block.weight + guide + phrase - length });
  }
  found.sort((a, b) => b.score - a.score);
  const titles = new Set();
  const counts = new Map();
  return found.filter(({ block }) => {
    const count = counts.get(block.article) ?? 0;
    if (titles.has(block.title) || count >= article_max) return false;
    titles.add(block.title);
    counts.set(block.article, count + 1);
    return true;
  }).slice(0, results_max).map(({ block }) => ({ ...block, ...sentence_of(block, words) }));
}

// The sentence that holds the first word found, and where in it the words stand.
function sentence_of({ text, plain: bare }, words) {
  const first = Math.min(...words.map((word) => bare.indexOf(word)).filter((at) => at !== -1));
  const before = Math.max(...['. ', '! ', '? ', '\n'].map((end) => text.lastIndexOf(end, first - 1) + end.length).filter((at) => at <= first && at > 1), 0);
  const start = first - before > 120 ? text.lastIndexOf(' ', first - 60) + 1 : before;
  const after = /[.!?](?=\s)|\n/.exec(text.slice(first));
  const end = Math.min(after ? first + after.index + 1 : text.length, start + 220);
  const sentence = text.slice(start, end).trimEnd();
  const marks = [];
  for (const word of words) {
    for (let at = bare.indexOf(word, start); at !== -1 && at + word.length <= start + sentence.length; at = bare.indexOf(word, at + 1))
      marks.push([at - start, at - start + word.length]);
  }
  marks.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  return { sentence, marks: marks.filter(([from], i) => marks.slice(0, i).every(([, to]) => from >= to)),
    cut_before: start > 0, cut_after: end < text.length };
}
