import { Field, ID, Int, ObjectType } from 'type-graphql';
import { correctedReading, supersedingReading, withdrawalAt } from '../../domain/corrections';
import type { Verdict, VerdictBasis } from '../../domain/events';
import type { AttentionPointFact } from '../../domain/facts';
import type { Indicator } from '../../domain/framework';
import { type AttentionPointReading, attentionPointsAt } from '../../domain/improvement';
import type { Test } from '../../domain/verdicts';
import type { ApproachReading } from '../approach-reading';
import { DerivedField } from '../derived-field';
import { VerdictBasisEnum, VerdictEnum } from '../enums';
import { sourceOfFinding } from '../passages';
import { CorrectionType } from './correction-type';
import { IndicatorType } from './framework-type';
import { SourcePassage } from './source-passage-type';

@ObjectType('Finding', {
  description: 'What the inspectorate found, with its verdict (bevinding). It covers one or more indicators.',
  simpleResolvers: true,
})
export class FindingType {
  readonly #reading: ApproachReading;
  readonly #test: Test;
  #indicators: readonly Indicator[] | undefined;
  #attentionPoints: readonly AttentionPointType[] | undefined;
  #source: SourcePassage | null | undefined;

  constructor(reading: ApproachReading, test: Test) {
    this.#reading = reading;
    this.#test = test;
  }

  @DerivedField(() => ID, { description: 'UUID of this reading of the finding.' })
  get id(): string {
    return this.#test.reading.id;
  }

  @DerivedField(() => VerdictEnum, { description: 'The verdict of this finding alone.' })
  get verdict(): Verdict {
    return this.#test.reading.verdict;
  }

  @DerivedField(() => VerdictBasisEnum, { description: 'What the verdict rests on.' })
  get basis(): VerdictBasis {
    return this.#test.reading.basis;
  }

  @DerivedField(() => Int, { description: 'Reference year of the assessment that it was made in.' })
  get assessedIn(): number {
    return this.#test.assessment.year;
  }

  @DerivedField(() => String, { description: 'What was found, in the words of the document.' })
  get narrative(): string {
    return this.#reading.text(this.#test.reading);
  }

  @DerivedField(() => [IndicatorType], { description: 'The indicators that it covers, in framework order.' })
  get indicators(): readonly Indicator[] {
    this.#indicators ??= indicatorsOfFinding(this.#reading, this.#test);
    return this.#indicators;
  }

  @DerivedField(() => [AttentionPointType], { description: 'The warnings that stand beside it.' })
  get attentionPoints(): readonly AttentionPointType[] {
    this.#attentionPoints ??= attentionPointsOf(
      this.#reading,
      attentionPointsAt([this.#test], this.#reading.asOf),
    );
    return this.#attentionPoints;
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

  @DerivedField(() => SourcePassage, {
    nullable: true,
    description: 'The passage that it was read from; null where it came from no document.',
  })
  get source(): SourcePassage | null {
    if (this.#source === undefined) this.#source = sourceOfFinding(this.#reading, this.#test.reading);
    return this.#source;
  }
}

@ObjectType('AttentionPoint', {
  description: 'A warning beside a finding (LET OP). It never changes the verdict.',
  simpleResolvers: true,
})
export class AttentionPointType {
  readonly #reading: ApproachReading;
  readonly #fact: AttentionPointFact;
  readonly #test: Test;
  #finding: FindingType | undefined;

  constructor(reading: ApproachReading, { fact, test }: AttentionPointReading) {
    this.#reading = reading;
    this.#fact = fact;
    this.#test = test;
  }

  @DerivedField(() => ID, { description: 'UUID of the attention point.' })
  get id(): string {
    return this.#fact.id;
  }

  @DerivedField(() => String, { description: 'The warning, without the words LET OP.' })
  get text(): string {
    return this.#reading.text(this.#fact);
  }

  @DerivedField(() => Int, { description: 'Reference year of the assessment that raised it.' })
  get raisedIn(): number {
    return this.#test.assessment.year;
  }

  @DerivedField(() => FindingType, { description: 'The finding that it stands beside.' })
  get finding(): FindingType {
    this.#finding ??= new FindingType(this.#reading, this.#test);
    return this.#finding;
  }
}

export function findingsOf(reading: ApproachReading, tests: readonly Test[]): FindingType[] {
  return tests.map((test) => new FindingType(reading, test));
}

export function attentionPointsOf(
  reading: ApproachReading,
  points: readonly AttentionPointReading[],
): AttentionPointType[] {
  return points.map((point) => new AttentionPointType(reading, point));
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
