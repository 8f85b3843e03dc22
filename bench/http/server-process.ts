/** One of the apps, in a process of its own: a child of `server.ts`. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { adaptedApps } from './adapted-apps.js';
import { createApp } from './app.js';
import { createHandlers } from './handlers.js';
import type { ServerTask } from './server.js';

const [task] = await once(process, 'message');
const server = await serverOf(task);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('address: expected a port');
process.send?.(address.port);
// The bench is gone: nobody else wants this one.
process.once('disconnect', () => process.exit());

async function serverOf({ variant, model }: ServerTask): Promise<Server> {
  if (variant === 'sdk' || variant === 'naive') return createServer(createApp(await createHandlers(variant, model)));
  return await adaptedApps[variant](model);
}
