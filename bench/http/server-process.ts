/** One of the apps, in a process of its own: a child of `server.ts`. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createApp } from './app.js';
import { createHandlers } from './handlers.js';
import type { ServerTask } from './server.js';

const [task] = await once(process, 'message');
const { variant, model }: ServerTask = task;
const server = createServer(createApp(await createHandlers(variant, model)));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('address: expected a port');
process.send?.(address.port);
// The bench is gone: nobody else wants this one.
process.once('disconnect', () => process.exit());
