import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum Verdict {
  MET = 'MET',
  IMPROVEMENT_NEEDED = 'IMPROVEMENT_NEEDED',
}
registerEnumType(Verdict, { name: 'Verdict' });

export enum VerdictBasis {
  ASSESSED = 'ASSESSED',
  REPORTED = 'REPORTED',
}
registerEnumType(VerdictBasis, { name: 'VerdictBasis' });

@ObjectType()
export class Theme {
  @Field()
  code!: string;

  @Field()
  name!: string;
}

@ObjectType()
export class Criterion {
  themeId!: number;

  @Field()
  code!: string;

  @Field()
  name!: string;
}

@ObjectType()
export class Indicator {
  criterionId!: number;

  @Field()
  code!: string;

  @Field()
  name!: string;
}

@ObjectType()
export class Finding {
  @Field(() => ID)
  id!: number;

  @Field(() => Verdict)
  verdict!: string;

  @Field()
  narrative!: string;
}

@ObjectType()
export class AttentionPoint {
  @Field(() => ID)
  id!: number;

  @Field()
  text!: string;
}

@ObjectType()
export class IndicatorVerdict {
  id!: number;
  indicatorId!: number;

  @Field(() => Verdict)
  status!: string;

  @Field(() => VerdictBasis)
  basis!: string;

  @Field(() => Int)
  assessedIn!: number;

  @Field()
  carriedForward!: boolean;
}

@ObjectType()
export class Approach {
  @Field(() => ID)
  id!: number;

  @Field()
  municipality!: string;

  @Field()
  slug!: string;

  @Field()
  name!: string;
}
