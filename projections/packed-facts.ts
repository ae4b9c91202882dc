import type { FindingFact, FollowedFacts, FoundFacts } from '../src/domain/facts';
import { isFollowed, type PartFacts, type PartKey } from './stored-history';

/**
 * How parts of histories are stored: facts as arrays of their values, without the names of the fields. Most
 * of a read model is made of them, and reading it is mostly parsing them.
 */
type PackedFound = [
  sources: FoundFacts['sources'],
  developments: FoundFacts['developments'],
  findings: PackedFinding[],
  attentionPoints: PackedAttentionPoint[],
  improvementPoints: PackedImprovementPoint[],
];
/** What hardly any finding or point has stands last, and is left out where it has not: each null takes its time to read. */
type PackedAttentionPoint = [
  revision: number,
  position: number,
  id: string,
  finding: number,
  changes?: Pick<FoundFacts['attentionPoints'][number], 'publishedOn' | 'withdrawn'>,
];
type PackedImprovementPoint = [
  revision: number,
  position: number,
  id: string,
  finding: number,
  corrections?: FoundFacts['improvementPoints'][number]['corrections'],
];
type PackedFinding = [
  revision: number,
  position: number,
  id: string,
  indicators: readonly string[],
  verdict: FindingFact['verdict'],
  basis: FindingFact['basis'],
  root: number,
  source?: FindingFact['source'],
  followUp?: string | null,
  improvementPoints?: readonly string[] | null,
  corrects?: number | null,
  publishedOn?: string | null,
  withdrawn?: FindingFact['withdrawn'],
];

function packFinding(one: FindingFact): PackedFinding {
  const packed: PackedFinding = [
    one.revision,
    one.position,
    one.id,
    one.indicators,
    one.verdict,
    one.basis,
    one.root,
    one.source,
    one.followUp,
    one.improvementPoints.length === 0 ? null : one.improvementPoints,
    one.corrects,
    one.publishedOn,
    one.withdrawn,
  ];
  while (packed.at(-1) === null) packed.pop();
  return packed;
}

function packFound(found: FoundFacts): string {
  const packed: PackedFound = [
    found.sources,
    found.developments,
    found.findings.map(packFinding),
    found.attentionPoints.map(({ revision, position, id, finding, publishedOn, withdrawn }) =>
      publishedOn === null && withdrawn === null
        ? [revision, position, id, finding]
        : [revision, position, id, finding, { publishedOn, withdrawn }],
    ),
    found.improvementPoints.map(({ revision, position, id, finding, corrections }) =>
      corrections.length === 0
        ? [revision, position, id, finding]
        : [revision, position, id, finding, corrections],
    ),
  ];
  return JSON.stringify(packed);
}

function unpackFound(text: string): FoundFacts {
  const [sources, developments, findings, attentionPoints, improvementPoints]: PackedFound = JSON.parse(text);
  return {
    sources,
    developments,
    findings: findings.map(
      ([
        revision,
        position,
        id,
        indicators,
        verdict,
        basis,
        root,
        source = null,
        followUp = null,
        points,
        corrects = null,
        publishedOn = null,
        withdrawn = null,
      ]) => ({
        revision,
        position,
        id,
        indicators,
        verdict,
        basis,
        root,
        source,
        corrects,
        publishedOn,
        followUp,
        improvementPoints: points ?? [],
        withdrawn,
      }),
    ),
    attentionPoints: attentionPoints.map(([revision, position, id, finding, changes]) => ({
      revision,
      position,
      id,
      finding,
      publishedOn: changes?.publishedOn ?? null,
      withdrawn: changes?.withdrawn ?? null,
    })),
    improvementPoints: improvementPoints.map(([revision, position, id, finding, corrections]) => ({
      revision,
      position,
      id,
      finding,
      corrections: corrections ?? [],
    })),
  };
}

/** A part of a history as it is stored. What followed is one part an approach, so it needs no packing. */
export function packPart(key: PartKey, facts: PartFacts): string {
  return isFollowed(key) ? JSON.stringify(facts) : packFound(facts as FoundFacts);
}

/** What was stored by {@link packPart}. */
export function unpackPart(key: PartKey, text: string): PartFacts {
  return isFollowed(key) ? (JSON.parse(text) as FollowedFacts) : unpackFound(text);
}
