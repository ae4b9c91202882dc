import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { LONGEST_SLUG, slugOf } from '../../domain/streams';
import type { ApiContext } from '../context';
import { CommandInput } from './command-input';
import { ApproachWritten, CommandAccepted, CommandRejected, resultOf } from './command-result';
import { type CommandAnswer, onApproach } from './run-command';

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
    if (slug === '' || slug.length > LONGEST_SLUG) {
      const accepted = `a name that gives a slug of 1 to ${LONGEST_SLUG} characters`;
      const message = `name gives the slug "${slug}"; expected ${accepted}`;
      return new CommandRejected('VALUE_NOT_ACCEPTED', message, 'name', accepted);
    }
    const data = { municipality, slug, name };
    return onApproach(
      context,
      ApproachRegistered,
      input,
      { municipality, slug },
      () => ({ type: 'RegisterApproach', data }),
      () => ({}),
    );
  }
}
