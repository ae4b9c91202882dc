import { ANONYMOUS, actorOf, audienceOf, hasRole, limitsOf, type Role } from '../../src/api/principal';
import { includesAssessment, includesMunicipality } from '../../src/domain/audience';
import { signedIn } from './support';

const STJ = { assessor: 'STJ', framework: 'GGSR' };
const IGJ = { assessor: 'IGJ', framework: 'JEUGD' };

describe('A principal', () => {
  const sees = (principal: Parameters<typeof audienceOf>[0]) => {
    const audience = audienceOf(principal);
    return [
      includesAssessment(audience, 'GM0935', STJ),
      includesAssessment(audience, 'GM0935', IGJ),
      includesAssessment(audience, 'GM0363', STJ),
      includesMunicipality(audience, 'GM0935'),
      includesMunicipality(audience, 'GM0363'),
    ];
  };

  it.each<[string, Parameters<typeof signedIn>[0], boolean[]]>([
    ['reader', { roles: ['reader'] }, [false, false, false, false, false]],
    ['inspector of STJ', { roles: ['inspector'], inspectorates: ['STJ'] }, [true, false, true, true, true]],
    ['inspector of nothing', { roles: ['inspector'] }, [false, false, false, false, false]],
    ['auditor', { roles: ['auditor'] }, [true, true, true, true, true]],
    ['admin', { roles: ['admin'] }, [true, true, true, true, true]],
    [
      'integration of Maastricht',
      { roles: ['integration'], municipalities: ['GM0935'] },
      [true, true, false, true, false],
    ],
    [
      'integration of GGSR',
      { roles: ['integration'], frameworks: ['GGSR'] },
      [true, false, true, true, true],
    ],
    [
      'integration of GGSR in Maastricht',
      { roles: ['integration'], municipalities: ['GM0935'], frameworks: ['GGSR'] },
      [true, false, false, true, false],
    ],
    [
      'inspector of IGJ who is an integration of Amsterdam',
      { roles: ['inspector', 'integration'], inspectorates: ['IGJ'], municipalities: ['GM0363'] },
      [false, true, true, true, true],
    ],
  ])('who is %s sees what lies in its limits', (_, principal, expected) => {
    expect(sees(signedIn(principal))).toEqual(expected);
  });

  it('who is nobody sees nothing but what is published', () => {
    expect(sees(ANONYMOUS)).toEqual([false, false, false, false, false]);
  });

  it('has the limits of the roles that are asked about, and no others', () => {
    const both = signedIn({ roles: ['inspector', 'auditor'], inspectorates: ['STJ'] });
    expect(limitsOf(both, ['inspector', 'admin'])).toEqual([
      { inspectorates: ['STJ'], municipalities: null, frameworks: null },
    ]);
    expect(limitsOf(ANONYMOUS)).toEqual([]);
  });

  it('has a role only where it is signed in with it', () => {
    const roles: Role[] = ['reader', 'auditor'];
    expect(hasRole(signedIn({ roles: ['auditor'] }), roles)).toBe(true);
    expect(hasRole(signedIn({ roles: ['inspector'] }), roles)).toBe(false);
    expect(hasRole(ANONYMOUS, roles)).toBe(false);
  });

  it('is named in events by its issuer and its subject, which no other has', () => {
    expect(
      actorOf(signedIn({ roles: [], subject: 'f:12#x', issuer: 'https://login.example.nl/realm' })),
    ).toBe('https://login.example.nl/realm#f:12#x');
  });
});
