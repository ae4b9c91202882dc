import type { Themes } from './events';

/** One version of a framework: what can be assessed, in document order. */
export interface Framework {
  readonly code: string;
  readonly version: number;
  readonly name: string;
  readonly themes: Themes;
}

/** An indicator with its place in the framework. */
export interface IndicatorPlace {
  readonly code: string;
  readonly name: string;
  readonly criterion: { readonly code: string; readonly name: string };
  readonly theme: { readonly code: string; readonly name: string };
}

/** All indicators of a framework version in document order. */
export function indicatorsOf(framework: Pick<Framework, 'themes'>): IndicatorPlace[] {
  return framework.themes.flatMap((theme) =>
    theme.criteria.flatMap((criterion) =>
      criterion.indicators.map((indicator) => ({
        code: indicator.code,
        name: indicator.name,
        criterion,
        theme,
      })),
    ),
  );
}
