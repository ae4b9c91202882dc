import { createHash } from 'node:crypto';
import { decide } from '../../src/domain/approach';
import type { ApproachCommand } from '../../src/domain/approach-commands';
import { everythingUpTo } from '../../src/domain/as-of';
import { EVERYTHING } from '../../src/domain/audience';
import type { DomainEvent } from '../../src/domain/events';
import { FrameworkLine } from '../../src/domain/framework';
import { GGSR } from '../../src/domain/ggsr';
import { type ApproachHistory, emptyHistory, evolve } from '../../src/domain/history';
import { standingVerdicts, visibleTests } from '../../src/domain/verdicts';
import { readFactsheet } from '../../src/factsheet/read-factsheet';
import { type Reissue, reissue } from '../../src/factsheet/reissue';
import { subjectOf } from '../../src/factsheet/subject';
import { type FactsheetCommand, toCommand } from '../../src/factsheet/to-command';
import { whatStands } from '../../src/factsheet/what-stands';
import { id, text } from './events';

const LINE = new FrameworkLine().add(GGSR, []);
const frameworks = () => LINE;
const NOW = everythingUpTo(Number.MAX_SAFE_INTEGER, [EVERYTHING]);

/** An approach as documents, and new issues of them, leave it; without a log. */
export class IssuedApproach {
  readonly history: ApproachHistory = emptyHistory();
  readonly events: DomainEvent[] = [];
  #documents = 0;

  /** Imports a document as a first issue. */
  import(document: string, { partial = true } = {}): this {
    this.decide(this.planned(document, partial).command);
    return this;
  }

  /** What a new issue would change. */
  compare(document: string, { partial = true, publishedOn = null as string | null } = {}): Reissue {
    const { command } = this.planned(document, partial);
    const opening = command.steps.find((step) => step.type === 'OpenAssessment');
    const assessment = this.history.assessments.find(
      ({ year, kind }) => year === Number(opening?.data.reference) && kind === opening?.data.kind,
    );
    if (assessment === undefined) throw new Error('there is nothing that this could be a new issue of');
    return reissue(command, assessment, this.history, this.events, {
      reason: () => text('Heruitgave.'),
      publishedOn,
    });
  }

  /** Imports a new issue, and gives what it has changed. */
  reissue(document: string, options: { partial?: boolean; publishedOn?: string | null } = {}): Reissue {
    const compared = this.compare(document, options);
    if (compared.command !== null) this.decide(compared.command);
    return compared;
  }

  decide(command: ApproachCommand): DomainEvent[] {
    const digest = 'document' in command ? (command.document?.digest ?? null) : null;
    const decided = decide(command, this.history, frameworks);
    for (const { event, line } of decided) {
      const source = digest === null || line === null ? null : { document: digest, line };
      const revision = this.events.length;
      const place = { revision, position: revision + 1, recordedAt: '2020-01-01T12:00:00.000Z', source };
      evolve(this.history, event, place);
      this.events.push(event);
    }
    return decided.map(({ event }) => event);
  }

  planned(document: string, partial: boolean): FactsheetCommand {
    this.#documents += 1;
    const factsheet = readFactsheet(document, GGSR);
    const flags = { municipality: null, year: null, published: null, partial };
    const subject = subjectOf(factsheet, flags, '2020-01-01');
    const digest = createHash('sha256').update(document).digest('hex');
    const file = { name: 'factsheet.txt', text: document, digest };
    const key = `${digest} ${this.#documents}`;
    return toCommand(factsheet, subject, file, GGSR, this.history, partial, (name) => id(`${key} ${name}`));
  }

  /** All that stands, in words and without ids, whatever the order in which it came to stand. */
  stands(): unknown {
    const tests = visibleTests(this.history, NOW);
    return {
      verdicts: standingVerdicts(tests, frameworks, 2030).map(
        ({ indicator, status, basis, assessedIn, tests: behind }) => [
          indicator.code,
          status,
          basis,
          assessedIn,
          behind.length,
        ],
      ),
      assessments: this.history.assessments.map((assessment) => {
        const { header, reports, findings, commitments } = whatStands(assessment, this.history, this.events);
        return {
          header,
          // What is about no improvement point that stands is not seen, so it is left out.
          reports: reports
            .map(({ fact }) => [fact.reportedBy, fact.reportedOn, this.#points(fact.improvementPoints)])
            .filter(([, , points]) => points?.length !== 0),
          findings: sorted(
            findings.map(({ fact, narrative, attentionPoints, improvementPoint }) => [
              [...fact.indicators].sort(),
              fact.verdict,
              fact.basis,
              narrative,
              sorted(attentionPoints.map((point) => point.text)),
              fact.verdict === 'MET' ? null : (improvementPoint?.text ?? null),
              this.#points(fact.improvementPoints),
            ]),
          ),
          commitments: sorted(
            commitments
              .map(({ fact, text: words }) => [
                words,
                fact.dueOn,
                fact.madeBy,
                this.#points(fact.improvementPoints),
              ])
              .filter(([, , , points]) => points?.length !== 0),
          ),
        };
      }),
    };
  }

  /** Improvement points by what they say. */
  #points(ids: readonly string[]): string[] {
    return sorted(
      this.history.assessments.flatMap((assessment) =>
        whatStands(assessment, this.history, this.events).findings.flatMap(({ fact, improvementPoint }) =>
          improvementPoint !== null && fact.verdict !== 'MET' && ids.includes(improvementPoint.id)
            ? [improvementPoint.text]
            : [],
        ),
      ),
    );
  }
}

function sorted<T>(items: readonly T[]): T[] {
  const text = (item: T): string => JSON.stringify(item);
  return items.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
}
