import type { EventData, RecordedEvent } from '../../src/domain/events';

/**
 * What stands for an approach at the end of the log, found without the rules of `src/domain`: where both
 * give the same answers, neither is likely to be wrong. It knows only what a generated log holds: one
 * framework, one assessment for an approach and year, everything concluded and public.
 */

/** A finding, or the correction that replaced it. */
export interface Reading {
  readonly ordinal: number;
  readonly year: number;
  readonly version: number;
  readonly indicators: readonly string[];
  readonly verdict: string;
  readonly basis: string;
  readonly narrative: string;
  readonly attentionPoints: string[];
}

interface Finding {
  readonly readings: { readonly id: string; readonly reading: Reading; withdrawn: boolean }[];
}

export interface FoldedApproach {
  readonly name: string;
  readonly lastYear: number;
  /** In order of year, then as recorded. */
  readonly readings: readonly Reading[];
}

export function foldApproach(events: Iterable<RecordedEvent>): FoldedApproach {
  let name = '';
  let lastYear = 0;
  const assessments = new Map<string, { year: number; version: number }>();
  const findings: Finding[] = [];
  const byId = new Map<string, Finding>();
  const attentionPoints = new Map<string, { readonly of: string[]; readonly text: string }>();

  const record = (
    data: EventData<'FindingRecorded'> | EventData<'FollowUpAssessed'>,
    basis: string,
  ): void => {
    const { year, version } = assessments.get(data.assessmentId) ?? { year: 0, version: 0 };
    const { findingId, indicators, verdict } = data;
    const reading: Reading = {
      ordinal: findings.length,
      year,
      version,
      indicators,
      verdict,
      basis,
      narrative: textOf(data.narrative),
      attentionPoints: [],
    };
    const finding = { readings: [{ id: findingId, reading, withdrawn: false }] };
    findings.push(finding);
    byId.set(findingId, finding);
  };

  for (const event of events) {
    switch (event.type) {
      case 'ApproachRegistered':
        name = event.data.name;
        break;
      case 'AssessmentOpened': {
        const year = Number(event.data.reference);
        assessments.set(event.data.assessmentId, { year, version: event.data.frameworkVersion });
        lastYear = Math.max(lastYear, year);
        break;
      }
      case 'FindingRecorded':
        record(event.data, 'ASSESSED');
        break;
      case 'FollowUpAssessed':
        record(event.data, event.data.basis);
        break;
      case 'AttentionPointRaised': {
        const { attentionPointId, findingId } = event.data;
        const of = byId.get(findingId)?.readings[0]?.reading.attentionPoints ?? [];
        const text = textOf(event.data.text);
        of.push(text);
        attentionPoints.set(attentionPointId, { of, text });
        break;
      }
      case 'AttentionPointWithdrawn': {
        const { of = [], text = '' } = attentionPoints.get(event.data.attentionPointId) ?? {};
        of.splice(of.indexOf(text), 1);
        break;
      }
      case 'FindingCorrected': {
        const { findingId, corrects, indicators, verdict, basis, narrative } = event.data;
        const finding = byId.get(corrects);
        const first = finding?.readings[0];
        if (finding === undefined || first === undefined) break;
        const reading = { ...first.reading, indicators, verdict, basis, narrative: textOf(narrative) };
        finding.readings.push({ id: findingId, reading, withdrawn: false });
        byId.set(findingId, finding);
        break;
      }
      case 'FindingWithdrawn': {
        const { findingId } = event.data;
        const reading = byId.get(findingId)?.readings.find(({ id }) => id === findingId);
        if (reading !== undefined) reading.withdrawn = true;
        break;
      }
    }
  }

  const standing = findings
    .filter(({ readings }) => readings[0]?.withdrawn === false)
    .flatMap(({ readings }) => readings.findLast(({ withdrawn }) => !withdrawn)?.reading ?? [])
    .sort((a, b) => a.year - b.year || a.ordinal - b.ordinal);
  return { name, lastYear, readings: standing };
}

function textOf(text: { readonly text: string } | { readonly digest: string }): string {
  return 'text' in text ? text.text : '';
}
