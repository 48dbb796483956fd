// The decks that build.mjs has made, on this machine only:  node serve.mjs FOLDER PORT
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, extname, join } from 'node:path';

const [folder, port] = process.argv.slice(2);
const kinds = { '.html': 'text/html; charset=utf-8', '.pdf': 'application/pdf' };

const server = createServer((request, response) => {
  const name = basename(new URL(request.url, 'http://localhost').pathname) || 'index.html';
  const file = join(folder, name);
  if (!kinds[extname(name)] || !existsSync(file)) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404\n');
    return;
  }
  response.writeHead(200, { 'Content-Type': kinds[extname(name)] }).end(readFileSync(file));
});
server.on('error', (error) => {
  const why = error.code === 'EADDRINUSE' ? `le port ${port} est déjà pris. Essayez --port 0.` : error.message;
  console.error(`prise : ${why}`);
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1', () =>
  console.log(`Ouvrez http://localhost:${server.address().port}/ dans un navigateur. Ctrl-C pour arrêter.`));
process.on('SIGINT', () => process.exit(0));
