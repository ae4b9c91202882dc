/** What stands in the tabs of who comes for the first time. Lines are short, as the editor is narrow. */
export const FIRST_DOCUMENTS: readonly string[] = [
  `# How did an approach develop?
# Run it with Ctrl+Enter.
# Others are in the next tab.
query Development {
  approach(
    municipality: "GM0935"
    slug: "integrale-aanpak"
  ) {
    name
    development(from: 2013, to: 2014) {
      summary { change count }
      rows {
        indicator { code name }
        change
        before { status assessedIn }
        after { status basis assessedIn }
      }
    }
  }
}
`,
  `# Which approaches are there?
query Approaches {
  approaches(first: 20) {
    nodes {
      municipality { code name }
      slug
      name
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# The log, then what comes.
# It takes a token: see Headers.
subscription Follow {
  events {
    recordedAt
    type
    sentence
  }
}
`,
];

/** Comments are left out when it is sent. */
export const HEADERS = `{
  // "Authorization": "Bearer TOKEN"
}`;
