import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { contentOf } from '../../command-digest';
import type { AssessmentKind, Position } from '../../domain/events';
import { Rejection } from '../../domain/rejection';
import { FactsheetError, type Said } from '../../factsheet/factsheet';
import { figuresOf } from '../../factsheet/figures';
import { reused } from '../../handle-command';
import { ImportError } from '../../import-factsheets';
import type { ReadDocument } from '../../plan-imports';
import type { ApiContext } from '../context';
import { AssessmentKindEnum } from '../enums';
import { EdtfScalar } from '../scalars';
import { AssessmentType } from '../types/assessment-type';
import { CommandInput } from './command-input';
import {
  ApproachWritten,
  CommandAccepted,
  type CommandAnswer,
  CommandProblem,
  resultOf,
} from './command-result';
import { ABOUT_SENDING, answer } from './run-command';
import { WrittenApproach } from './written-approach';

@InputType({ description: 'A factsheet: its text, and what it does not say itself.' })
class ImportFactsheetInput extends CommandInput {
  @Field(() => String, { description: 'Name of its file, as it is called in what is read from it.' })
  name!: string;
  @Field(() => String, {
    description: 'Its whole text, unchanged: the SHA-256 of its UTF-8 form is what the document is known by.',
  })
  text!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Name or CBS code of the municipality, where the document does not say which it is.',
  })
  municipality?: string | null;
  @Field(() => Int, { nullable: true, description: 'Reference year, where the document does not say it.' })
  year?: number | null;
  @Field(() => EdtfScalar, {
    nullable: true,
    description:
      'When it was published, where the document does not say it; left out where that is not known.',
  })
  publishedOn?: string | null;
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'True where a baseline need not cover every indicator of the framework.',
  })
  partial!: boolean;
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'True for a new issue of a document that was imported: what it changes is recorded as corrections.',
  })
  reissue!: boolean;
  @Field(() => String, {
    nullable: true,
    description: 'Of a new issue: why what it corrects was wrong; left out: that a new issue says otherwise.',
  })
  reason?: string | null;
}

@ObjectType('FactsheetRemark', {
  description: 'Something about a passage of a factsheet.',
  simpleResolvers: true,
})
class FactsheetRemark {
  @Field(() => Int, {
    nullable: true,
    description: 'Line, from 1; null where the document as a whole is meant.',
  })
  readonly line!: number | null;
  @Field(() => String, {
    description: 'What there is to say of it; of what is wrong, also what was expected.',
  })
  readonly message!: string;
}

@ObjectType('FactsheetReading', {
  description: 'What a factsheet was read as, to check the reading by.',
  simpleResolvers: true,
})
class FactsheetReading {
  @Field(() => AssessmentKindEnum, { description: 'Baseline or follow-up.' })
  readonly kind!: AssessmentKind;
  @Field(() => Int, { description: 'The reference year.' })
  readonly year!: number;
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'When it was published; null where that is not known.',
  })
  readonly publishedOn!: string | null;
  @Field(() => Int, { description: 'Rows of the table.' })
  readonly rows!: number;
  @Field(() => Int, { description: 'Indicators in them.' })
  readonly indicators!: number;
  @Field(() => Int, { description: 'Findings: one for each mark.' })
  readonly findings!: number;
  @Field(() => Int, { description: 'Of these ✓.' })
  readonly met!: number;
  @Field(() => Int, { description: 'Of these ✗.' })
  readonly improvementNeeded!: number;
  @Field(() => Int, { description: 'Warnings (LET OP).' })
  readonly attentionPoints!: number;
  @Field(() => Int, { description: 'Sources that were consulted.' })
  readonly sources!: number;
  @Field(() => Int, {
    nullable: true,
    description: 'Families that the approach supported; null where it does not say.',
  })
  readonly familiesReached!: number | null;
}

@ObjectType({ description: '`importFactsheet` was accepted.', implements: CommandAccepted })
class FactsheetImported extends ApproachWritten {
  @Field(() => AssessmentType, { description: 'The assessment that the document tells of.' })
  readonly assessment!: AssessmentType;
  @Field(() => FactsheetReading, { description: 'What it was read as.' })
  readonly reading!: FactsheetReading;
  @Field(() => [FactsheetRemark], {
    description:
      'Of a new issue: what it changes; of one that was imported before, what it changed then. Empty where it said what the register held already.',
  })
  readonly changes!: readonly FactsheetRemark[];
  @Field(() => [FactsheetRemark], {
    description:
      'What was not understood, or is otherwise worth a look: nothing that keeps the document out.',
  })
  readonly warnings!: readonly FactsheetRemark[];
}

@ObjectType({
  description: 'The document cannot be read as a factsheet, and nothing of it was recorded.',
  implements: CommandProblem,
})
class FactsheetNotRead extends CommandProblem {
  @Field(() => [FactsheetRemark], { description: 'All that is wrong, in order of lines.' })
  readonly problems: readonly FactsheetRemark[];

  constructor(position: Position, { problems }: FactsheetError) {
    const remarks = problems.map(({ line, message }) => ({ line, message: inWordsOfInput(message) }));
    super(
      position,
      remarks.map(({ line, message }) => (line === null ? message : `line ${line}: ${message}`)).join('\n'),
    );
    this.problems = remarks;
  }
}

const ImportFactsheetResult = resultOf('ImportFactsheet', FactsheetImported, FactsheetNotRead);

@Resolver()
export class ImportMutation {
  @Mutation(() => ImportFactsheetResult, {
    description:
      'Imports a factsheet: reads it, and records what it says in one go, concluded and public, or nothing. A document that was imported before, with the same options, is accepted and changes nothing.',
  })
  async importFactsheet(
    @Ctx() context: ApiContext,
    @Arg('input', () => ImportFactsheetInput, { description: 'The factsheet.' }) input: ImportFactsheetInput,
  ): Promise<CommandAnswer> {
    const { commandId, name, text, municipality = null, year, publishedOn = null, partial } = input;
    const { reissue, reason = null } = input;
    const flags = { municipality, year: year == null ? null : String(year), published: publishedOn, partial };
    let imported: Awaited<ReturnType<ApiContext['writes']['importFactsheet']>>;
    return answer(
      context,
      input,
      async ({ actor, correlationId, expectedRevision = null, onRead }, limits, usedIn) => {
        assertReason(reason, reissue);
        // The file may be called otherwise: what it says is the same.
        const content = contentOf(FactsheetImported.name, input, [...ABOUT_SENDING, 'name']);
        if (usedIn !== null && (await context.writes.saidOtherwise(usedIn, commandId, content)))
          throw reused(commandId);
        const command = { correlationId, expectedRevision, limits, usedIn, content, onRead };
        imported = await context.writes
          .importFactsheet({ name, text }, { flags, reissue, reason, actor, command })
          .catch((error: unknown) => {
            throw asRejection(error, input, usedIn === null ? null : commandId);
          });
        return imported.result;
      },
      async (result) => {
        const written = await WrittenApproach.read(context.scope, imported.approach);
        return Object.assign(new FactsheetImported(commandId, result), {
          approach: written.approach,
          assessment: written.assessment(imported.assessmentId),
          reading: readingOf(imported.document),
          changes: imported.changes.map(toRemark),
          warnings: imported.warnings.map(toRemark),
        });
      },
      (field) => nameInInput(field, input),
      (error, decidedAt) => (error instanceof FactsheetError ? new FactsheetNotRead(decidedAt, error) : null),
    );
  }
}

/** @throws Rejection where there is a reason and no new issue that it is of. */
function assertReason(reason: string | null, reissue: boolean): void {
  if (reason === null || (reissue && reason.trim() !== '')) return;
  const accepted = 'why what a new issue corrects was wrong, with reissue: true';
  throw new Rejection('VALUE_NOT_ACCEPTED', `reason is not used; expected ${accepted}`, 'reason', {
    accepted,
  });
}

/**
 * What was wrong with the document.
 * @param usedId the id of the command, where it is that of an earlier one
 */
function asRejection(error: unknown, { reissue }: ImportFactsheetInput, usedId: string | null): unknown {
  const cause = error instanceof ImportError ? error.cause : error;
  // The document of this very command was accepted: where this one is not, it is the command that differs.
  if (cause instanceof Rejection && usedId !== null) return reused(usedId);
  if (cause instanceof Rejection && cause.code === 'ASSESSMENT_EXISTS' && !reissue) {
    const { code, message, field, line } = cause;
    const accepted = `reissue: true for a new issue of its document; else ${cause.accepted}`;
    return new Rejection(code, message, field, { accepted, line });
  }
  return cause;
}

/** What is not given beside the document, the document says, at the line that the rejection has. */
function nameInInput(field: string, input: ImportFactsheetInput): string {
  const name = field === 'reference' ? 'year' : field;
  return Object.entries(input).some(([own, value]) => own === name && value != null) ? name : 'text';
}

function readingOf({ factsheet, subject: { year, publishedOn } }: ReadDocument): FactsheetReading {
  return { kind: factsheet.kind, year: Number(year), publishedOn, ...figuresOf(factsheet) };
}

function toRemark({ line, value }: Said<string>): FactsheetRemark {
  return { line, message: inWordsOfInput(value) };
}

/** What the command line calls its options, as the input calls them. */
function inWordsOfInput(message: string): string {
  return message
    .replaceAll(/--municipality (?:NAME or )?CODE/g, 'municipality, its CBS code or name')
    .replaceAll('--year YYYY', 'year')
    .replaceAll('--published', 'publishedOn')
    .replaceAll(/--(municipality|year|partial|reissue)\b/g, '$1');
}
