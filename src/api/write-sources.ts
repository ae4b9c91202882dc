import type { ApproachCommand } from '../domain/approach-commands';
import type { Position } from '../domain/events';
import type { FrameworkCommand } from '../domain/framework';
import type { ApproachKey, CommandContext, CommandResult } from '../handle-command';
import type { ImportedFactsheet, ImportOptions } from '../import-factsheets';

/** What mutations write by; made once, shared by all requests. */
export interface WriteSources {
  /** @throws as `handleApproachCommand` */
  readonly onApproach: (
    approach: ApproachKey,
    command: ApproachCommand,
    context: CommandContext,
  ) => Promise<CommandResult>;
  /** @throws as `handleFrameworkCommand` */
  readonly onFramework: (command: FrameworkCommand, context: CommandContext) => Promise<CommandResult>;
  /** @throws as `importFactsheets` */
  readonly importFactsheet: (
    document: { readonly name: string; readonly text: string },
    options: Pick<ImportOptions, 'flags' | 'reissue' | 'reason' | 'actor' | 'command'>,
  ) => Promise<ImportedFactsheet & { readonly result: CommandResult }>;
  /** Resolves once the read models hold all that the log holds now: false where that takes too long. */
  readonly level: () => Promise<boolean>;
  /** The stream that the command with this id wrote to, as far as the read models know; null where there is none. */
  readonly streamOfCommand: (commandId: string) => string | null;
  /** What its ids are made of, where a command with this id stands in that stream: see `keyOfCommand`. */
  readonly keyOfCommand: (stream: string, commandId: string) => Promise<string>;
  /** Whether the command with this id in that stream is known to have said something else: see `saidOtherwise`. */
  readonly saidOtherwise: (stream: string, commandId: string, content: string) => Promise<boolean>;
  /** Resolves once the read models hold that position: false where that takes too long. */
  readonly reached: (position: Position) => Promise<boolean>;
}
