import type { ApproachStep } from '../domain/approach-commands';
import type { Framework } from '../domain/framework';
import type { FreeText } from '../domain/free-text';
import type { ApproachHistory } from '../domain/history';
import type { Municipality } from '../domain/municipalities';
import type { Random } from './random';
import { rowsOf } from './synthetic-framework';

const ASSESSOR = 'Synthetische inspectie (geen echte toetsing)';

/** An approach that does not exist, as far as it was generated. */
export interface SyntheticApproach {
  readonly municipality: Municipality;
  readonly name: string;
  readonly stream: string;
  readonly history: ApproachHistory;
  /** Last revision of its stream; -1 before the first. */
  revision: number;
}

/** The steps of one assessment of one approach. */
export class SyntheticAssessment {
  readonly #approach: SyntheticApproach;
  readonly #framework: Framework;
  readonly #year: number;
  readonly #random: Random;
  readonly #id: string;

  constructor(approach: SyntheticApproach, framework: Framework, year: number, random: Random) {
    this.#approach = approach;
    this.#framework = framework;
    this.#year = year;
    this.#random = random;
    this.#id = random.uuid();
  }

  *steps(): Generator<ApproachStep> {
    const { history, municipality, stream, name } = this.#approach;
    if (history.registration === null) {
      const slug = stream.slice(`approach-${municipality.code}-`.length);
      yield { type: 'RegisterApproach', data: { municipality: municipality.code, slug, name } };
    }
    const last = history.assessments.at(-1);
    const isFollowUp =
      last !== undefined && last.kind === 'BASELINE' && last.frameworkVersion === this.#framework.version;
    if (this.#random.chance(2)) {
      const assessmentId = this.#random.uuid();
      yield this.#opening(assessmentId, isFollowUp);
      yield {
        type: 'AbandonAssessment',
        data: { assessmentId, reason: this.#text('reden om er niet mee door te gaan') },
      };
    }
    yield this.#opening(this.#id, isFollowUp);
    yield* isFollowUp ? this.#followUp() : this.#baseline();
    const publishedOn = this.#random.chance(10)
      ? null
      : `${this.#year + 1}-${String(this.#random.int(1, 12)).padStart(2, '0')}`;
    yield {
      type: 'ConcludeAssessment',
      data: { assessmentId: this.#id, publishedOn, public: true },
      partial: false,
    };
    yield* this.#correction();
    yield* this.#followUpCorrection();
    yield* this.#smallCorrection();
  }

  #opening(assessmentId: string, isFollowUp: boolean): ApproachStep {
    return {
      type: 'OpenAssessment',
      data: {
        assessmentId,
        framework: this.#framework.code,
        frameworkVersion: this.#framework.version,
        kind: isFollowUp ? 'FOLLOW_UP' : 'BASELINE',
        reference: String(this.#year),
        assessor: ASSESSOR,
        description: isFollowUp ? null : this.#text('beschrijving van een aanpak die niet bestaat'),
        familiesReached: isFollowUp ? null : this.#random.int(20, 600),
      },
    };
  }

  *#baseline(): Generator<ApproachStep> {
    for (let partner = 1; partner <= this.#random.int(9, 15); partner += 1) {
      yield {
        type: 'ConsultSource',
        data: {
          assessmentId: this.#id,
          kind: 'QUESTIONNAIRE',
          name: `Synthetische netwerkpartner ${partner}`,
          consultedOn: null,
        },
      };
    }
    for (const indicators of rowsOf(this.#framework)) {
      for (let mark = 0; mark < (indicators.length > 1 ? 2 : 1); mark += 1) {
        const verdict = this.#random.chance(55) ? 'MET' : 'IMPROVEMENT_NEEDED';
        const findingId = this.#random.uuid();
        yield {
          type: 'RecordFinding',
          data: {
            findingId,
            assessmentId: this.#id,
            indicators,
            verdict,
            narrative: this.#text(`bevinding bij ${indicators.join(', ')}`),
          },
        };
        if (this.#random.chance(50)) {
          yield {
            type: 'RaiseAttentionPoint',
            data: { attentionPointId: this.#random.uuid(), findingId, text: this.#text('let op') },
          };
        }
        if (verdict === 'IMPROVEMENT_NEEDED') {
          yield {
            type: 'IdentifyImprovementPoint',
            data: { improvementPointId: this.#random.uuid(), findingId, text: this.#text('verbeterpunt') },
          };
        }
      }
    }
  }

  *#followUp(): Generator<ApproachStep> {
    const { history, municipality } = this.#approach;
    const earlier = history.assessments.filter(({ abandoned }) => abandoned === null).at(-2)?.found;
    const open = earlier?.improvementPoints ?? [];
    for (let note = 1; note <= 6; note += 1) {
      yield { type: 'NoteDevelopment', data: { assessmentId: this.#id, text: this.#text('ontwikkeling') } };
    }
    const followUpId = this.#random.uuid();
    if (open.length > 0) {
      yield {
        type: 'ReportFollowUp',
        data: {
          followUpId,
          assessmentId: this.#id,
          improvementPointIds: open.map(({ id }) => id),
          reportedBy: `gemeente ${municipality.name} (synthetisch)`,
          reportedOn: `${this.#year + 1}-01-15`,
          narrative: null,
        },
      };
    }
    for (const point of open) {
      const opened = earlier?.findings[point.finding];
      if (opened === undefined) continue;
      yield {
        type: 'AssessFollowUp',
        data: {
          findingId: this.#random.uuid(),
          assessmentId: this.#id,
          followUpId,
          improvementPointIds: [point.id],
          indicators: [...opened.indicators],
          verdict: this.#random.chance(60) ? 'MET' : 'IMPROVEMENT_NEEDED',
          basis: 'REPORTED',
          narrative: this.#text('oordeel over een verbeterpunt'),
        },
      };
      if (!this.#random.chance(50)) continue;
      const commitmentId = this.#random.uuid();
      yield {
        type: 'MakeCommitment',
        data: {
          commitmentId,
          assessmentId: this.#id,
          improvementPointIds: [point.id],
          madeBy: `gemeente ${municipality.name} (synthetisch)`,
          text: this.#text('toezegging'),
          dueOn: `${this.#year + 1}-05-01~`,
        },
      };
      if (!this.#random.chance(50)) continue;
      yield {
        type: 'SettleCommitment',
        data: {
          commitmentId,
          outcome: this.#random.chance(70) ? 'KEPT' : 'BROKEN',
          settledOn: `${this.#year + 1}-06`,
          narrative: null,
        },
      };
    }
    // A follow-up tests something, also where nothing was to be improved.
    if (open.length === 0) {
      const [first] = rowsOf(this.#framework);
      yield {
        type: 'AssessFollowUp',
        data: {
          findingId: this.#random.uuid(),
          assessmentId: this.#id,
          followUpId: null,
          improvementPointIds: [],
          indicators: first ?? [],
          verdict: 'MET',
          basis: 'ASSESSED',
          narrative: this.#text('steekproef'),
        },
      };
    }
  }

  *#correction(): Generator<ApproachStep> {
    if (!this.#random.chance(20)) return;
    const own = this.#approach.history.assessments.at(-1)?.found.findings ?? [];
    const finding = own[this.#random.int(0, own.length - 1)];
    if (finding === undefined) return;
    if (this.#random.chance(20)) {
      yield {
        type: 'WithdrawFinding',
        data: {
          findingId: finding.id,
          reason: this.#text('reden van intrekking'),
          publishedOn: `${this.#year + 2}`,
        },
      };
      return;
    }
    yield {
      type: 'CorrectFinding',
      data: {
        findingId: this.#random.uuid(),
        corrects: finding.id,
        indicators: [...finding.indicators],
        verdict: this.#random.chance(50) ? 'MET' : 'IMPROVEMENT_NEEDED',
        basis: finding.basis,
        narrative: this.#text('gecorrigeerde bevinding'),
        reason: this.#text('reden van correctie'),
        publishedOn: `${this.#year + 2}`,
      },
      improvementPoint: {
        improvementPointId: this.#random.uuid(),
        text: this.#text('verbeterpunt na correctie'),
      },
    };
  }

  *#followUpCorrection(): Generator<ApproachStep> {
    if (!this.#random.chance(10)) return;
    const report = this.#approach.history.followed.followUps.find(
      ({ assessment }) => assessment === this.#id,
    );
    if (report === undefined) return;
    const reason = this.#text('reden van correctie');
    const publishedOn = `${this.#year + 2}`;
    if (this.#random.chance(30)) {
      yield { type: 'WithdrawFollowUp', data: { followUpId: report.id, reason, publishedOn } };
      return;
    }
    yield {
      type: 'CorrectReport',
      data: {
        followUpId: this.#random.uuid(),
        corrects: report.id,
        improvementPointIds: [...report.improvementPoints],
        reportedBy: report.reportedBy,
        reportedOn: `${this.#year + 1}-02-15`,
        narrative: null,
        reason,
        publishedOn,
      },
    };
  }

  /** Of what stands beside a finding: a warning, the words of an improvement point, a promise, the sources. */
  *#smallCorrection(): Generator<ApproachStep> {
    if (!this.#random.chance(10)) return;
    const { assessments, followed } = this.#approach.history;
    const found = assessments.at(-1)?.found;
    const why = { reason: this.#text('reden van correctie'), publishedOn: `${this.#year + 2}` };
    const attentionPoint = found?.attentionPoints.at(0);
    const improvementPoint = found?.improvementPoints.at(0);
    const commitment = followed.commitments.find(({ assessment }) => assessment === this.#id);
    if (attentionPoint !== undefined) {
      yield { type: 'WithdrawAttentionPoint', data: { attentionPointId: attentionPoint.id, ...why } };
    }
    if (improvementPoint !== undefined) {
      const text = this.#text('gecorrigeerd verbeterpunt');
      yield {
        type: 'CorrectImprovementPoint',
        data: { improvementPointId: improvementPoint.id, text, ...why },
      };
    }
    if (commitment !== undefined) {
      yield { type: 'WithdrawCommitment', data: { commitmentId: commitment.id, ...why } };
    }
    yield {
      type: 'CorrectAssessment',
      data: {
        assessmentId: this.#id,
        assessor: ASSESSOR,
        description: this.#text('gecorrigeerde beschrijving van een aanpak die niet bestaat'),
        familiesReached: this.#random.int(20, 600),
        sources: [{ kind: 'DOCUMENT', name: 'Synthetisch document', consultedOn: null }],
        developments: [],
        assessmentPublishedOn: assessments.at(-1)?.concluded?.publishedOn ?? null,
        ...why,
      },
    };
  }

  /** A text that says of itself that it is synthetic, of about the length of a real one. */
  #text(what: string): FreeText {
    const filler = FILLERS.slice(0, this.#random.int(1, FILLERS.length)).join(' ');
    return {
      text: `Synthetisch, geen echte bevinding: ${what} (${this.#year}). ${filler}`,
      salt: this.#random.hex32(),
    };
  }
}

const FILLERS = [
  'Deze zin is opvulling om de lengte van een echte tekst te benaderen.',
  'Zij gaat over geen enkele gemeente en over geen enkel gezin.',
  'Wie haar leest, kijkt naar een proefset.',
] as const;
