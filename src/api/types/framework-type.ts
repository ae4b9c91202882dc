import { Field, Int, ObjectType } from 'type-graphql';
import { type Criterion, type Framework, type Indicator, type Theme, themesOf } from '../../domain/framework';

@ObjectType('Theme', { description: 'A theme of a framework (thema).', simpleResolvers: true })
class ThemeType {
  @Field(() => String, { description: 'Stable code, such as `4`.' })
  readonly code!: string;
  @Field(() => String, { description: 'Official name.' })
  readonly name!: string;
  @Field(() => [CriterionType], { description: 'Its criteria in document order.' })
  readonly criteria!: readonly Criterion[];
}

@ObjectType('Criterion', { description: 'A criterion of a theme (criterium).', simpleResolvers: true })
class CriterionType {
  @Field(() => String, { description: 'Stable code, such as `4.2`.' })
  readonly code!: string;
  @Field(() => String, { description: 'Official name.' })
  readonly name!: string;
  @Field(() => ThemeType, { description: 'The theme that it belongs to.' })
  readonly theme!: Theme;
  @Field(() => [IndicatorType], { description: 'Its indicators in document order.' })
  readonly indicators!: readonly Indicator[];
}

@ObjectType('Indicator', {
  description: 'What is assessed (indicator): the smallest part of a framework.',
  simpleResolvers: true,
})
export class IndicatorType {
  @Field(() => String, { description: 'Stable code, such as `4.2.2`.' })
  readonly code!: string;
  @Field(() => String, { description: 'Official name.' })
  readonly name!: string;
  @Field(() => CriterionType, { description: 'The criterion that it belongs to.' })
  readonly criterion!: Criterion;
}

@ObjectType('Framework', {
  description: 'What approaches are assessed against (toetsingskader).',
  simpleResolvers: true,
})
export class FrameworkType {
  @Field(() => String, { description: 'Stable code, such as `GGSR`.' })
  readonly code!: string;
  @Field(() => Int, { description: 'Version, from 1.' })
  readonly version!: number;
  @Field(() => String, { description: 'Official name.' })
  readonly name!: string;
  @Field(() => [ThemeType], { description: 'Its themes in document order.' })
  readonly themes!: readonly Theme[];
}

/** A framework version as the API shows it. */
export function frameworkType(framework: Framework): FrameworkType {
  const { code, version, name } = framework;
  return { code, version, name, themes: themesOf(framework) };
}
