// Markdown as the course page shows it: links lead to places in the page, or become the path of a file; pictures are put
// into it; code keeps its spacing. markdown-it and highlight.js are those that Marp brings.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';

import { home, image_data, quotes } from '../engine.mjs';

export const escape = (text) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

// As GitHub makes an anchor of a title.
export const slug = (title) => title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\u00a0/g, '').replace(/\s/g, '-');

// Who speaks, in the colours of the sides, in the order in which they appear.
function transcript_html(text) {
  const sides = [];
  const lines = text.replace(/\n$/, '').split('\n').map((line) => {
    const said = /^(\S+)(\s+[$|>?=~](?:\s.*)?)$/.exec(line);
    if (!said) return escape(line);
    if (!sides.includes(said[1])) sides.push(said[1]);
    return `<b class="side${sides.indexOf(said[1]) % 4}">${escape(said[1])}</b>${escape(said[2])}`;
  });
  return `<pre class="said"><code>${lines.join('\n')}</code></pre>\n`;
}

function picture(path, view) {
  if (extname(path) === '.svg') return image_data(join(home, path) + (view ? `#${view}` : ''), { as_drawn: true });
  return `data:image/png;base64,${readFileSync(join(home, path)).toString('base64')}`;
}

// What a link of a file leads to, from that file's place.
function resolved(file, target) {
  const [path, anchor] = target.split('#');
  return [path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path))), anchor && decodeURIComponent(anchor)];
}

// places: from the path of a file to its address in the page. env of each rendering: { path, prefix, shift }, the file,
// what its anchors begin with, and how much lower its titles stand.
export function renderer(folder, places) {
  const require = createRequire(`${folder}/`);
  const hljs = require('highlight.js');
  const md = require('markdown-it')({
    html: true,
    highlight: (text, language) => (hljs.getLanguage(language) ? hljs.highlight(text, { language }).value : escape(text)),
  });
  md.use(quotes);
  const { rules } = md.renderer;
  const fence = rules.fence;
  rules.fence = (tokens, index, options, env, self) =>
    (tokens[index].info.trim() === 'transcript' ? transcript_html(tokens[index].content) : fence(tokens, index, options, env, self));
  rules.table_open = () => '<div class="wide"><table>\n';
  rules.table_close = () => '</table></div>\n';

  md.core.ruler.push('prise_titles', ({ tokens, env }) => {
    env.slugs ??= new Map();
    tokens.forEach((token, i) => {
      if (token.type === 'heading_open' && tokens[i + 1].content !== '') {
        const name = slug(tokens[i + 1].children.map(({ content }) => content).join(''));
        const before = env.slugs.get(name) ?? 0;
        env.slugs.set(name, before + 1);
        token.attrSet('id', `${env.prefix}--${name}${before ? `-${before}` : ''}`);
      }
      if (/^heading_/.test(token.type)) token.tag = `h${Number(token.tag[1]) + (env.shift ?? 0)}`;
      // A corner of a table without words is no header of anything.
      if (token.type === 'th_open' && tokens[i + 1].content === '') token.tag = tokens[i + 2].tag = 'td';
    });
  });

  md.core.ruler.push('prise_links', ({ tokens, env }) => {
    for (const { children } of tokens.filter((token) => token.type === 'inline')) {
      children.forEach((token, i) => {
        if (token.type === 'image') {
          const [path, view] = resolved(env.path, token.attrGet('src'));
          token.attrSet('src', picture(path, view));
          token.attrSet('loading', 'lazy');
        }
        if (token.type === 'html_inline') {
          token.content = token.content.replace(/(<img [^>]*src=")([^":]+)"/, (_, tag, src) => `${tag}${picture(...resolved(env.path, src))}"`);
        }
        if (token.type !== 'link_open' || /^[a-z]+:/.test(token.attrGet('href'))) return;
        const [path, anchor] = resolved(env.path, token.attrGet('href'));
        const place = places.get(path);
        if (place) return token.attrSet('href', `#${place}${anchor ? `--${anchor}` : ''}`);
        if (!existsSync(join(home, path))) throw new Error(`${env.path}: ${token.attrGet('href')} is not there`);
        // A file that the page does not hold: its path, in the repository.
        const close = children.findIndex((one, j) => j > i && one.type === 'link_close');
        const words = children.slice(i + 1, close).map(({ content }) => content).join('');
        token.tag = children[close].tag = 'span';
        token.attrs = [['class', 'file']];
        if (words !== path) children[close].meta = path;
      });
    }
  });
  rules.link_close = (tokens, index, options, env, self) =>
    (tokens[index].meta ? ` (<code>${escape(tokens[index].meta)}</code>)` : '') + self.renderToken(tokens, index, options);

  return (text, env) => md.render(text, env);
}
