import * as fc from 'fast-check';
import { decide } from '../../src/domain/approach';
import type { ApproachCommand } from '../../src/domain/approach-commands';
import type { DomainEvent, RecordedEvent } from '../../src/domain/events';
import { decideFramework, evolveFramework, FrameworkLine } from '../../src/domain/framework';
import { type ApproachHistory, emptyHistory, evolve } from '../../src/domain/history';
import { Rejection } from '../../src/domain/rejection';
import { approachStream, frameworkStream } from '../../src/domain/streams';
import { id, metadata } from './events';
import { ANDER, EQUIVALENTS, KADER, KADER_2 } from './frameworks';
import { attempt } from './given';
import { commandOf, type Intent, KINDS } from './random-command';

/** The approaches that random histories are about. */
const APPROACHES = [
  { municipality: 'GM0935', slug: 'integrale-aanpak' },
  { municipality: 'GM0935', slug: 'achter-de-voordeur' },
  { municipality: 'GM1930', slug: 'integrale-aanpak' },
] as const;

/** A command, what it was decided on, and what came of it. */
export interface Tried {
  readonly command: ApproachCommand;
  readonly stream: string;
  readonly outcome: readonly DomainEvent[] | Rejection;
  /** Decided once more on the history that the first decision left. */
  readonly retried: readonly DomainEvent[] | Rejection;
}

/** What a sequence of commands has left behind. */
export interface RandomHistory {
  readonly log: readonly RecordedEvent[];
  /** The histories by stream, as folded along the way. */
  readonly histories: ReadonlyMap<string, ApproachHistory>;
  readonly tried: readonly Tried[];
  readonly frameworks: (code: string) => FrameworkLine;
}

const intent: fc.Arbitrary<Intent> = fc.record({
  approach: fc.nat(APPROACHES.length - 1),
  kind: fc.constantFrom(...KINDS),
  pick: fc.nat(1_000),
  other: fc.nat(1_000),
  odd: fc.boolean(),
  hoursLater: fc.constantFrom(0, 0, 1, 30),
});

/**
 * Sensible and not so sensible commands on up to three approaches and two frameworks, one with a revision
 * among them, decided by the real deciders: what they refuse is not in the log.
 */
export const randomHistory: fc.Arbitrary<RandomHistory> = fc
  .array(intent, { minLength: 5, maxLength: 40, size: 'max' })
  .map((intents) => new Register().run(intents));

class Register {
  readonly #log: RecordedEvent[] = [];
  readonly #histories = new Map<string, ApproachHistory>();
  readonly #revisions = new Map<string, number>();
  readonly #lines = new Map([KADER, ANDER].map(({ code }) => [code, new FrameworkLine()]));
  readonly #tried: Tried[] = [];
  #now = Date.parse('2016-01-01T12:00:00.000Z');

  run(intents: readonly Intent[]): RandomHistory {
    for (const framework of [KADER, ANDER]) {
      this.#onFramework({ type: 'PublishFramework', framework });
    }
    intents.forEach((one, ordinal) => {
      this.#now += one.hoursLater * 3_600_000;
      if (one.kind === 'revise') {
        this.#onFramework({ type: 'ReviseFramework', framework: KADER_2, equivalents: EQUIVALENTS });
      } else {
        this.#onApproach(one, ordinal);
      }
    });
    return { log: this.#log, histories: this.#histories, tried: this.#tried, frameworks: this.#frameworks };
  }

  readonly #frameworks = (code: string): FrameworkLine => this.#lines.get(code) ?? new FrameworkLine();

  #onFramework(command: Parameters<typeof decideFramework>[0]): void {
    const line = this.#frameworks(command.framework.code);
    const decided = attempt(() => decideFramework(command, line));
    if (decided instanceof Rejection) return;
    for (const event of decided)
      evolveFramework(line, this.#append(event, frameworkStream(command.framework.code)));
  }

  #onApproach(one: Intent, ordinal: number): void {
    const { municipality, slug } = APPROACHES[one.approach] ?? APPROACHES[0];
    const stream = approachStream(municipality, slug);
    const history = this.#histories.get(stream) ?? emptyHistory();
    this.#histories.set(stream, history);
    const earlier = this.#tried.filter((tried) => tried.stream === stream).map(({ command }) => command);
    const command = commandOf(one, { municipality, slug }, history, earlier, `${stream} ${ordinal}`);
    const again = () => attempt(() => decide(command, history, this.#frameworks).map(({ event }) => event));

    const decided = attempt(() => decide(command, history, this.#frameworks));
    if (!(decided instanceof Rejection)) {
      const document = 'document' in command ? (command.document?.digest ?? null) : null;
      for (const { event, line } of decided) {
        const source = document === null || line === null ? null : { document, line };
        const recorded = this.#append(event, stream, source);
        evolve(history, recorded, { ...recorded, ...recorded.metadata });
      }
    }
    const outcome = decided instanceof Rejection ? decided : decided.map(({ event }) => event);
    this.#tried.push({ command, stream, outcome, retried: again() });
  }

  #append(
    event: DomainEvent,
    stream: string,
    source: { document: string; line: number } | null = null,
  ): RecordedEvent {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const recorded: RecordedEvent = {
      ...event,
      id: id(`${stream} ${revision}`),
      stream,
      revision,
      position: this.#log.length + 1,
      metadata: metadata({ recordedAt: new Date(this.#now).toISOString(), source }),
    };
    this.#log.push(recorded);
    return recorded;
  }
}
