import { Command, CommanderError } from 'commander';
import { type Config, ConfigError, readConfig, unknownVariables } from '../config';
import { CopyError } from '../copy-log';
import { InvalidEventError } from '../domain/events';
import {
  AppendTooLargeError,
  LogInUseError,
  LogNotEmptyError,
  LogUnavailableError,
  UnusableLogError,
} from '../event-store/event-store';
import { OutFileError } from '../export/write-out';
import { ImportError } from '../import-factsheets';
import { LedgerMisfitError } from '../ledger/ledger';
import { LedgerFileError } from '../ledger/ledger-file';
import { NoteError } from '../ledger/note';
import { ExportLineError } from '../ledger/read-export';
import { FolderError } from '../make-folder';
import { LogReplacedError } from '../projector';
import { SecretFileError } from '../secret-file';
import { readServerConfig } from '../server-config';
import { WebhooksFileError } from '../webhooks/webhook';
import { backupCommand } from './backup-command';
import { checkpointCommand, publicKeyCommand } from './checkpoint-command';
import { copyCommand } from './copy-command';
import { generateCommand } from './generate-command';
import { importCommand } from './import-command';
import { output } from './output';
import { replayCommand } from './replay-command';
import { serveCommand } from './serve-command';
import { UsageError } from './usage-error';
import { verifyCommand } from './verify-command';
import { webhooksCommand } from './webhooks-command';

const ENVIRONMENT = `
Environment:
  DATA_DIR            folder of the log and the read models (default: data)
  EVENT_STORE_URL     the log, sqlite:PATH (default: sqlite:$DATA_DIR/events.db) or kurrentdb://HOST:PORT
  EVENT_STORE_PREFIX  what the names of our streams begin with on KurrentDB (default: toetsspoor-)
  MAX_LAG_SECONDS     how far read models may be behind the log for /readyz to say ready (default: 10)
  LEDGER_NAME         name of the signing key when it is made, and so of the log (default: toetsspoor)
  LEDGER_KEY          file of the signing key (default: $DATA_DIR/ledger.key)
  HOST, PORT          where serve and start listen (default: 127.0.0.1, 4000)
The README lists the others.

Exit status: 0 where all went well, 1 where it did not.`;

/** Runs a command line; the result is the exit status. */
export async function run(argv: readonly string[]): Promise<number> {
  let status = 0;
  const program = new Command('toetsspoor')
    .description('The history of inspection assessments, kept as events and served as a GraphQL API.')
    .addHelpText('after', ENVIRONMENT)
    .exitOverride();

  program
    .command('import')
    .description(
      'import factsheets; all of them, or none where one cannot be read; or restore an export of events',
    )
    .argument('<file...>', 'factsheets as UTF-8 text, or one events.ndjson into an empty log')
    .option('--municipality <name|code>', 'municipality, where the document does not name it')
    .option('--year <yyyy>', 'reference year, where the document does not say it')
    .option(
      '--published <edtf>',
      'publication date, where the document does not say it: 2015, 2015-06 or 2015-06-01',
    )
    .option('--partial', 'a baseline need not cover every indicator of the framework', false)
    .option(
      '--reissue',
      'the documents are new issues of ones that were imported: what they change is told and recorded',
      false,
    )
    .option('--reason <text>', 'why what a new issue corrects was wrong (default: that it is a new issue)')
    .option('--dry-run', 'tell what would be appended, and append nothing', false)
    .option('--actor <name>', 'who imports (default: the system user)')
    .option('--json', 'print the result as one line of JSON', false)
    .action((files: string[], options) => importCommand(config(), files, options, output(options.json)));

  program
    .command('checkpoint')
    .description('sign the state of the log, and print the note')
    .option('--public-key', 'print the key by which others verify it instead', false)
    .action((options) =>
      options.publicKey ? publicKeyCommand(config()) : checkpointCommand(config(), output(false)),
    );

  program
    .command('verify')
    .description('check the log against its ledger and checkpoints, and the read models against the log')
    .option('--checkpoint <file>', 'a checkpoint kept from earlier; may be repeated', collect, [])
    .option('--key <file>', 'the verifier key that signed it (default: the one of this register)')
    .option('--json', 'print the result as one line of JSON', false)
    .action(async (options) => {
      if (!(await verifyCommand(config(), options, output(options.json)))) status = 1;
    });

  program
    .command('export')
    .description('write all events as NDJSON, or a table as CSV')
    .argument('<what>', 'events, verdicts, developments or attention-points')
    .option('--as-of-reference <yyyy>', 'of a table: nothing that speaks of a later period')
    .option('--as-of-published <edtf>', 'of a table: nothing that was not public by the end of this date')
    .option('--as-of-recorded <instant>', 'of a table: nothing that this register learned later')
    .option('--out <file>', 'a file, which appears whole or not at all (default: standard output)')
    .action((what: string, options) => {
      // It reads by the API's own rules, which take a while to load.
      const { exportCommand } = require('./export-command') as typeof import('./export-command');
      return exportCommand(config(), what, options, output(false));
    });

  program
    .command('backup')
    .description('write log, ledger and key into one archive, beside a running server or without one')
    .argument('<file>', 'the archive (tar), which appears whole or not at all; it holds the signing key')
    .action((file: string) => backupCommand(config(), file, output(false)));

  program
    .command('webhooks')
    .description('say how far each webhook is, and which are dead')
    .option('--revive <id>', 'try this one again at once')
    .option('--json', 'print the result as one line of JSON', false)
    .action((options) => webhooksCommand(config(), options, output(options.json)));

  program
    .command('replay')
    .description('drop the read models, rebuild them from the log, and say whether anything differed')
    .option('--json', 'print the result as one line of JSON', false)
    .action((options) => replayCommand(config(), output(options.json)));

  program
    .command('copy')
    .description('copy a log, event by event, and check that the copy gives the same hashes')
    .option('--from <url>', 'the log, as in EVENT_STORE_URL (default: COPY_FROM, which hides a password)')
    .option(
      '--to <url>',
      'the copy: empty, or a beginning of the log, as an earlier copy left it (default: COPY_TO)',
    )
    .option('--from-prefix <prefix>', 'of the streams of the log on KurrentDB (default: EVENT_STORE_PREFIX)')
    .option('--to-prefix <prefix>', 'of the streams of the copy on KurrentDB (default: EVENT_STORE_PREFIX)')
    .option(
      '--without-texts <file>',
      'leave texts out: a line each, the id of an event or the SHA-256 of a document; # begins a remark',
    )
    .option('--reason <text>', 'why texts are left out; stands in the copy')
    .option('--actor <name>', 'by whose word (default: the system user)')
    .option('--json', 'print the result as one line of JSON', false)
    .action((options) => copyCommand(config(), options, output(options.json)));

  program
    .command('generate')
    .description('fill an empty log with a clearly synthetic set, for benchmarks and demonstrations')
    .requiredOption('--municipalities <n>', 'how many municipalities')
    .requiredOption('--approaches <n>', 'how many approaches in each')
    .requiredOption('--years <a..b>', 'first and last reference year, such as 2005..2024')
    .requiredOption('--seed <s>', 'the same seed and figures give the same events')
    .option('--json', 'print the result as one line of JSON', false)
    .action((options) => generateCommand(config(), options, output(options.json)));

  const more = (value: string, values: readonly string[]): readonly string[] => [...values, value];
  program
    .command('token')
    .description('print a token for trying out, which only a server that nobody else can reach believes')
    .option('--role <role>', 'reader, inspector, auditor, integration or admin; may be repeated', more, [])
    .option('--inspectorate <name>', "an inspector's own; may be repeated", more, [])
    .option('--municipality <code>', "an integration's own; may be repeated", more, [])
    .option('--framework <code>', "an integration's own; may be repeated", more, [])
    .option('--subject <name>', 'who it is for', 'try-out')
    .option('--hours <n>', 'how long it is valid', '8')
    .option('--json', 'print the result as one line of JSON', false)
    .action((options) => {
      // Loaded only where it is used, as it brings all that signs and checks tokens.
      const { tokenCommand } = require('./token-command') as typeof import('./token-command');
      return tokenCommand(config(), options, output(options.json));
    });

  program
    .command('serve')
    .description('serve what the log holds: /graphql, /healthz, /readyz')
    .action(() => serveCommand(readServerConfig(), output(false), { withSamples: false }));

  program
    .command('start')
    .description('serve; where the log is empty, import the samples first')
    .action(() => serveCommand(readServerConfig(), output(false), { withSamples: true }));

  // A name that was misspelt would else be noticed by what is missing, such as a log that is empty.
  program.hook('preAction', () => {
    for (const line of unknownVariables()) process.stderr.write(`${line}\n`);
  });

  try {
    await program.parseAsync(argv);
    return status;
  } catch (error) {
    // Commander has printed its own message: 0 for help, an error otherwise.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (isForTheUser(error)) {
      const isOfSqlite = 'errcode' in error;
      process.stderr.write(`${isOfSqlite ? 'SQLite could not go on: ' : ''}${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

function config(): Config {
  return readConfig();
}

/** Errors whose message says all that the user needs; of others the stack is of use. */
function isForTheUser(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof UsageError ||
    error instanceof WebhooksFileError ||
    error instanceof ImportError ||
    error instanceof CopyError ||
    error instanceof LogNotEmptyError ||
    error instanceof LogInUseError ||
    error instanceof UnusableLogError ||
    error instanceof LogUnavailableError ||
    error instanceof LogReplacedError ||
    error instanceof AppendTooLargeError ||
    error instanceof InvalidEventError ||
    error instanceof ExportLineError ||
    error instanceof OutFileError ||
    error instanceof FolderError ||
    error instanceof LedgerFileError ||
    error instanceof LedgerMisfitError ||
    error instanceof SecretFileError ||
    error instanceof NoteError ||
    // What the system refuses, such as an address in use, a folder that cannot be made or a full disk.
    (error instanceof Error && ('syscall' in error || 'errcode' in error))
  );
}
