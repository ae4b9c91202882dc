import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('TrendPoint', {
  description: 'One group in one year. The counts are of indicator × approach.',
  simpleResolvers: true,
})
export class TrendPointType {
  @Field(() => Int, { description: 'The reference year.' })
  readonly year!: number;
  @Field(() => String, { description: 'Code of the group: theme, criterion, indicator or municipality.' })
  readonly code!: string;
  @Field(() => String, { description: 'Name of the group.' })
  readonly name!: string;
  @Field(() => Int, {
    description:
      'The framework version that names the group so: the newest that any approach asked about was assessed against by that year or, for what that asks no more, the last that did. Year, code and this tell points apart.',
  })
  readonly frameworkVersion!: number;
  @Field(() => Int, { description: 'How many approaches this point rests on: to be shown with every trend.' })
  readonly approaches!: number;
  @Field(() => Int, { description: 'Tested in that year.' })
  readonly tested!: number;
  @Field(() => Int, { description: 'Of those tested: met.' })
  readonly met!: number;
  @Field(() => Int, { description: 'Of those tested: to be improved.' })
  readonly improvementNeeded!: number;
  @Field(() => Int, { description: 'Not tested in that year: the verdict of an earlier year stands.' })
  readonly carriedForward!: number;
  @Field(() => Int, { description: 'Warnings raised in that year, each counted once.' })
  readonly attentionPoints!: number;
}
