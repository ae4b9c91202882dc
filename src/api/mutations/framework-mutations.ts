import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { ApiContext } from '../context';
import { FrameworkType, frameworkType } from '../types/framework-type';
import { CommandInput } from './command-input';
import { CommandAccepted, type CommandAnswer, resultOf } from './command-result';
import { onFramework } from './run-command';

@InputType({ description: 'An indicator, as a framework has it.' })
class IndicatorInput {
  @Field(() => String, {
    description: 'Its code, unique in the framework: numbers with dots, such as `4.2.2`.',
  })
  code!: string;
  @Field(() => String, { description: 'Its official name.' })
  name!: string;
}

@InputType({ description: 'A criterion, as a framework has it.' })
class CriterionInput {
  @Field(() => String, {
    description: 'Its code, unique in the framework: numbers with dots, such as `4.2`.',
  })
  code!: string;
  @Field(() => String, { description: 'Its official name.' })
  name!: string;
  @Field(() => [IndicatorInput], { description: 'Its indicators in document order, at least one.' })
  indicators!: IndicatorInput[];
}

@InputType({ description: 'A theme, as a framework has it.' })
class ThemeInput {
  @Field(() => String, { description: 'Its code, unique in the framework: numbers with dots, such as `4`.' })
  code!: string;
  @Field(() => String, { description: 'Its official name.' })
  name!: string;
  @Field(() => [CriterionInput], { description: 'Its criteria in document order, at least one.' })
  criteria!: CriterionInput[];
}

@InputType()
abstract class FrameworkInput extends CommandInput {
  @Field(() => String, { description: 'Code of the framework: capitals and digits, such as `GGSR`.' })
  code!: string;
  @Field(() => String, { description: 'Its official name.' })
  name!: string;
  @Field(() => [ThemeInput], { description: 'Its themes in document order, at least one.' })
  themes!: ThemeInput[];
}

@InputType({ description: 'A framework to publish: its version 1.' })
class PublishFrameworkInput extends FrameworkInput {}

@InputType({
  description: 'An indicator of the version before, and the one of the new version that asks the same.',
})
class EquivalentIndicatorsInput {
  @Field(() => String, { description: 'Code in the version before.' })
  from!: string;
  @Field(() => String, { description: 'Code in the new version.' })
  to!: string;
}

@InputType({ description: 'A new version of a framework.' })
class ReviseFrameworkInput extends FrameworkInput {
  @Field(() => Int, { description: 'The new version: the one behind the latest.' })
  version!: number;
  @Field(() => [EquivalentIndicatorsInput], {
    description:
      'Which indicators ask the same as before: verdicts are carried along them. An indicator that stands here on neither side was dropped, or is new.',
  })
  equivalents!: EquivalentIndicatorsInput[];
}

@ObjectType({ description: '`publishFramework` was accepted.', implements: CommandAccepted })
class FrameworkPublished extends CommandAccepted {
  @Field(() => FrameworkType, { description: 'The framework.' })
  readonly framework!: FrameworkType;
}
const PublishFrameworkResult = resultOf('PublishFramework', FrameworkPublished);

@ObjectType({ description: '`reviseFramework` was accepted.', implements: CommandAccepted })
class FrameworkRevised extends CommandAccepted {
  @Field(() => FrameworkType, { description: 'The new version.' })
  readonly framework!: FrameworkType;
}
const ReviseFrameworkResult = resultOf('ReviseFramework', FrameworkRevised);

@Resolver()
export class FrameworkMutations {
  @Mutation(() => PublishFrameworkResult, {
    description: 'Publishes a framework: what approaches are assessed against.',
  })
  publishFramework(
    @Ctx() context: ApiContext,
    @Arg('input', () => PublishFrameworkInput, { description: 'The framework.' })
    input: PublishFrameworkInput,
  ): Promise<CommandAnswer> {
    const framework = frameworkOf(input, 1);
    return onFramework(context, FrameworkPublished, input, { type: 'PublishFramework', framework }, () => ({
      framework: frameworkType(framework),
    }));
  }

  @Mutation(() => ReviseFrameworkResult, {
    description: 'Revises a framework: its next version, and which indicators ask the same as before.',
  })
  reviseFramework(
    @Ctx() context: ApiContext,
    @Arg('input', () => ReviseFrameworkInput, { description: 'The new version.' })
    input: ReviseFrameworkInput,
  ): Promise<CommandAnswer> {
    const framework = frameworkOf(input, input.version);
    const equivalents = input.equivalents.map(({ from, to }) => ({ from, to }));
    return onFramework(
      context,
      FrameworkRevised,
      input,
      { type: 'ReviseFramework', framework, equivalents },
      () => ({
        framework: frameworkType(framework),
      }),
    );
  }
}

/** Field by field, as an event holds nothing else. */
function frameworkOf({ code, name, themes }: FrameworkInput, version: number) {
  return {
    code,
    version,
    name,
    themes: themes.map(({ criteria, ...theme }) => ({
      ...named(theme),
      criteria: criteria.map(({ indicators, ...criterion }) => ({
        ...named(criterion),
        indicators: indicators.map(named),
      })),
    })),
  };
}

function named({ code, name }: { readonly code: string; readonly name: string }) {
  return { code, name };
}
