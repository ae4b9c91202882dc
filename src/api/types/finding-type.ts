import { Field, ID, Int, ObjectType } from 'type-graphql';
import { correctedReading, supersedingReading, withdrawalAt } from '../../domain/corrections';
import type { Verdict, VerdictBasis } from '../../domain/events';
import type { AttentionPointFact } from '../../domain/facts';
import type { Indicator } from '../../domain/framework';
import { attentionPointsAt } from '../../domain/improvement';
import type { Test } from '../../domain/verdicts';
import type { ApproachReading } from '../approach-reading';
import { VerdictBasisEnum, VerdictEnum } from '../enums';
import { sourceOfFinding } from '../passages';
import { CorrectionType } from './correction-type';
import { IndicatorType } from './framework-type';
import { SourcePassage } from './source-passage-type';

@ObjectType('Finding', {
  description: 'What the inspectorate found, with its verdict (bevinding). It covers one or more indicators.',
})
export class FindingType {
  readonly #reading: ApproachReading;
  readonly #test: Test;

  constructor(reading: ApproachReading, test: Test) {
    this.#reading = reading;
    this.#test = test;
  }

  @Field(() => ID, { description: 'UUID of this reading of the finding.' })
  id(): string {
    return this.#test.reading.id;
  }

  @Field(() => VerdictEnum, { description: 'The verdict of this finding alone.' })
  verdict(): Verdict {
    return this.#test.reading.verdict;
  }

  @Field(() => VerdictBasisEnum, { description: 'What the verdict rests on.' })
  basis(): VerdictBasis {
    return this.#test.reading.basis;
  }

  @Field(() => Int, { description: 'Reference year of the assessment that it was made in.' })
  assessedIn(): number {
    return this.#test.assessment.year;
  }

  @Field(() => String, { description: 'What was found, in the words of the document.' })
  narrative(): Promise<string> {
    return this.#reading.text(this.#test.reading);
  }

  @Field(() => [IndicatorType], { description: 'The indicators that it covers, in framework order.' })
  indicators(): Indicator[] {
    return indicatorsOfFinding(this.#reading, this.#test);
  }

  @Field(() => [AttentionPointType], { description: 'The warnings that stand beside it.' })
  attentionPoints(): AttentionPointType[] {
    return attentionPointsOf(this.#reading, [this.#test]);
  }

  @Field(() => FindingType, {
    nullable: true,
    description: 'The reading that this one corrects; null where it is the first.',
  })
  corrects(): FindingType | null {
    const { assessment, reading } = this.#test;
    const corrected = correctedReading(assessment.found.findings, reading, this.#reading.asOf);
    return corrected === null ? null : new FindingType(this.#reading, { assessment, reading: corrected });
  }

  @Field(() => FindingType, {
    nullable: true,
    description: 'The reading that came in its place; null where it stands, or was withdrawn.',
  })
  supersededBy(): FindingType | null {
    const { assessment, reading } = this.#test;
    const later = supersedingReading(assessment.found.findings, reading, this.#reading.asOf);
    return later === null ? null : new FindingType(this.#reading, { assessment, reading: later });
  }

  @Field(() => CorrectionType, {
    nullable: true,
    description: 'Why and by whom the reading before it was corrected; null where it is the first.',
  })
  async correction(): Promise<CorrectionType | null> {
    const { reading } = this.#test;
    return reading.corrects === null ? null : CorrectionType.read(this.#reading, reading);
  }

  @Field(() => CorrectionType, {
    nullable: true,
    description: 'Why and by whom it was withdrawn; null where it was not.',
  })
  async withdrawal(): Promise<CorrectionType | null> {
    const withdrawn = withdrawalAt(this.#test.reading, this.#reading.asOf);
    return withdrawn === null ? null : CorrectionType.read(this.#reading, withdrawn);
  }

  @Field(() => SourcePassage, {
    nullable: true,
    description: 'The passage that it was read from; null where it came from no document.',
  })
  source(): Promise<SourcePassage | null> {
    return sourceOfFinding(this.#reading, this.#test.reading.source);
  }
}

@ObjectType('AttentionPoint', {
  description: 'A warning beside a finding (LET OP). It never changes the verdict.',
})
export class AttentionPointType {
  readonly #reading: ApproachReading;
  readonly #fact: AttentionPointFact;
  readonly #test: Test;

  constructor(reading: ApproachReading, fact: AttentionPointFact, test: Test) {
    this.#reading = reading;
    this.#fact = fact;
    this.#test = test;
  }

  @Field(() => ID, { description: 'UUID of the attention point.' })
  id(): string {
    return this.#fact.id;
  }

  @Field(() => String, { description: 'The warning, without the words LET OP.' })
  text(): Promise<string> {
    return this.#reading.text(this.#fact);
  }

  @Field(() => Int, { description: 'Reference year of the assessment that raised it.' })
  raisedIn(): number {
    return this.#test.assessment.year;
  }

  @Field(() => FindingType, { description: 'The finding that it stands beside.' })
  finding(): FindingType {
    return new FindingType(this.#reading, this.#test);
  }
}

/** The attention points beside these findings, in the order in which they were raised. */
export function attentionPointsOf(reading: ApproachReading, tests: readonly Test[]): AttentionPointType[] {
  return attentionPointsAt(tests, reading.asOf).map(
    ({ fact, test }) => new AttentionPointType(reading, fact, test),
  );
}

/** The indicators of a finding, as the framework version of its assessment names them, in framework order. */
export function indicatorsOfFinding(
  reading: ApproachReading,
  { reading: finding, assessment }: Test,
): Indicator[] {
  const { framework, frameworkVersion: version } = assessment;
  const line = reading.framework(framework);
  const covered = new Set(finding.indicators);
  return line.linesOf(version).flatMap((key) => {
    const indicator = line.indicatorOf(version, key);
    return indicator !== undefined && covered.has(indicator.code) ? [indicator] : [];
  });
}
