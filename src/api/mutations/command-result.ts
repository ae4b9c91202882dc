import {
  type ClassType,
  Ctx,
  createUnionType,
  Field,
  ID,
  Int,
  InterfaceType,
  ObjectType,
  registerEnumType,
} from 'type-graphql';
import type { Position } from '../../domain/events';
import { REJECTIONS, type Rejection, type RejectionCode } from '../../domain/rejection';
import type { CommandResult, RevisionConflictError } from '../../handle-command';
import { toCursor } from '../connection';
import type { ReadScope } from '../read-scope';
import { shortened } from '../shortened';
import { ApproachType } from '../types/approach-type';
import { EventObject } from '../types/event-type';

const CommandRejectionEnum = Object.fromEntries(Object.keys(REJECTIONS).map((code) => [code, code]));
registerEnumType(CommandRejectionEnum, {
  name: 'CommandRejection',
  description:
    'Why a command is refused. More reasons may come; treat one that you do not know as any other.',
  valuesConfig: Object.fromEntries(
    Object.entries(REJECTIONS).map(([code, { why }]) => [code, { description: why }]),
  ),
});

/** What every mutation answers with, whatever became of the command. */
@InterfaceType('CommandAnswer', {
  description: 'What became of a command, and the point of the log that this is told of.',
})
export abstract class CommandAnswer {
  readonly #position: Position;

  @Field(() => String, {
    description:
      'Of a command that was accepted its place in the whole log; of one that was not, how far the log went where that was decided. Opaque; pass it as `after` to `events` for what comes behind it.',
  })
  readonly position: string;

  @Field(() => String, {
    description:
      'Token of the snapshot that the answer was read from: what `asOf: { snapshot }` reads, on any replica, is all that the register held at `position`.',
  })
  async snapshot(@Ctx('scope') scope: ReadScope): Promise<string> {
    return (await scope.snapshotAt(this.#position)).token;
  }

  constructor(position: Position) {
    this.#position = position;
    this.position = toCursor(position);
  }
}

/** What was recorded, and where the register stands since; every field of it is read at that point. */
@InterfaceType('CommandAccepted', {
  description:
    'The command was accepted. What the answer tells of the register is as of this command, also when it is sent again later.',
  implements: CommandAnswer,
})
export abstract class CommandAccepted extends CommandAnswer {
  @Field(() => ID, { description: 'The id of the command, as it was sent.' })
  readonly commandId: string;

  @Field(() => [EventObject], {
    description: 'The events that it gave, in order; empty where the register knew all of it already.',
  })
  readonly events: EventObject[];

  @Field(() => Int, {
    description:
      'The revision that the approach or framework is at by it: the `expectedRevision` of a command that builds on it.',
  })
  readonly revision: number;

  constructor(commandId: string, { events, position, revision }: CommandResult) {
    super(position);
    this.commandId = commandId;
    this.events = events.map((event) => new EventObject(event));
    this.revision = revision;
  }
}

/** A command to an approach was accepted. */
@ObjectType()
export abstract class ApproachWritten extends CommandAccepted {
  @Field(() => ApproachType, {
    description: 'The approach; what an assessment under way has found does not count in it yet.',
  })
  readonly approach!: ApproachType;
}

@InterfaceType('CommandProblem', {
  description: 'The command was not accepted, and nothing of it was recorded.',
  implements: CommandAnswer,
})
export abstract class CommandProblem extends CommandAnswer {
  @Field(() => String, { description: 'What is wrong, in a sentence for people.' })
  readonly message: string;

  constructor(position: Position, message: string) {
    super(position);
    this.message = message;
  }
}

@ObjectType('CommandRejected', {
  description:
    'What is known of the register does not allow the command. Sent again as it is, it is refused again.',
  implements: CommandProblem,
})
export class CommandRejected extends CommandProblem {
  @Field(() => CommandRejectionEnum, { description: 'Why: one of a fixed set, to branch on.' })
  readonly reason: RejectionCode;

  @Field(() => String, {
    nullable: true,
    description:
      'The field of the input that it concerns, as a path such as `themes.0.code`; null where it is none.',
  })
  readonly field: string | null;

  @Field(() => String, { description: 'What would be accepted in its place.' })
  readonly accepted: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The line of the document that it concerns, from 1; null where it is not about one.',
  })
  readonly line: number | null;

  constructor(position: Position, { code, message, field, accepted, line }: Rejection) {
    super(position, shortened(message));
    this.line = line;
    this.reason = code;
    this.field = field;
    this.accepted = accepted;
  }
}

@ObjectType('RevisionConflict', {
  description:
    'The approach or framework is not at the expected revision, or others kept writing to it. Read what is there now, and send the command again if it still fits.',
  implements: CommandProblem,
})
export class RevisionConflict extends CommandProblem {
  @Field(() => Int, {
    nullable: true,
    description: 'The revision that the command expected; null where it expected none.',
  })
  readonly expectedRevision: number | null;

  @Field(() => Int, { description: 'The revision that it is at; -1 where it is not there.' })
  readonly currentRevision: number;

  constructor(position: Position, { message, expected, actual }: RevisionConflictError) {
    super(position, shortened(message));
    this.expectedRevision = expected;
    this.currentRevision = actual;
  }
}

/** What a mutation answers with: its own type where it is accepted, or what every mutation may answer. */
export function resultOf(
  mutation: string,
  Accepted: ClassType<CommandAccepted>,
  ...others: ClassType<CommandProblem>[]
): object {
  return createUnionType({
    name: `${mutation}Result`,
    description: `What \`${mutation[0]?.toLowerCase()}${mutation.slice(1)}\` answers with.`,
    types: () => [Accepted, CommandRejected, RevisionConflict, ...others] as const,
  });
}
