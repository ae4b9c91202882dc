import type { DomainEvent, EventData, Themes } from './events';
import { assertLegible } from './legible';
import { Rejection } from './rejection';

/** One version of a framework: what can be assessed, in document order. */
export interface Framework {
  readonly code: string;
  readonly version: number;
  readonly name: string;
  readonly themes: Themes;
}

/** A theme with its criteria in document order. */
export interface Theme {
  readonly code: string;
  readonly name: string;
  readonly criteria: readonly Criterion[];
}

/** A criterion in its theme, with its indicators in document order. */
export interface Criterion {
  readonly code: string;
  readonly name: string;
  readonly theme: Theme;
  readonly indicators: readonly Indicator[];
}

/** An indicator in its criterion: the smallest part of a framework. */
export interface Indicator {
  readonly code: string;
  readonly name: string;
  readonly criterion: Criterion;
}

/** The themes of a framework version, each part leading up and down to the others. */
export function themesOf(framework: Pick<Framework, 'themes'>): Theme[] {
  return framework.themes.map(({ code, name, criteria }) => {
    const theme = { code, name, criteria: [] as Criterion[] };
    for (const part of criteria) {
      const criterion = { code: part.code, name: part.name, theme, indicators: [] as Indicator[] };
      criterion.indicators.push(...part.indicators.map((indicator) => ({ ...indicator, criterion })));
      theme.criteria.push(criterion);
    }
    return theme;
  });
}

/** All indicators of a framework version in document order. */
export function indicatorsOf(framework: Pick<Framework, 'themes'>): Indicator[] {
  return themesOf(framework).flatMap(({ criteria }) => criteria.flatMap(({ indicators }) => indicators));
}

/**
 * A framework with all its versions, and what is the same in them. An indicator's *line* is the indicator
 * through the versions that ask the same: verdicts are carried along a line, not along a code.
 */
export class FrameworkLine {
  readonly #versions = new Map<number, FrameworkVersion>();
  #latest: Framework | undefined;

  /** Adds the next version: the first, or one with the indicators that are equivalent to the version before. */
  add(framework: Framework, equivalents: EventData<'FrameworkRevised'>['equivalents']): this {
    const before = this.#latest === undefined ? undefined : this.#versions.get(this.#latest.version);
    const oldCodes = new Map(equivalents.map(({ from, to }) => [to, from]));
    const byCode = new Map<string, string>();
    const byLine = new Map<string, Indicator>();
    for (const indicator of indicatorsOf(framework)) {
      const line =
        before?.byCode.get(oldCodes.get(indicator.code) ?? '') ?? `${framework.version}/${indicator.code}`;
      byCode.set(indicator.code, line);
      byLine.set(line, indicator);
    }
    this.#versions.set(framework.version, { framework, byCode, byLine, lines: [...byLine.keys()] });
    this.#latest = framework;
    return this;
  }

  get latest(): Framework | undefined {
    return this.#latest;
  }

  version(version: number): Framework | undefined {
    return this.#versions.get(version)?.framework;
  }

  /** The line of an indicator; undefined where the version has no such code. */
  lineOf(version: number, code: string): string | undefined {
    return this.#versions.get(version)?.byCode.get(code);
  }

  /** The indicator on that line in that version; undefined where the version no longer asks it. */
  indicatorOf(version: number, line: string): Indicator | undefined {
    return this.#versions.get(version)?.byLine.get(line);
  }

  /**
   * The indicators of all versions by their lines, told in the words of one version and in its order; behind
   * them those that it does not ask, each as the last version that asks it does.
   */
  indicatorsByLine(version: number): ReadonlyMap<string, Indicator> {
    const indicators = new Map(this.#versions.get(version)?.byLine);
    for (const { byLine } of [...this.#versions.values()].reverse()) {
      for (const [line, indicator] of byLine) if (!indicators.has(line)) indicators.set(line, indicator);
    }
    return indicators;
  }

  /** The version in whose words {@link indicatorsByLine} tells a line: that version, or the last that asks it. */
  toldIn(version: number, line: string): number {
    if (this.indicatorOf(version, line) !== undefined) return version;
    return [...this.#versions.keys()].findLast((one) => this.indicatorOf(one, line) !== undefined) ?? version;
  }

  /** The lines of a version in framework order. */
  linesOf(version: number): readonly string[] {
    return this.#versions.get(version)?.lines ?? [];
  }
}

interface FrameworkVersion {
  readonly framework: Framework;
  /** Line by code, and indicator by line. */
  readonly byCode: ReadonlyMap<string, string>;
  readonly byLine: ReadonlyMap<string, Indicator>;
  readonly lines: readonly string[];
}

/** Adds a framework event to the line. */
export function evolveFramework(line: FrameworkLine, event: DomainEvent): FrameworkLine {
  if (event.type !== 'FrameworkPublished' && event.type !== 'FrameworkRevised') return line;
  const { framework: code, version, name, themes } = event.data;
  const equivalents = event.type === 'FrameworkRevised' ? event.data.equivalents : [];
  return line.add({ code, version, name, themes }, equivalents);
}

export type FrameworkCommand =
  | { readonly type: 'PublishFramework'; readonly framework: Framework }
  | {
      readonly type: 'ReviseFramework';
      readonly framework: Framework;
      readonly equivalents: EventData<'FrameworkRevised'>['equivalents'];
    };

/** @throws Rejection where the framework's history does not allow it. */
export function decideFramework(command: FrameworkCommand, line: FrameworkLine): DomainEvent[] {
  const { code, version, name, themes } = command.framework;
  assertUniqueCodes(command.framework);
  const { latest } = line;
  if (command.type === 'PublishFramework') {
    if (latest !== undefined) {
      throw new Rejection(
        'FRAMEWORK_EXISTS',
        `framework ${code} is there, in version ${latest.version}`,
        'code',
      );
    }
    if (version !== 1) {
      throw new Rejection('WRONG_VERSION', 'a framework begins with version 1', 'version', { accepted: '1' });
    }
    return legible({ type: 'FrameworkPublished', data: { framework: code, version, name, themes } });
  }
  if (latest === undefined)
    throw new Rejection('FRAMEWORK_UNKNOWN', `there is no framework ${code} to revise`, 'code');
  if (version !== latest.version + 1) {
    const next = latest.version + 1;
    throw new Rejection(
      'WRONG_VERSION',
      `the next version of ${code} is ${next}, not ${version}`,
      'version',
      {
        accepted: String(next),
      },
    );
  }
  assertEquivalents(command.equivalents, latest, command.framework);
  const { equivalents } = command;
  return legible({ type: 'FrameworkRevised', data: { framework: code, version, name, themes, equivalents } });
}

function legible(event: DomainEvent): DomainEvent[] {
  assertLegible(event);
  return [event];
}

function assertUniqueCodes(framework: Framework): void {
  const codes = [
    ...framework.themes.map(({ code }) => code),
    ...framework.themes.flatMap(({ criteria }) => criteria.map(({ code }) => code)),
    ...indicatorsOf(framework).map(({ code }) => code),
  ];
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice !== undefined) {
    throw new Rejection(
      'CODE_NOT_UNIQUE',
      `code ${twice} stands twice in framework ${framework.code}`,
      'themes',
    );
  }
}

function assertEquivalents(
  equivalents: EventData<'FrameworkRevised'>['equivalents'],
  old: Framework,
  next: Framework,
): void {
  for (const [side, framework] of [
    ['from', old],
    ['to', next],
  ] as const) {
    const known = new Set(indicatorsOf(framework).map(({ code }) => code));
    const codes = equivalents.map((pair) => pair[side]);
    const unknown = codes.find((code) => !known.has(code));
    if (unknown !== undefined) {
      throw new Rejection(
        'INDICATOR_UNKNOWN',
        `version ${framework.version} has no indicator ${unknown}`,
        'equivalents',
        { accepted: [...known].join(', ') },
      );
    }
    const twice = codes.find((code, index) => codes.indexOf(code) !== index);
    if (twice !== undefined) {
      throw new Rejection(
        'CODE_NOT_UNIQUE',
        `indicator ${twice} has more than one equivalent`,
        'equivalents',
      );
    }
  }
}
