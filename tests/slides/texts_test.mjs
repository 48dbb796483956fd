// lessons/README.md, the way in: an index from each section of the course notes, and a glossary for the guides' words.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { home } from '../../slides/engine.mjs';

const folder = join(home, 'lessons');
const text = readFileSync(join(folder, 'README.md'), 'utf8');
const plain = (words) => words.replace(/[\u00a0\u202f]/g, ' ').replace(/[`*]/g, '').toLowerCase();
const part = (title) => plain(new RegExp(`^## ${title}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(text)[1]);

// The sections of the five documents, as they are called there. The documents are not part of this repository.
const sections = {
  '000': ['Introduction', 'Pourquoi les sockets ?', 'HTTP et WebSocket : construits sur les sockets', "Cas d'usage courants des WebSockets",
    'Socket TCP vs Socket UDP', 'Créer un serveur TCP', 'Créer un client TCP', 'Tester la connexion', 'Envoyer des données via une connexion TCP',
    'Serveur qui répond au client', 'Créer et envoyer des données via UDP', 'Différences clés avec TCP', 'Le buffer size', 'Pourquoi un buffer ?',
    'Que se passe-t-il si le message est plus grand', 'Recevoir un message complet', 'Quelle taille choisir ?', 'Chat bidirectionnel, parties 1 et 2',
    'Comment ça fonctionne', 'Tester le chat', 'Limites de cette approche', 'full-duplex', 'Le problème de HTTP pour le temps réel',
    'Ce que WebSocket change', 'Lien avec les sockets TCP', 'Installation', 'Serveur WebSocket', 'Client WebSocket',
    'Application de chat en temps réel', 'Les pièges classiques'],
  '001': ['Présentation', 'Ressources', 'Installation', "Création d'un serveur", 'Explications', 'Avoir des informations sur la communication',
    'Envoyer ou bien recevoir des messages', 'Envoyer ET recevoir des messages en parallèle', "Création d'un client Web"],
  '002': ['Introduction', "1. Qu'est-ce qu'un socket ?", '2. TCP vs UDP : quelle différence ?', "3. Création d'un serveur TCP",
    "4. Création d'un client TCP", '5. Gestion de plusieurs clients avec les threads', "6. Exemple d'application : chat basique",
    "7. Exercice d'application", 'bonus', '8. Conclusion'],
  '003': ["Qu'est-ce qu'un WebSocket ?", 'Un peu de TCP', 'Les acteurs dans une architecture WebSocket', "Exemple d'implémentation", 'Travaux pratiques'],
  '004': ['1.a', '1.b.a', '1.b.b', '1.b.c', '1.b.d', '1.c Logging', '1.d Protocole JSON', '1.d.a', '1.d.b', '1.e', '2.a', '2.b', '2.b.a', '2.b.b',
    '2.b.c', '2.b.d Asynchrone'],
};

test('each section of the notes leads to a lesson', () => {
  const index = part('Des notes aux leçons').split(/^### (?=\d{3})/m);
  for (const [document, titles] of Object.entries(sections)) {
    const rows = index.find((one) => one.startsWith(document)).split('\n').filter((line) => line.startsWith('|'));
    for (const title of titles) {
      const row = rows.find((line) => line.split(' | ')[0].includes(plain(title)));
      assert.ok(row, `${document}: ${title}`);
      assert.ok(/\]\(/.test(row) || /aucune/.test(row), `${document}: ${title} leads nowhere`);
    }
  }
});

test('the list has each lesson, under its own title', () => {
  const list = part('La liste');
  for (const name of readdirSync(folder).filter((one) => existsSync(join(folder, one, 'transcript')))) {
    const title = /^# Leçon \d\d[\s\u00a0]: (.*)$/m.exec(readFileSync(join(folder, name, 'README.md'), 'utf8'))[1];
    assert.ok(list.includes(`[${name.slice(0, 2)}](${name}/readme.md) | ${plain(title)} |`), `${name}: ${title}`);
  }
});

const glossary = text.split('\n## Lexique')[1].split('\nEt ce que')[0].split('\n').filter((line) => /^\| (?!français|-)/.test(line));

test('an English word that a guide gives in brackets is in the glossary', () => {
  let found = 0;
  const english = plain(glossary.map((row) => row.split(' | ')[1]).join(' '));
  for (const name of readdirSync(folder).filter((one) => existsSync(join(folder, one, 'transcript')))) {
    const guide = readFileSync(join(folder, name, 'README.md'), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
    for (const [, word] of guide.matchAll(/\(\*([^*\n]+)\*\)/g)) {
      found += 1;
      const words = plain(word).split(',')[0].replace(/s$/, '');
      assert.ok(english.includes(words), `${name}: ${word}`);
    }
  }
  assert.ok(found >= 5);
});

test('the glossary is in order, each word once, and a lesson explains it', () => {
  const words = glossary.map((row) => plain(row.split(' | ')[0].slice(2)));
  assert.ok(words.length > 80);
  assert.deepEqual(words, [...new Set(words)]);
  assert.deepEqual(words, [...words].sort((a, b) => a.localeCompare(b, 'fr', { ignorePunctuation: true })));
  for (const row of glossary) assert.match(row, /\| \[\d\d\]\(\d\d_\w+\/README\.md\)(, \[\d\d\]\(\d\d_\w+\/README\.md\))* \|$/);
});
