// An echo client of npm's ws, which goes from case to case as Autobahn's clients do.
import { createRequire } from 'node:module';

const { WebSocket } = createRequire(process.env.PRISE_NODE_MODULES + '/')('ws');
const base = process.argv[2];
const atOnce = 4;

// Resolves with the last text that came, once the connection is closed.
function visit(path, echoes) {
  return new Promise((resolve) => {
    let last = '';
    const socket = new WebSocket(base + path);
    socket.on('message', (data, isBinary) => {
      if (echoes) socket.send(data, { binary: isBinary });
      else last = data.toString();
    });
    socket.on('error', () => {}); // what a case asks for; the harness is the judge
    socket.on('close', () => resolve(last));
  });
}

const count = Number(await visit('/getCaseCount', false));
let next = 1;
async function work() {
  while (next <= count) await visit(`/runCase?case=${next++}&agent=ws`, true);
}
await Promise.all(Array.from({ length: atOnce }, work));
await visit('/updateReports', false);
