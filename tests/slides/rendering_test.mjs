// The decks as Chromium draws them: nothing leaves its slide, nothing is small, nothing is pale, nothing comes from
// elsewhere.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const folder = process.env.PRISE_SLIDES_BUILD;
const { build } = await import('../../slides/build.mjs');
const pages = build(folder, { pdf: false });
const { launch } = createRequire(`${folder}/`)('puppeteer-core');

let browser;
before(async () => {
  const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
  browser = await launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args, timeout: 120_000 });
});
after(() => browser.close());

// Runs in the page. The footer begins at 668 of 720 pixels.
function look() {
  const faults = [];
  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = color.map((one) => (one / 255 <= 0.03928 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = rgb(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const slides = document.querySelectorAll('svg[data-marpit-svg]');
  const notes = [...document.querySelectorAll('.bespoke-marp-note')].filter((note) => /^\s*\[\d+\smin\]/.test(note.textContent));
  if (notes.length !== slides.length) faults.push(`${notes.length} of ${slides.length} slides have speaker notes`);
  slides.forEach((svg) => {
    svg.removeAttribute('class');
    svg.style.cssText = 'position:static!important;display:block!important;visibility:visible!important;opacity:1!important;'
      + 'width:1280px!important;height:720px!important;content-visibility:visible!important';
  });
  slides.forEach((svg, index) => {
    const slide = `slide ${index + 1}`;
    const section = svg.querySelector('section');
    const box = section.getBoundingClientRect();
    const scale = box.width / 1280;
    const bottom_max = box.top + 668 * scale;
    for (const child of section.children) {
      if (child.tagName === 'FOOTER' || child.tagName === 'HEADER') continue;
      const place = child.getBoundingClientRect();
      if (place.bottom > bottom_max + 0.5) faults.push(`${slide}: <${child.tagName}> ends at ${Math.round((place.bottom - box.top) / scale)}, below 668`);
      if (place.right > box.right - 40 * scale || place.top < box.top) faults.push(`${slide}: <${child.tagName}> leaves its slide`);
      if (child.scrollWidth > child.clientWidth + 1) faults.push(`${slide}: <${child.tagName}> is cut at the right`);
    }
    // The smallest words of a figure are 16 high in its own units (slides/figures, « small »).
    for (const image of section.querySelectorAll('img')) {
      const high = 16 * Math.min(image.clientWidth / image.naturalWidth, image.clientHeight / image.naturalHeight);
      if (!(high >= 20)) faults.push(`${slide}: the words of « ${image.alt} » are ${high.toFixed(1)} px high: show a part of it`);
    }
    const texts = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || seen.has(element)) continue;
      seen.add(element);
      const style = getComputedStyle(element);
      if (parseFloat(style.fontSize) < 24) faults.push(`${slide}: « ${node.data.trim()} » is ${style.fontSize} high`);
      const ratio = contrast(rgb(style.color).slice(0, 3), behind(element));
      if (ratio < 4.5) faults.push(`${slide}: « ${node.data.trim()} » has a contrast of ${ratio.toFixed(2)}`);
    }
  });
  return faults;
}

for (const path of pages) {
  test(basename(path), { timeout: 150_000 }, async () => {
    const page = await browser.newPage();
    const elsewhere = [];
    page.on('request', (request) => {
      if (!/^(file|data|about|blob):/.test(request.url())) elsewhere.push(request.url());
    });
    await page.setViewport({ width: 1280, height: 720 });
    await page.goto(pathToFileURL(path).href, { waitUntil: 'load', timeout: 120_000 });
    const faults = await page.evaluate(look);
    await page.close();
    assert.deepEqual(elsewhere, [], 'loaded from elsewhere');
    assert.deepEqual(faults, []);
  });
}
