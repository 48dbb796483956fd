// An echo server of npm's ws: prints its port, then serves until it is stopped. Its limits are the
// defaults, except for compression, which is off by default.
import { createRequire } from 'node:module';

// ws is installed in the build folder, not beside this file.
const { WebSocketServer } = createRequire(process.env.PRISE_NODE_MODULES + '/')('ws');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true });
server.on('listening', () => console.log('Port : ' + server.address().port));
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('error', () => {}); // what a case asks for; the harness is the judge
});
