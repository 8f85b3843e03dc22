import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** Stands for your pager. It fails for the first two posts. */
export async function startReceiver(): Promise<{ url: string; close: () => void }> {
  let posts = 0;
  const server = createServer(async (request, response) => {
    const { rule, severity, message } = JSON.parse(await text(request));
    posts += 1;
    const isDown = posts <= 2;
    console.log(`receiver: ${isDown ? 'down, answers 503' : `took ${severity} ${rule}: ${message}`}`);
    response.writeHead(isDown ? 503 : 204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}
