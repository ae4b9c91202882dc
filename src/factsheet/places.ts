import type { Framework } from '../domain/framework';

interface Part {
  readonly code: string;
  readonly name: string;
}

/** An indicator and where it stands in the framework. */
export interface Place extends Part {
  readonly criterion: Part;
  readonly theme: Part;
}

/** The indicators of the framework in document order. */
export function placesOf(framework: Framework): Place[] {
  return framework.themes.flatMap((theme) =>
    theme.criteria.flatMap((criterion) =>
      criterion.indicators.map(({ code, name }) => ({ code, name, criterion, theme })),
    ),
  );
}
