import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command that starts a KurrentDB server with the options it is given, where there is one. */
export const KURRENTDB_COMMAND = process.env.KURRENTDB_COMMAND;

/** How long a node may take to be there, in milliseconds. */
const UP_MS = 60_000;

/** A node of a cluster, or a single one, on loopback, with a folder of its own. */
class Node {
  readonly #folder = mkdtempSync(join(tmpdir(), 'toetsspoor-kurrentdb-'));
  readonly #ports: { readonly node: number; readonly replication: number };
  readonly #others: readonly number[];
  #process: ChildProcess | undefined;

  constructor(ports: { node: number; replication: number }, others: readonly number[]) {
    this.#ports = ports;
    this.#others = others;
  }

  get port(): number {
    return this.#ports.node;
  }

  start(): void {
    const folder = (name: string) => `--${name}=${join(this.#folder, name)}`;
    const cluster = [
      '--cluster-size=3',
      '--discover-via-dns=false',
      `--gossip-seed=${this.#others.map((port) => `127.0.0.1:${port}`).join(',')}`,
    ];
    this.#process = spawn(
      KURRENTDB_COMMAND ?? '',
      [
        '--insecure',
        `--node-port=${this.#ports.node}`,
        `--replication-port=${this.#ports.replication}`,
        ...['db', 'index', 'log'].map(folder),
        ...(this.#others.length > 0 ? cluster : []),
      ],
      {
        stdio: 'ignore',
        env: { ...process.env, EVENTSTORE_TELEMETRY_OPTOUT: 'true', KURRENTDB_TELEMETRY_OPTOUT: 'true' },
      },
    );
  }

  /** Starts it again where it has ended by itself, as one does that must take back what it wrote as a leader. */
  startIfEnded(): void {
    if (this.#process !== undefined && this.#process.exitCode !== null) this.start();
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What this node says of the states of all nodes; nothing where it does not answer. */
  async states(): Promise<ReadonlyMap<number, string>> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/gossip`, {
        signal: AbortSignal.timeout(1_000),
      });
      const { members } = (await response.json()) as {
        members: { state: string; isAlive: boolean; httpEndPointPort: number }[];
      };
      return new Map(
        members
          .filter(({ isAlive }) => isAlive)
          .map(({ httpEndPointPort, state }) => [httpEndPointPort, state]),
      );
    } catch {
      return new Map();
    }
  }
}

/** One node or three on loopback. */
export class Cluster {
  readonly #nodes: readonly Node[];

  private constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  static async start(size: 1 | 3): Promise<Cluster> {
    const ports = await freePorts(2 * size);
    const nodePorts = ports.slice(0, size);
    const nodes = nodePorts.map((node, index) => {
      const replication = ports[size + index] ?? 0;
      return new Node(
        { node, replication },
        nodePorts.filter((port) => port !== node),
      );
    });
    for (const node of nodes) node.start();
    const cluster = new Cluster(nodes);
    await cluster.isWhole();
    return cluster;
  }

  get url(): string {
    return `kurrentdb://${this.#nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false`;
  }

  /** Kills the node that leads, and gives the way to start it again. */
  async killLeader(): Promise<() => void> {
    const leader = await this.isWhole();
    await leader.kill();
    return () => leader.start();
  }

  /** Kills the node that leads and then another one, and gives the way to start both again. */
  async killMajority(): Promise<() => void> {
    const leader = await this.isWhole();
    const killed = [leader, ...this.#nodes.filter((node) => node !== leader)].slice(0, 2);
    for (const node of killed) await node.kill();
    return () => {
      for (const node of killed) node.start();
    };
  }

  /** Waits until every node is there, those again that ended by themselves, and one leads; gives that one. */
  async isWhole(): Promise<Node> {
    const until = performance.now() + UP_MS;
    while (performance.now() < until) {
      for (const node of this.#nodes) node.startIfEnded();
      const views = await Promise.all(this.#nodes.map((node) => node.states()));
      const leaders = views.map((view) => [...view].find(([, state]) => state === 'Leader')?.[0]);
      const areThere = views.every(
        (view) =>
          [...view.values()].filter((state) => state === 'Leader' || state === 'Follower').length ===
          this.#nodes.length,
      );
      const leader = this.#nodes.find(({ port }) => port === leaders[0]);
      if (areThere && leader !== undefined && new Set(leaders).size === 1) return leader;
      await sleep(200);
    }
    throw new Error('the servers did not come up in time');
  }

  async dispose(): Promise<void> {
    for (const node of this.#nodes) await node.dispose();
  }
}

/** Stands before a server, and cuts all connections when told to. */
export class Cutter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: string, port: number) {
    this.#server = createServer((socket) => {
      const onward = connect(port, host);
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => {});
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  /** @param url of a server that needs no TLS */
  static async before(url: string): Promise<Cutter> {
    const { hostname, port } = new URL(url.replace(/^kurrentdb:/, 'http:'));
    const cutter = new Cutter(hostname, Number(port || 2113));
    cutter.#server.listen(0, '127.0.0.1');
    await once(cutter.#server, 'listening');
    return cutter;
  }

  get url(): string {
    const address = this.#server.address();
    return `kurrentdb://127.0.0.1:${typeof address === 'object' ? address?.port : 0}?tls=false`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
