import { approachKey } from '../../../projections/approaches';
import type { AssessmentFact } from '../../domain/facts';
import { findFinding, findingAt } from '../../domain/history-lookups';
import {
  attentionPointsAt,
  type ImprovementPointReading,
  improvementPointsAt,
} from '../../domain/improvement';
import type { ApproachKey } from '../../handle-command';
import { ApproachReading } from '../approach-reading';
import { asOfNow } from '../as-of';
import type { ReadScope } from '../read-scope';
import { ApproachType } from '../types/approach-type';
import { AssessmentType } from '../types/assessment-type';
import { AttentionPointType, FindingType } from '../types/finding-type';
import { CommitmentType, FollowUpType, ImprovementPointType } from '../types/improvement-point-type';

/**
 * An approach as a command has left it, for the one who sent it: with what is in assessments under way.
 * What it is asked for was written by the command, so it is there.
 */
export class WrittenApproach {
  readonly #reading: ApproachReading;

  private constructor(reading: ApproachReading) {
    this.#reading = reading;
  }

  static async read(scope: ReadScope, key: ApproachKey): Promise<WrittenApproach> {
    const row = await scope.approach.load(approachKey(key));
    if (row === null) throw new RangeError(`there is no approach ${approachKey(key)}`);
    return new WrittenApproach(new ApproachReading(row, asOfNow(scope), scope));
  }

  get approach(): ApproachType {
    return new ApproachType(this.#reading);
  }

  assessment(id: string): AssessmentType {
    return new AssessmentType(
      this.#reading,
      this.#assessment(({ id: one }) => one === id),
    );
  }

  finding(id: string): FindingType {
    return new FindingType(this.#reading, this.#test(id));
  }

  attentionPoint(id: string, findingId: string): AttentionPointType {
    const test = this.#test(findingId);
    const point = attentionPointsAt([test], this.#reading.asOf).find(({ fact }) => fact.id === id);
    return new AttentionPointType(this.#reading, there(point, id));
  }

  findingOfAttentionPoint(id: string): FindingType {
    const assessment = this.#assessment(({ found }) => found.attentionPoints.some((one) => one.id === id));
    const point = there(
      assessment.found.attentionPoints.find((one) => one.id === id),
      id,
    );
    return new FindingType(this.#reading, { assessment, reading: findingAt(assessment, point.finding) });
  }

  async improvementPoint(id: string): Promise<ImprovementPointType> {
    const own = this.#assessment(({ found }) => found.improvementPoints.some((point) => point.id === id));
    const { history, framework, asOf, assessments } = this.#reading;
    const tests = await Promise.all(
      [...new Set([...assessments, own])].map((one) => this.#reading.findings(one)),
    );
    const points = improvementPointsAt(history, tests.flat(), framework, asOf);
    return new ImprovementPointType(
      this.#reading,
      points.find(({ fact }) => fact.id === id) ?? byItself(own, id),
    );
  }

  async followUp(id: string): Promise<FollowUpType> {
    const report = there(
      this.#reading.history.followed.followUps.find((one) => one.id === id),
      id,
    );
    const points = await this.#reading.improvementPoints();
    const readings = points.flatMap(({ followUps }) => followUps);
    // Where it does not count, or not yet, it is shown by itself.
    return new FollowUpType(
      this.#reading,
      readings.find((reading) => reading.report?.id === id) ?? { report, judgements: [] },
    );
  }

  commitment(id: string): CommitmentType {
    const { history, asOf } = this.#reading;
    const fact = there(
      history.followed.commitments.find((one) => one.id === id),
      id,
    );
    const isSettled = fact.settled !== null && fact.settled.position <= asOf.upTo;
    return new CommitmentType(this.#reading, { fact, settled: isSettled ? fact.settled : null });
  }

  #assessment(isIt: (assessment: AssessmentFact) => boolean): AssessmentFact {
    return there(this.#reading.history.assessments.find(isIt), 'that was written to');
  }

  #test(findingId: string) {
    const { assessment, finding } = there(findFinding(this.#reading.history, findingId), findingId);
    return { assessment, reading: finding };
  }
}

/** An improvement point that went with its finding since, as it was opened. */
function byItself(assessment: AssessmentFact, id: string): ImprovementPointReading {
  const fact = there(
    assessment.found.improvementPoints.find((point) => point.id === id),
    id,
  );
  const opening = { assessment, reading: findingAt(assessment, fact.finding) };
  const wording = fact.corrections.at(-1) ?? fact;
  return { fact, wording, opening, status: 'OPEN', followUps: [], commitments: [] };
}

function there<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new RangeError(`the read models do not have ${id}, which was written`);
  return value;
}
