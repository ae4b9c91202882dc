import { signLocalToken } from '../api/local-issuer';
import { ROLES, type Role } from '../api/principal';
import type { Config } from '../config';
import { municipalityByCode } from '../domain/municipalities';
import { makeFolderFor } from '../make-folder';
import { localKeyFileIn, whyNoLocalTokens } from '../token-rules';
import type { Output } from './output';
import { UsageError } from './usage-error';

export interface TokenOptions {
  readonly role: readonly string[];
  readonly inspectorate: readonly string[];
  readonly municipality: readonly string[];
  readonly framework: readonly string[];
  readonly subject: string;
  readonly hours: string;
}

/** Prints a token for trying out: a server on this machine believes it, one that others can reach does not. */
export async function tokenCommand(config: Config, options: TokenOptions, out: Output): Promise<void> {
  const reason = whyNoLocalTokens(config);
  if (reason !== null)
    throw new UsageError(`${reason}: such a server believes the issuers in OIDC_ISSUERS only`);
  const {
    role: roles,
    inspectorate: inspectorates,
    municipality: municipalities,
    framework: frameworks,
  } = options;
  if (roles.length === 0) throw new UsageError(`--role is missing; expected ${ROLES.join(', ')}`);
  const unknown = roles.find((role) => !ROLES.includes(role as Role));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is not a role; expected ${ROLES.join(', ')}`);
  if (roles.includes('inspector') && inspectorates.length === 0)
    throw new UsageError('an inspector needs --inspectorate, as assessments name it');
  if (roles.includes('integration') && municipalities.length + frameworks.length === 0)
    throw new UsageError('an integration needs --municipality or --framework');
  const noCode = municipalities.find((code) => municipalityByCode(code) === undefined);
  if (noCode !== undefined) throw new UsageError(`"${noCode}" is not the CBS code of a municipality`);
  const hours = Number(options.hours);
  if (!(hours > 0 && hours <= 24))
    throw new UsageError(`--hours is ${options.hours}; expected a number up to 24`);

  makeFolderFor('DATA_DIR', config.dataDir);
  const token = await signLocalToken(
    localKeyFileIn(config.dataDir),
    {
      sub: options.subject,
      roles,
      ...(inspectorates.length > 0 && { inspectorates }),
      ...(municipalities.length > 0 && { municipalities }),
      ...(frameworks.length > 0 && { frameworks }),
    },
    { audience: config.audience, lifetime: Math.round(hours * 3600) },
  );
  out.result(token, { token });
}
