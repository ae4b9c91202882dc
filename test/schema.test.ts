import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  getIntrospectionQuery,
  graphqlSync,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  print,
  validateSchema,
} from 'graphql';
import { buildApiSchema, printApiSchema } from '../src/api/schema';

/** What others rely on: the names of the design, with exactly these types. More may be there, nothing less. */
const FIXED = `
  scalar EDTF
  scalar DateTime
  input AsOf { reference: EDTF  publishedBy: EDTF  recordedBy: DateTime }

  type Query {
    framework(code: String!): Framework
    approach(municipality: String!, slug: String!, asOf: AsOf): Approach
    approaches(first: Int! = 20, after: String, municipality: String, framework: String, asOf: AsOf): ApproachConnection!
    trend(framework: String!, by: TrendGrouping! = THEME, from: Int, to: Int, asOf: AsOf): [TrendPoint!]!
    improvementPoints(status: ImprovementPointStatus, municipality: String, first: Int! = 20, after: String, asOf: AsOf): ImprovementPointConnection!
    events(after: String, first: Int! = 50, types: [String!], approach: ID): EventConnection!
    node(id: ID!): Node
  }
  interface Node { id: ID! }

  type Framework { code: String! name: String! }
  type Theme { code: String! name: String! }
  type Criterion { code: String! name: String! theme: Theme! }
  type Indicator { code: String! name: String! criterion: Criterion! }
  type Municipality { code: String! name: String! validFrom: EDTF validUntil: EDTF successor: Municipality }

  type Approach implements Node {
    id: ID! slug: String! name: String! description: String
    municipality: Municipality!
    assessments: [Assessment!]!
    verdicts(theme: String, status: Verdict): [IndicatorVerdict!]!
    development(from: Int!, to: Int!): Development!
    improvementPoints: [ImprovementPoint!]!
    attentionPoints: [AttentionPoint!]!
    history(first: Int! = 50, after: String): EventConnection!
  }
  type Assessment {
    year: Int! kind: AssessmentKind! assessor: String! publishedOn: EDTF
    sources: [Source!]! findings: [Finding!]! notes: [String!]!
  }
  type Source { name: String! }
  type IndicatorVerdict {
    indicator: Indicator! status: Verdict! basis: VerdictBasis! assessedIn: Int! carriedForward: Boolean!
    findings: [Finding!]! attentionPoints: [AttentionPoint!]! explanation: [Event!]!
  }
  type Finding {
    verdict: Verdict! narrative: String! indicators: [Indicator!]! attentionPoints: [AttentionPoint!]!
    source: SourcePassage
  }
  type SourcePassage { document: String! line: Int! text: String! }
  type AttentionPoint { text: String! finding: Finding! }

  type Development { from: Int! to: Int! summary: [ChangeCount!]! rows: [IndicatorDevelopment!]! }
  type ChangeCount { change: Change! count: Int! }
  type IndicatorDevelopment {
    indicator: Indicator! change: Change! before: IndicatorVerdict after: IndicatorVerdict
  }

  type ImprovementPoint implements Node {
    id: ID! text: String! status: ImprovementPointStatus! indicators: [Indicator!]! openedIn: Int!
    followUps: [FollowUp!]! commitments: [Commitment!]!
  }
  type FollowUp {
    reportedBy: String reportedOn: EDTF verdict: Verdict basis: VerdictBasis narrative: String assessedIn: Int
  }
  type Commitment { text: String! dueOn: EDTF status: CommitmentStatus! }

  type TrendPoint {
    year: Int! code: String! name: String! approaches: Int!
    tested: Int! met: Int! improvementNeeded: Int! carriedForward: Int! attentionPoints: Int!
  }
  type Event { id: ID! type: String! recordedAt: DateTime! }

  enum Verdict { MET IMPROVEMENT_NEEDED }
  enum VerdictBasis { ASSESSED REPORTED }
  enum AssessmentKind { BASELINE FOLLOW_UP }
  enum ImprovementPointStatus { OPEN REPORTED RESOLVED PERSISTENT }
  enum CommitmentStatus { OPEN }
  enum TrendGrouping { THEME CRITERION INDICATOR MUNICIPALITY }
  enum Change { RESOLVED PERSISTENT REGRESSED SUSTAINED NOT_RETESTED NEWLY_ASSESSED FRAMEWORK_CHANGED }

  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type ApproachConnection { edges: [ApproachEdge!]! pageInfo: PageInfo! }
  type ApproachEdge { cursor: String! node: Approach! }
  type ImprovementPointConnection { edges: [ImprovementPointEdge!]! pageInfo: PageInfo! }
  type ImprovementPointEdge { cursor: String! node: ImprovementPoint! }
  type EventConnection { edges: [EventEdge!]! pageInfo: PageInfo! }
  type EventEdge { cursor: String! node: Event! }
`;
/** Enums of which a value more would break clients that branch on it. */
const CLOSED = ['Verdict', 'VerdictBasis', 'ImprovementPointStatus', 'TrendGrouping', 'Change'];

describe('The schema', () => {
  const schema = buildApiSchema();
  const parts = partsOf(schema);

  it('is the one in schema.graphql', () => {
    const path = join(__dirname, '../schema.graphql');
    if (readFileSync(path, 'utf8') !== printApiSchema()) {
      throw new Error(
        'schema.graphql is not what the code gives: run `npm run schema` and look at what changed',
      );
    }
  });

  it('is valid, and introspection tells all of it', () => {
    expect(validateSchema(schema)).toEqual([]);
    expect(graphqlSync({ schema, source: getIntrospectionQuery() }).errors).toBeUndefined();
  });

  it('describes every type, field, argument, enum value and input field', () => {
    const silent = [...parts].filter(([, { description }]) => !description?.trim()).map(([name]) => name);
    expect(silent).toEqual([]);
  });

  it('has what others rely on, with these types', () => {
    const fixed = [...partsOf(buildSchema(FIXED))].map(([name, { is }]) => `${name}: ${is}`);
    const found = [...parts].map(([name, { is }]) => `${name}: ${is}`);
    expect(found).toEqual(expect.arrayContaining(fixed));
    expect(fixed.length).toBeGreaterThan(150);
  });

  it.each(CLOSED)('has no other values in %s', (name) => {
    const valuesIn = (of: ReadonlyMap<string, Part>) =>
      [...of.keys()].filter((part) => part.startsWith(`${name}.`)).sort();
    expect(valuesIn(parts)).toEqual(valuesIn(partsOf(buildSchema(FIXED))));
  });
});

interface Part {
  /** Kind or type, with the default where there is one. */
  readonly is: string;
  readonly description: string | null | undefined;
}

/** Everything that has a name, by its coordinate, such as `Query.approach(slug:)`. */
function partsOf(schema: GraphQLSchema): Map<string, Part> {
  const parts = new Map<string, Part>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    parts.set(type.name, { is: kindOf(type), description: type.description });
    if (isEnumType(type)) {
      for (const { name, description } of type.getValues()) {
        parts.set(`${type.name}.${name}`, { is: 'value', description });
      }
    }
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        const place = `${type.name}.${field.name}`;
        parts.set(place, { is: String(field.type), description: field.description });
        for (const argument of 'args' in field ? field.args : []) {
          const value = argument.astNode?.defaultValue;
          const preset = value ? print(value) : argument.defaultValue;
          const is = preset === undefined ? String(argument.type) : `${argument.type} = ${preset}`;
          parts.set(`${place}(${argument.name}:)`, { is, description: argument.description });
        }
      }
    }
  }
  return parts;
}

function kindOf(type: GraphQLNamedType): string {
  const kind = type.constructor.name;
  return isObjectType(type) ? [kind, ...type.getInterfaces().map(({ name }) => name)].join(' ') : kind;
}
