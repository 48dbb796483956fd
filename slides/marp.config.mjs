import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export default {
  engine: join(here, 'engine.mjs'),
  themeSet: [join(here, 'theme')],
  theme: 'prise',
  html: true,
  allowLocalFiles: true,
  options: {
    emoji: { shortcode: false, unicode: false },
    math: false,
    html: true,
    script: { source: 'inline' },
  },
};
