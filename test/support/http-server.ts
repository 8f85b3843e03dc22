import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A server of a test's own, and connections to it that send what the test writes, byte by byte. */
export class HttpServer {
  readonly server: Server;
  readonly port: number;
  readonly #sockets: Socket[] = [];
  readonly #closers: (() => unknown)[] = [];

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  static async start(listener: RequestListener): Promise<HttpServer> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return HttpServer.of(server);
  }

  /** One that listens already. */
  static of(server: Server): HttpServer {
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('address: expected a port');
    return new HttpServer(server, address.port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const all = { 'Content-Type': 'application/json', ...headers };
    return fetch(this.url + path, { method: 'POST', headers: all, body: text });
  }

  /** To be done before it closes, in order. */
  onClose(closer: () => unknown): void {
    this.#closers.push(closer);
  }

  /** A bare connection. */
  async connect(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.closeAllConnections();
    for (const closer of this.#closers) await closer();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** All that a connection receives until the other side ends it. */
export async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  for await (const piece of socket) text += piece;
  return text;
}

/** What a connection receives until it matches. */
export async function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  while (!pattern.test(text)) {
    const [piece] = await once(socket, 'data');
    text += piece;
  }
  return text;
}
