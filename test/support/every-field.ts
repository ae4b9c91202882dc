/** Selects every field that queries answer, with the ids of an approach and an improvement point. */
export const EVERY_FIELD = `
  query EveryField($id: ID!, $point: ID!) {
    framework(code: "GGSR") { ...Framework }
    frameworks { ...Framework }
    snapshot { token events position recordedAt }
    municipality(code: "GM0612") { ...Municipality successor { ...Municipality successor { code } } }
    approach(municipality: "GM0935", slug: "integrale-aanpak") { ...Approach }
    compare(municipality: "GM0935", slug: "integrale-aanpak", from: { publishedBy: "2014" }) {
      verdicts { indicator { code } before { status } after { status } events { type } }
      improvementPoints { before { status } after { status } events { type } }
      attentionPoints { before { id } after { id } events { type } }
    }
    approaches { edges { cursor node { slug } } nodes { slug } pageInfo { ...PageInfo } }
    trend(framework: "GGSR", by: CRITERION, from: 2014, to: 2014) {
      year code name frameworkVersion approaches tested met improvementNeeded carriedForward attentionPoints
    }
    improvementPoints { edges { cursor node { id } } nodes { id } pageInfo { ...PageInfo } }
    events(first: 1) { edges { cursor node { type } } nodes { ...Event } pageInfo { ...PageInfo } }
    node(id: $id) { __typename id ... on Approach { slug } }
    point: node(id: $point) { __typename id ... on ImprovementPoint { text } }
    checkpoint { ...Checkpoint }
    webhooks { ...Webhook }
    consistencyProof(from: 10, to: 40) { from to path checkpoint { ...Checkpoint } }
  }
  fragment Webhook on Webhook {
    id url types position pending lastTakenAt attempts nextAttemptAt lastError deadSince
  }
  fragment PageInfo on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  fragment Framework on Framework {
    code version name themes { code name criteria { code name theme { code } indicators { code name criterion { code } } } }
  }
  fragment Municipality on Municipality { code name validFrom validUntil }
  fragment Approach on Approach {
    id slug name description revision
    municipality { ...Municipality }
    assessments { ...Assessment }
    drafts { ...Assessment }
    verdicts(theme: "4", status: MET) { ...Standing explanation { ...Event } }
    development(from: 2013, to: 2014) {
      from to summary { change count corrected }
      rows { corrected indicator { code } change before { ...Standing } after { ...Standing } }
    }
    improvementPoints { ...ImprovementPoint }
    attentionPoints { ...AttentionPoint }
    finding(id: "00000000-0000-4000-8000-000000000000") { id }
    history(first: 2) { edges { cursor node { ...Event } } nodes { id } pageInfo { ...PageInfo } }
  }
  fragment Assessment on Assessment {
    id state year kind framework { code version } assessor publishedOn description familiesReached
    sources { kind name consultedOn } findings { ...Finding } withdrawnFindings { id } notes
  }
  fragment Standing on IndicatorVerdict {
    indicator { code name criterion { code name theme { code name } } } status basis assessedIn carriedForward
    findings { ...Finding } attentionPoints { ...AttentionPoint }
  }
  fragment Finding on Finding {
    id verdict basis assessedIn narrative indicators { code } attentionPoints { id } source { document name line text }
    corrects { id } supersededBy { id } correction { ...Correction } withdrawal { reason }
  }
  fragment Correction on Correction { reason correctedBy recordedAt publishedOn event { id } }
  fragment AttentionPoint on AttentionPoint { id text raisedIn finding { id } }
  fragment ImprovementPoint on ImprovementPoint {
    id text status indicators { code } openedIn finding { id }
    followUps { id reportedBy reportedOn verdict basis narrative assessedIn findings { id }
      corrects { verdict } supersededBy { verdict } correction { reason } }
    commitments { id text madeBy dueOn status }
  }
  fragment Event on Event {
    id type sentence(language: NL) stream revision position data schemaVersion recordedAt actor correlationId causationId
    approach { approachId municipality slug }
    verdictChanges { indicator { code } before { ...VerdictState } after { ...VerdictState } }
    source { document name line text } proof { index leafHash path checkpoint { ...Checkpoint } }
  }
  fragment VerdictState on VerdictState { status basis assessedIn }
  fragment Checkpoint on Checkpoint { note origin size root }
`;
