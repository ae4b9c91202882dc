import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { Rejection } from '../../domain/rejection';
import { LONGEST_SLUG, slugOf } from '../../domain/streams';
import type { ApiContext } from '../context';
import { CommandInput } from './command-input';
import { ApproachWritten, CommandAccepted, type CommandAnswer, resultOf } from './command-result';
import { onApproach } from './run-command';

@InputType({ description: 'An approach to register.' })
class RegisterApproachInput extends CommandInput {
  @Field(() => String, { description: 'CBS code of the municipality, such as `GM0935`, existing or merged.' })
  municipality!: string;
  @Field(() => String, {
    description:
      'Its name. The slug is made of it: without diacritics, in lower case, each run of other characters than letters and digits becomes one hyphen.',
  })
  name!: string;
}

@ObjectType({ description: '`registerApproach` was accepted.', implements: CommandAccepted })
class ApproachRegistered extends ApproachWritten {}
const RegisterApproachResult = resultOf('RegisterApproach', ApproachRegistered);

@Resolver()
export class ApproachMutations {
  @Mutation(() => RegisterApproachResult, {
    description: 'Registers an approach: it becomes known to the register, and can be assessed.',
  })
  async registerApproach(
    @Ctx() context: ApiContext,
    @Arg('input', () => RegisterApproachInput, { description: 'The approach.' }) input: RegisterApproachInput,
  ): Promise<CommandAnswer> {
    const { municipality, name } = input;
    const slug = slugOf(name);
    return onApproach(
      context,
      ApproachRegistered,
      input,
      { municipality, slug },
      () => {
        assertSlug(slug);
        return { type: 'RegisterApproach', data: { municipality, slug, name } };
      },
      () => ({}),
    );
  }
}

/** @throws Rejection where no approach can be called so. */
function assertSlug(slug: string): void {
  if (slug !== '' && slug.length <= LONGEST_SLUG) return;
  const accepted = `a name that gives a slug of 1 to ${LONGEST_SLUG} characters`;
  const message = `name gives the slug "${slug}"; expected ${accepted}`;
  throw new Rejection('VALUE_NOT_ACCEPTED', message, 'name', { accepted });
}
