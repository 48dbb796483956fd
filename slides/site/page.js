// One article at a time, whose place is the address; the search box; what a small screen needs. Without JavaScript all
// the articles stand one under the other, and the links work as well.
const articles = [...document.querySelectorAll('main > article')];
const contents = document.querySelector('nav details');
const wide = matchMedia('(min-width: 64rem)');
const page_title = document.title;

function show(article) {
  for (const one of articles) {
    if (one === article) one.removeAttribute('hidden');
    else if (!one.hidden) one.setAttribute('hidden', 'until-found');  // the browser's own search still finds it
  }
  document.title = article === articles[0] ? page_title : `${article.dataset.title} – Prise`;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${article.id}`) {
      link.setAttribute('aria-current', 'page');
      if (wide.matches) link.closest('nav').scrollTop = link.offsetTop - 200;
    } else link.removeAttribute('aria-current');
  }
  let_scroll(article);
}

// What scrolls inside itself can be reached with the keyboard.
function let_scroll(article) {
  for (const one of article.querySelectorAll('pre, .wide, .screen')) {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute('tabindex');
  }
}

const place_of = (hash) => document.getElementById(decodeURIComponent(hash.slice(1)));

// Goes to the address's place, or as far down as one had read; focus follows, so that a screen reader reads on from there.
function go({ focus = true, top = null } = {}) {
  const place = place_of(location.hash) ?? articles[0];
  const article = place.closest('main > article');
  if (!article) return;
  show(article);
  if (!wide.matches) contents.open = false;
  if (top !== null || place === article) scrollTo(0, top ?? 0);
  else place.scrollIntoView();
  if (!focus) return;
  const title = place === article ? article.querySelector('h1') ?? article : place;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

// The next and the previous article, at the foot of each.
articles.forEach((article, i) => {
  const foot = document.createElement('p');
  foot.className = 'nav';
  for (const [rel, other] of [['prev', articles[i - 1]], ['next', articles[i + 1]]]) {
    if (!other) continue;
    const { title } = other.dataset;
    foot.append(Object.assign(document.createElement('a'),
      { href: `#${other.id}`, rel, textContent: rel === 'prev' ? `← ${title}` : `${title} →` }));
  }
  article.append(foot);
  article.addEventListener('beforematch', () => show(article));
});

// Back leads to where one was: each address of the history keeps how far down that is.
let resting;
history.scrollRestoration = 'manual';
addEventListener('scroll', () => {
  clearTimeout(resting);
  resting = setTimeout(() => history.replaceState({ top: scrollY }, ''), 100);
});
addEventListener('popstate', ({ state }) => go({ top: state?.top ?? null }));
addEventListener('hashchange', () => { if (history.state === null) go(); });
addEventListener('toggle', (event) => let_scroll(event.target), true);  // what a <details> has just shown
addEventListener('resize', () => let_scroll(articles.find((one) => !one.hidden)));
wide.addEventListener('change', () => { contents.open = wide.matches; });
contents.open = wide.matches;
go({ focus: false, top: history.state?.top ?? null });

// --- the search box

const input = document.getElementById('cherche');
const list = document.getElementById('trouves');
const count = document.getElementById('combien');
let blocks = null;
let results = [];
let chosen = -1;

function option_of({ article, title, sentence, marks, cut_before, cut_after }, index) {
  const option = document.createElement('li');
  option.id = `trouve-${index}`;
  option.setAttribute('role', 'option');
  option.setAttribute('aria-selected', 'false');
  const where = document.createElement('b');
  const under = title === article || title.tagName === 'H1' ? '' : ` › ${title.textContent}`;
  where.textContent = article.dataset.title + under;
  const said = document.createElement('span');
  said.append(cut_before ? '… ' : '');
  let at = 0;
  for (const [from, to] of marks) {
    const mark = document.createElement('mark');
    mark.textContent = sentence.slice(from, to);
    said.append(sentence.slice(at, from), mark);
    at = to;
  }
  said.append(sentence.slice(at), cut_after ? ' …' : '');
  option.append(where, said);
  return option;
}

function choose(index) {
  chosen = index;
  [...list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === index)));
  if (index === -1) return input.removeAttribute('aria-activedescendant');
  input.setAttribute('aria-activedescendant', `trouve-${index}`);
  list.children[index].scrollIntoView({ block: 'nearest' });
}

function close_list() {
  list.hidden = true;
  input.setAttribute('aria-expanded', 'false');
  choose(-1);
}

function look_for() {
  blocks ??= read_blocks(articles);
  const asked = input.value.trim();
  results = asked.length < 2 ? [] : search(blocks, asked);
  list.replaceChildren(...results.map(option_of));
  list.scrollTop = 0;
  list.hidden = results.length === 0;
  input.setAttribute('aria-expanded', String(results.length > 0));
  const number = results.length === 1 ? 'Un résultat' : `${results.length} résultats`;
  count.textContent = asked.length < 2 ? '' : results.length ? `${number} pour «\u00a0${asked}\u00a0»` : `Rien pour «\u00a0${asked}\u00a0»`;
  choose(-1);
}

// To the block itself, not only to its title; it stands out for a moment.
function open_result({ element, title, article }) {
  close_list();
  const place = title.id ? title : element.closest('[id]') ?? article;
  if (location.hash !== `#${encodeURIComponent(place.id)}`) history.pushState(null, '', `#${encodeURIComponent(place.id)}`);
  go();
  const notes = element.closest('details');
  if (notes) notes.open = true;
  element.scrollIntoView({ block: 'center' });
  element.classList.remove('found');
  requestAnimationFrame(() => element.classList.add('found'));
}

input.addEventListener('input', look_for);
input.addEventListener('focus', () => {
  if (input.value) look_for();
  else setTimeout(() => { blocks ??= read_blocks(articles); });  // before the first letter, if there is time
});
input.addEventListener('blur', close_list);
input.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && results.length > 0) {
    if (list.hidden) look_for();
    choose((chosen + step + (chosen === -1 && step === -1 ? 1 : 0) + results.length) % results.length);
  } else if (event.key === 'Enter' && results.length > 0) open_result(results[Math.max(chosen, 0)]);
  else if (event.key === 'Escape' && !list.hidden) close_list();
  else return;
  event.preventDefault();
});
list.addEventListener('mousedown', (event) => event.preventDefault());  // the box keeps the focus until the click
list.addEventListener('click', (event) => {
  const option = event.target.closest('[role=option]');
  if (option) open_result(results[[...list.children].indexOf(option)]);
});
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
  event.preventDefault();
  input.focus();
  input.select();
});
