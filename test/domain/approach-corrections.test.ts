import type { CorrectFinding } from '../../src/domain/approach-commands';
import {
  assessment,
  concluded,
  corrected,
  found,
  id,
  identified,
  opened,
  registered,
  text,
  withdrawn,
} from '../support/events';
import { given, pointOfCorrection, step } from '../support/given';

const history = [registered(), ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '2.2.1': '✗' })];
const MET = '2013 1.1.1';
const FAILED = '2013 2.2.1';
const worse = corrected('worse', MET, { verdict: 'IMPROVEMENT_NEEDED' });
const opens = {
  type: 'ImprovementPointIdentified',
  data: {
    improvementPointId: id(pointOfCorrection(id('worse'))),
    findingId: id('worse'),
    text: text('Te verbeteren'),
  },
} as const;

describe('A correction', () => {
  it('of a ✗ to a ✓ is one event', () => {
    const better = corrected('better', FAILED, { indicators: ['2.2.1'] });
    given(...history)
      .when(step(better))
      .gives(better);
  });

  it('of a ✓ to a ✗ opens an improvement point', () => {
    given(...history)
      .when(step(worse))
      .gives(worse, opens);
  });

  it('of a ✗ to another ✗ keeps the improvement point that there is', () => {
    const other = corrected('other', FAILED, {
      verdict: 'IMPROVEMENT_NEEDED',
      indicators: ['2.1.1', '2.2.1'],
    });
    given(...history)
      .when(step(other))
      .gives(other);
  });

  it('is refused with an improvement point that was given to be opened, where it opens none', () => {
    const meant = (event: ReturnType<typeof corrected>) =>
      ({ ...step(event), mustOpenPoint: true }) as CorrectFinding;
    given(...history)
      .when(meant(worse))
      .gives(worse, opens);
    for (const changes of [{}, { verdict: 'IMPROVEMENT_NEEDED' as const }]) {
      given(...history)
        .when(meant(corrected('other', FAILED, { ...changes, indicators: ['2.2.1'] })))
        .isRejected('VALUE_NOT_ACCEPTED', { field: 'improvementPoint', message: /is not used/ });
    }
  });

  it('of what a follow-up found ✗ without an improvement point opens one only where it was ✓, or one is asked for', () => {
    const followUp = (sign: '✓' | '✗') =>
      assessment('2014', '2014', null, { '1.1.1': sign }, { kind: 'FOLLOW_UP' }).filter(
        ({ type }) => type !== 'ImprovementPointIdentified',
      );
    const again = corrected('worse', '2014 1.1.1', { verdict: 'IMPROVEMENT_NEEDED' });
    given(...history, ...followUp('✗'))
      .when(step(again))
      .gives(again);
    given(...history, ...followUp('✗'))
      .when({ ...step(again), mustOpenPoint: true } as CorrectFinding)
      .gives(again, opens);
    given(...history, ...followUp('✓'))
      .when(step(again))
      .gives(again, opens);
  });

  it('back to a ✗ finds the improvement point of the first ✗ again', () => {
    const better = corrected('better', FAILED, { indicators: ['2.2.1'] });
    const back = corrected('back', 'better', { verdict: 'IMPROVEMENT_NEEDED', indicators: ['2.2.1'] });
    given(...history, better)
      .when(step(back))
      .gives(back);
  });

  it('of a judgement on an improvement point to a ✗ opens no second point', () => {
    const followedUp = assessment('2014', '2014', null, { '2.2.1': '✓' }, { kind: 'FOLLOW_UP' }).map(
      (event) =>
        event.type === 'FollowUpAssessed'
          ? { ...event, data: { ...event.data, improvementPointIds: [id('point 2.2.1')] } }
          : event,
    );
    const persistent = corrected('c', '2014 2.2.1', { verdict: 'IMPROVEMENT_NEEDED', indicators: ['2.2.1'] });
    given(...history, ...followedUp)
      .when(step(persistent))
      .gives(persistent);
  });

  it('corrects the reading that stands, and no other', () => {
    const again = corrected('again', MET);
    given(...history, worse, opens)
      .when(step(again))
      .isRejected('FINDING_CORRECTED', { field: 'findingId', message: new RegExp(id('worse')) });
    const further = corrected('further', 'worse');
    given(...history, worse, opens)
      .when(step(further))
      .gives(further);
  });

  it('may come again once an earlier one was withdrawn', () => {
    const again = corrected('again', MET);
    given(...history, worse, opens, withdrawn('worse'))
      .when(step(again))
      .gives(again);
  });

  it('is refused of a finding that is withdrawn, or not there', () => {
    given(...history, withdrawn(MET))
      .when(step(worse))
      .isRejected('FINDING_WITHDRAWN', { field: 'findingId' });
    given(...history)
      .when(step(corrected('c', 'nobody')))
      .isRejected('FINDING_UNKNOWN', { field: 'findingId' });
    given(...history, worse, opens, withdrawn('worse'))
      .when(step(corrected('c', 'worse')))
      .isRejected('FINDING_WITHDRAWN');
  });

  it('is refused with an id that is taken, its own or that of its improvement point', () => {
    given(...history)
      .when(step(corrected(FAILED, MET)))
      .isRejected('ID_TAKEN');
    const taken = { improvementPointId: id('point 2.2.1'), text: text('Te verbeteren') };
    given(...history)
      .when({ type: 'CorrectFinding', data: worse.data, improvementPoint: taken })
      .isRejected('ID_TAKEN');
    const same = { improvementPointId: id('worse'), text: text('Te verbeteren') };
    given(...history)
      .when({ type: 'CorrectFinding', data: worse.data, improvementPoint: same })
      .isRejected('ID_TAKEN');
  });

  it('is refused with an indicator that the framework version of its assessment has not', () => {
    given(...history)
      .when(step(corrected('c', MET, { indicators: ['1.1.9'] })))
      .isRejected('INDICATOR_UNKNOWN', { field: 'indicators' });
  });

  it('of a finding that is not registered is refused', () => {
    given().when(step(worse)).isRejected('APPROACH_UNKNOWN');
  });
});

describe('A withdrawal', () => {
  it('takes a finding, or a correction, away', () => {
    given(...history)
      .when(step(withdrawn(MET)))
      .gives(withdrawn(MET));
    given(...history, worse, opens)
      .when(step(withdrawn('worse')))
      .gives(withdrawn('worse'));
  });

  it('takes the reading that stands away, and no other', () => {
    given(...history, worse, opens)
      .when(step(withdrawn(MET)))
      .isRejected('FINDING_CORRECTED', { message: new RegExp(id('worse')) });
  });

  it('comes once', () => {
    given(...history, withdrawn(MET))
      .when(step(withdrawn(MET)))
      .isRejected('FINDING_WITHDRAWN');
    given(...history, worse, opens, withdrawn('worse'))
      .when(step(withdrawn('worse')))
      .isRejected('FINDING_WITHDRAWN');
    given(...history, worse, opens, withdrawn('worse'))
      .when(step(withdrawn(MET)))
      .gives(withdrawn(MET));
  });

  it('is refused of what is not there', () => {
    given(...history)
      .when(step(withdrawn('nobody')))
      .isRejected('FINDING_UNKNOWN');
    given()
      .when(step(withdrawn(MET)))
      .isRejected('APPROACH_UNKNOWN');
  });
});

describe('What counts when a baseline is concluded', () => {
  const underWay = [
    registered(),
    opened('a'),
    found('rest', 'a', { indicators: ['1.1.2', '2.1.1', '2.2.1'] }),
  ];

  it('is not what was withdrawn: its indicators have no finding', () => {
    given(...underWay, found('f', 'a'), withdrawn('f'))
      .when(step(concluded('a')))
      .isRejected('INDICATOR_NOT_ASSESSED', { message: /1\.1\.1 Bereik$/ });
    given(registered(), opened('a'), found('f', 'a'), withdrawn('f'))
      .when(step(concluded('a'), { partial: true }))
      .isRejected('ASSESSMENT_EMPTY');
  });

  it('is the reading that stands: a correction may have left an indicator out', () => {
    const narrower = corrected('narrower', 'rest', { indicators: ['1.1.2', '2.1.1'] });
    given(...underWay, found('f', 'a'), narrower)
      .when(step(concluded('a')))
      .isRejected('INDICATOR_NOT_ASSESSED', { message: /2\.2\.1 Afspraken$/ });
  });

  it('is the reading that stands: a ✗ corrected to a ✓ needs no improvement point', () => {
    const failed = found('f', 'a', { verdict: 'IMPROVEMENT_NEEDED' });
    given(...underWay, failed, corrected('better', 'f'))
      .when(step(concluded('a')))
      .gives(concluded('a'));
    given(...underWay, failed, identified('p', 'f'))
      .when(step(concluded('a')))
      .gives(concluded('a'));
  });
});
