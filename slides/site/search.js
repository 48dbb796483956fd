// Search, in the page: no server, no case, no accents. What is searched is what is there: each paragraph, line of a table,
// title or piece of code is one block, and knows under which title it stands.

// The same number of letters before and after, so that what is found can be shown in the text as it is.
function plain(text) {
  return Array.from(text, (letter) => {
    const bare = letter.normalize('NFD')[0].toLowerCase();
    return { '’': "'", '\u00a0': ' ', '\u202f': ' ', '\n': ' ' }[bare] ?? (bare.length === letter.length ? bare : letter);
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
      if (element.matches('.nav, .nav *, thead *, figure.code > figcaption, .transcript > figcaption')) continue;
      if (element.parentElement.closest('pre, tr, figure.code')) continue;
      if (element.querySelector('p, li, pre, tr, .line') && !element.matches('tr')) continue;  // its parts are blocks of their own
      const cells = element.tagName === 'TR' ? Array.from(element.cells, (cell) => cell.textContent.trim()).filter(Boolean) : null;
      const text = cells ? cells.join(' · ') : element.textContent.trim();
      if (text) blocks.push({ element, article, title, text, plain: plain(text), weight: weights[element.tagName] ?? 0,
        code: element.matches('pre, .line') });
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

const is_entry = ({ article, element, plain: text }, asked) =>
  article.id === 'lecons' && element.tagName === 'TR' && text.split(/ · |[,;] /).includes(asked);

function score_of(block, words) {
  const values = words.map((word) => worth(block.plain, word));
  if (values.some((value) => value === 0)) return null;
  const asked = words.join(' ');
  const phrase = words.length > 1 && block.plain.includes(asked) ? 10 : 0;
  const entry = is_entry(block, asked) ? 40 : 0;  // the word of a glossary
  const of_words = values.reduce((sum, value) => sum + value, 0) / words.length;
  return of_words + phrase + entry + block.weight - (block.code ? 6 : 0) - Math.min(block.text.length, 400) / 100;
}

// What one looks for is first of all explained in a guide; a title is worth more than what stands under it.
const worth_of_article = (id) => (id.startsWith('lecon-') ? 40 : id === 'accueil' ? -40 : id.startsWith('diapo-') ? 0 : 6);

// The titles under which the words stand, the best first, few of each article; and the sentence to show of each.
function search(blocks, asked) {
  const words = plain(asked).split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? [] : search_words(blocks, words);
  if (found.length > 0 || !words.some((word) => word.includes('oe'))) return found;
  return search_words(blocks, words.map((word) => word.replaceAll('oe', 'œ')));
}

function search_words(blocks, words, { results_max = 40, article_max = 4 } = {}) {
  const found = new Map();
  const often = new Map();  // an article that says it again and again is about it
  blocks.forEach((block, i) => {
    const score = score_of(block, words);
    if (score === null) return;
    often.set(block.article, (often.get(block.article) ?? 0) + 1);
    const one = found.get(block.title) ?? { of_title: 0, of_text: 0, shown: null };
    found.set(block.title, one);
    if (block.weight > 0) {
      one.of_title = score;
      one.below = blocks[i + 1]?.title === block.title ? blocks[i + 1] : block;
    } else if (one.shown === null || score > one.of_text) [one.of_text, one.shown] = [score, block];
  });
  const counts = new Map();
  return [...found.values()].map(({ of_title, of_text, shown, below }) => {
    const block = shown ?? below;
    const of_article = worth_of_article(block.article.id) + 1.5 * Math.min(often.get(block.article), 20);
    return { block, score: of_title + of_text + of_article };
  }).sort((a, b) => b.score - a.score).filter(({ block: { article } }) => {
    counts.set(article, (counts.get(article) ?? 0) + 1);
    return counts.get(article) <= article_max;
  }).slice(0, results_max).map(({ block }) => ({ ...block, ...sentence_of(block, words) }));
}

// The sentence that holds the first word found, or else the first one; and where in it the words stand.
function sentence_of({ text, plain: bare }, words) {
  const first = Math.min(text.length, ...words.map((word) => bare.indexOf(word)).filter((at) => at !== -1)) % text.length;
  const ends = ['. ', '! ', '? ', '\n'].map((end) => text.lastIndexOf(end, first - 1) + end.length);
  const before = Math.max(0, ...ends.filter((at) => at <= first && at > 1));
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
