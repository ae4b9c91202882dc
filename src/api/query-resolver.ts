import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { type ApproachRow, approachKey } from '../../projections/approaches';
import type { AsOf } from '../domain/as-of';
import { GGSR } from '../domain/ggsr';
import type { ImprovementPointStatus } from '../domain/improvement';
import { municipalityByCode } from '../domain/municipalities';
import { approachOfStream, approachStream } from '../domain/streams';
import { compareReadings } from './approach-comparison';
import { ApproachReading } from './approach-reading';
import { AsOfInput, toAsOf, yearAsked } from './as-of';
import { fromCursor, pageSize, toCursor } from './connection';
import { ImprovementPointStatusEnum, type TrendGrouping, TrendGroupingEnum } from './enums';
import { userError } from './errors';
import { eventFilter } from './event-filter';
import { eventPage } from './event-page';
import { improvementPointPage } from './improvement-point-page';
import { type Clocks, fromNodeId } from './node-id';
import type { ReadScope } from './read-scope';
import { releasedPlaces } from './released-events';
import { DateTimeScalar } from './scalars';
import { trendPoints } from './trend-points';
import { ApproachConnection, ApproachType } from './types/approach-type';
import { ComparisonType } from './types/comparison-type';
import { EventConnection } from './types/event-type';
import { FrameworkType, frameworkType } from './types/framework-type';
import { ImprovementPointConnection, ImprovementPointType, NodeType } from './types/improvement-point-type';
import { MunicipalityType } from './types/municipality-type';
import { SnapshotType } from './types/snapshot-type';
import { TrendPointType } from './types/trend-point-type';

const FIRST = 'At most so many, from 1 to 100.';
const AFTER = 'Behind this cursor; from the start where left out.';
const AS_OF = 'The point from which to read; now where left out.';
const SLUG = 'Slug of the approach, such as `integrale-aanpak`.';
const MUNICIPALITY = 'CBS code of the municipality, such as `GM0935`.';

@Resolver()
export class QueryResolver {
  @Query(() => FrameworkType, {
    nullable: true,
    description: 'The latest version of a framework; null where there is none.',
  })
  framework(
    @Ctx('scope') scope: ReadScope,
    @Arg('code', () => String, { description: 'Code of the framework, such as `GGSR`.' }) code: string,
  ): FrameworkType | null {
    const { latest } = scope.framework(code);
    return latest === undefined ? null : frameworkType(latest);
  }

  @Query(() => [FrameworkType], {
    description: 'All frameworks, each in its latest version, in order of code.',
  })
  frameworks(@Ctx('scope') scope: ReadScope): FrameworkType[] {
    return scope.frameworkCodes().flatMap((code) => {
      const { latest } = scope.framework(code);
      return latest === undefined ? [] : [frameworkType(latest)];
    });
  }

  @Query(() => MunicipalityType, {
    nullable: true,
    description: 'A municipality, existing or merged; null where there is none.',
  })
  municipality(
    @Arg('code', () => String, { description: MUNICIPALITY }) code: string,
  ): MunicipalityType | null {
    const municipality = municipalityByCode(municipalityCode(code));
    return municipality === undefined ? null : new MunicipalityType(municipality);
  }

  @Query(() => ApproachType, {
    nullable: true,
    description: 'An approach; null where there is none at that point.',
  })
  async approach(
    @Ctx('scope') scope: ReadScope,
    @Arg('municipality', () => String, { description: MUNICIPALITY }) municipality: string,
    @Arg('slug', () => String, { description: SLUG }) slug: string,
    @Arg('asOf', () => AsOfInput, { nullable: true, description: AS_OF }) asOf: AsOfInput | null,
  ): Promise<ApproachType | null> {
    const key = approachKey({ municipality: municipalityCode(municipality), slug });
    const reading = await loadReading(scope, key, asOf);
    return reading === null ? null : new ApproachType(reading);
  }

  @Query(() => ComparisonType, {
    nullable: true,
    description: 'What differs in an approach between two points; null where it is there at neither.',
  })
  async compare(
    @Ctx('scope') scope: ReadScope,
    @Arg('municipality', () => String, { description: MUNICIPALITY }) municipality: string,
    @Arg('slug', () => String, { description: SLUG }) slug: string,
    @Arg('from', () => AsOfInput, { nullable: true, description: AS_OF }) from: AsOfInput | null,
    @Arg('to', () => AsOfInput, { nullable: true, description: AS_OF }) to: AsOfInput | null,
  ): Promise<ComparisonType | null> {
    const row = await scope.approach.load(
      approachKey({ municipality: municipalityCode(municipality), slug }),
    );
    const points = await Promise.all([toAsOf(from, scope, 'from'), toAsOf(to, scope, 'to')]);
    if (row === null) return null;
    const [before, after] = points.map((clocks) => new ApproachReading(row, clocks, scope));
    if (before === undefined || after === undefined || !(before.isThere || after.isThere)) return null;
    return new ComparisonType(await compareReadings(before, after));
  }

  @Query(() => ApproachConnection, { description: 'The approaches, in order of municipality code and slug.' })
  async approaches(
    @Ctx('scope') scope: ReadScope,
    @Arg('first', () => Int, { defaultValue: 20, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
    @Arg('municipality', () => String, { nullable: true, description: MUNICIPALITY }) municipality:
      | string
      | null,
    @Arg('framework', () => String, {
      nullable: true,
      description: 'Only those assessed against this framework.',
    })
    framework: string | null,
    @Arg('asOf', () => AsOfInput, { nullable: true, description: AS_OF }) asOf: AsOfInput | null,
  ): Promise<ApproachConnection> {
    const size = pageSize(first);
    const only = knownMunicipality(municipality);
    const clocks = await toAsOf(asOf, scope);
    if (framework != null) assertFramework(scope, framework, clocks);
    const cursor = fromCursor(after, [['string', 'string']]);
    const found: ApproachReading[] = [];
    let begin = cursor === null ? null : { municipality: String(cursor[0]), slug: String(cursor[1]) };
    for (
      let rows: ApproachRow[] | null = null;
      rows === null || (rows.length > 0 && found.length <= size);
    ) {
      if (rows !== null) await scope.breathe();
      rows = scope.approachPage({
        after: begin,
        municipality: only,
        limit: size + 1,
      });
      begin = rows.at(-1) ?? begin;
      for (const row of rows) {
        const reading = new ApproachReading(row, clocks, scope);
        const isWanted = framework == null || reading.assessments.some((one) => one.framework === framework);
        if (!reading.isThere || !isWanted) continue;
        scope.hold([row]);
        found.push(reading);
      }
    }
    return new ApproachConnection({
      items: found.slice(0, size).map((reading) => ({
        node: new ApproachType(reading),
        cursor: toCursor(reading.row.municipality, reading.row.slug),
      })),
      hasNextPage: found.length > size,
      hasPreviousPage: cursor !== null,
    });
  }

  @Query(() => [TrendPointType], {
    description:
      'How many indicators of how many approaches were tested and met, by year and group, in that order.',
  })
  async trend(
    @Ctx('scope') scope: ReadScope,
    @Arg('framework', () => String, { description: 'Code of the framework.' }) framework: string,
    @Arg('by', () => TrendGroupingEnum, {
      defaultValue: 'THEME',
      description: 'What the points are drawn for.',
    })
    by: TrendGrouping,
    @Arg('from', () => Int, {
      nullable: true,
      description: 'No year before this; without it from the first with a test.',
    })
    from: number | null,
    @Arg('to', () => Int, {
      nullable: true,
      description:
        'No year behind this. There are no points behind the last year with a test, whatever it is.',
    })
    to: number | null,
    @Arg('municipality', () => String, { nullable: true, description: `Only this one. ${MUNICIPALITY}` })
    municipality: string | null,
    @Arg('asOf', () => AsOfInput, { nullable: true, description: AS_OF }) asOf: AsOfInput | null,
  ): Promise<TrendPointType[]> {
    const wanted = {
      ...{ framework, by },
      from: from == null ? null : yearAsked(from, 'from'),
      to: to == null ? null : yearAsked(to, 'to'),
      municipality: knownMunicipality(municipality),
    };
    if (wanted.from !== null && wanted.to !== null && wanted.from > wanted.to)
      throw userError(`from is ${from} and to is ${to}; expected from ≤ to`);
    const clocks = await toAsOf(asOf, scope);
    assertFramework(scope, framework, clocks);
    return trendPoints(scope, wanted, clocks);
  }

  @Query(() => ImprovementPointConnection, {
    description:
      'Improvement points of all approaches, in order of municipality code, slug and when they were opened.',
  })
  async improvementPoints(
    @Ctx('scope') scope: ReadScope,
    @Arg('status', () => ImprovementPointStatusEnum, { nullable: true, description: 'Only this status.' })
    status: ImprovementPointStatus | null,
    @Arg('municipality', () => String, { nullable: true, description: MUNICIPALITY }) municipality:
      | string
      | null,
    @Arg('first', () => Int, { defaultValue: 20, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
    @Arg('asOf', () => AsOfInput, { nullable: true, description: AS_OF }) asOf: AsOfInput | null,
  ): Promise<ImprovementPointConnection> {
    return improvementPointPage(scope, {
      first,
      after,
      status: status ?? null,
      municipality: knownMunicipality(municipality),
      asOf: await toAsOf(asOf, scope),
    });
  }

  @Query(() => EventConnection, {
    description:
      'The log itself, in its order. Who does not see an assessment yet gets all its events when it is made public.',
  })
  events(
    @Ctx('scope') scope: ReadScope,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
    @Arg('first', () => Int, { defaultValue: 50, description: FIRST }) first: number,
    @Arg('types', () => [String], {
      nullable: true,
      description:
        'Only these types of event, each such as `FindingRecorded` or `nl.toetsspoor.finding-recorded`.',
    })
    types: string[] | null,
    @Arg('approach', () => ID, { nullable: true, description: 'Only this approach, by its id.' }) approach:
      | string
      | null,
  ): Promise<EventConnection> {
    const filter = eventFilter({ types, approach });
    return eventPage(scope, first, after, (begin, limit) => releasedPlaces(scope, begin, filter, limit));
  }

  @Query(() => SnapshotType, {
    description:
      'What this answer is read from, or what the register held earlier: to have the same answer again, or to name in a report.',
  })
  async snapshot(
    @Ctx('scope') scope: ReadScope,
    @Arg('recordedBy', () => DateTimeScalar, {
      nullable: true,
      description: 'What it held at this instant; now where left out.',
    })
    recordedBy: string | null,
  ): Promise<SnapshotType> {
    const { upTo } = await toAsOf({ recordedBy }, scope);
    return new SnapshotType(await scope.snapshotAt(upTo));
  }

  @Query(() => NodeType, {
    nullable: true,
    description:
      'The thing with this global id, as of the point that it was read from, or as of now; null where there is none.',
  })
  async node(
    @Ctx('scope') scope: ReadScope,
    @Arg('id', () => ID, { description: 'Opaque global id.' }) id: string,
  ): Promise<NodeType | null> {
    const wanted = fromNodeId(id);
    if (wanted === null) {
      throw userError(
        `"${id}" is not an id of this register; expected the id of a node in one of its answers`,
      );
    }
    const [municipality, slug, point] = wanted.key.split('/');
    const reading = await loadReading(scope, `${municipality}/${slug}`, wanted.asOf);
    if (reading === null || wanted.kind === 'Approach')
      return reading === null ? null : new ApproachType(reading);
    const found = (await reading.improvementPoints()).find(({ fact }) => fact.id === point);
    return found === undefined ? null : new ImprovementPointType(reading, found);
  }
}

async function loadReading(
  scope: ReadScope,
  key: string,
  asOf: Clocks | null,
): Promise<ApproachReading | null> {
  const clocks = await toAsOf(asOf, scope);
  const row = await scope.approach.load(key);
  if (row === null) return null;
  const reading = new ApproachReading(row, clocks, scope);
  return reading.isThere ? reading : null;
}

/**
 * What a list is limited to must be there: a slip would pass for a list without items. The built-in framework is, also
 * before the first document needs it.
 * @throws GraphQLError with code BAD_USER_INPUT that names those that are there
 */
function assertFramework(scope: ReadScope, code: string, { upTo }: AsOf): void {
  const known = [...new Set([...scope.frameworkCodes(upTo), GGSR.code])].sort();
  if (!known.includes(code))
    throw userError(`framework "${code}" is not there at that point; expected one of ${known.join(', ')}`);
}

/**
 * The same for a municipality, which is in the table also before anything is recorded of it.
 * @throws GraphQLError with code BAD_USER_INPUT
 */
function knownMunicipality(code: string | null): string | null {
  if (code == null) return null;
  if (municipalityByCode(municipalityCode(code)) === undefined)
    throw userError(
      `municipality "${code}" is not there; expected the CBS code of one that exists or was merged`,
    );
  return code;
}

function municipalityCode(code: string): string {
  if (approachOfStream(approachStream(code, 'x')) === null) {
    throw userError(`municipality "${code}" is not a CBS code; expected GM and four digits, such as GM0935`);
  }
  return code;
}
