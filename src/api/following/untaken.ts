import type { WebSocket } from 'ws';

/** The most that may wait in memory for clients to take it, over all connections, in bytes. */
const MOST_TOGETHER = 64 * 1024 * 1024;

/**
 * Sends, and keeps account of what no client has taken yet. Each sender has a limit of what is sent at once, but many
 * who take nothing would still fill the memory: where it is too much, the connection that holds most of it is cut.
 */
export class Untaken {
  readonly #bytes = new Map<WebSocket, number>();
  #together = 0;

  /** Done when the client has taken it; also where it has left, as there is nobody to tell then. */
  async send(socket: WebSocket, text: string): Promise<void> {
    if (socket.readyState !== socket.OPEN) return;
    const bytes = Buffer.byteLength(text);
    this.#bytes.set(socket, (this.#bytes.get(socket) ?? 0) + bytes);
    this.#together += bytes;
    const taken = new Promise<void>((resolve) => socket.send(text, () => resolve()));
    if (this.#together > MOST_TOGETHER) this.#cutLargest();
    await taken;
    this.#forget(socket, bytes);
  }

  #cutLargest(): void {
    let largest: WebSocket | undefined;
    let most = 0;
    for (const [socket, bytes] of this.#bytes) if (bytes > most) [largest, most] = [socket, bytes];
    if (largest === undefined) return;
    // Not closed: what says so would wait behind the rest.
    largest.terminate();
    this.#forget(largest, most);
  }

  #forget(socket: WebSocket, bytes: number): void {
    const known = this.#bytes.get(socket);
    // It was cut.
    if (known === undefined) return;
    this.#together -= bytes;
    if (known > bytes) this.#bytes.set(socket, known - bytes);
    else this.#bytes.delete(socket);
  }
}
