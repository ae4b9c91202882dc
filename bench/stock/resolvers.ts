import type { DatabaseSync } from 'node:sqlite';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Loaders } from './loaders';
import type { ApproachRow } from './tables';
import { Approach, AttentionPoint, Criterion, Finding, Indicator, IndicatorVerdict, Theme } from './types';

/** What every resolver is given; loaders are made anew for each request. */
export interface StockContext {
  readonly db: DatabaseSync;
  readonly loaders: Loaders;
}

@Resolver(() => Approach)
export class ApproachResolver {
  @Query(() => Approach, { nullable: true })
  approach(
    @Ctx() { db }: StockContext,
    @Arg('municipality') municipality: string,
    @Arg('slug') slug: string,
  ): Approach | null {
    const row = db
      .prepare('SELECT * FROM approaches WHERE municipality = ? AND slug = ?')
      .get(municipality, slug) as unknown as ApproachRow | undefined;
    return row ?? null;
  }

  @FieldResolver(() => [IndicatorVerdict])
  async verdicts(@Root() approach: Approach, @Ctx() { loaders }: StockContext): Promise<IndicatorVerdict[]> {
    const rows = await loaders.verdictsOfApproach.load(approach.id);
    return rows.map((row) => ({
      id: row.id,
      indicatorId: row.indicator_id,
      status: row.status,
      basis: row.basis,
      assessedIn: row.assessed_in,
      carriedForward: row.carried_forward === 1,
    }));
  }
}

@Resolver(() => IndicatorVerdict)
export class IndicatorVerdictResolver {
  @FieldResolver(() => Indicator)
  async indicator(@Root() verdict: IndicatorVerdict, @Ctx() { loaders }: StockContext): Promise<Indicator> {
    const row = await loaders.indicator.load(verdict.indicatorId);
    return { code: row.code, name: row.name, criterionId: row.criterion_id };
  }

  @FieldResolver(() => [Finding])
  findings(@Root() verdict: IndicatorVerdict, @Ctx() { loaders }: StockContext): Promise<Finding[]> {
    return loaders.findingsOfVerdict.load(verdict.id);
  }

  @FieldResolver(() => [AttentionPoint])
  attentionPoints(
    @Root() verdict: IndicatorVerdict,
    @Ctx() { loaders }: StockContext,
  ): Promise<AttentionPoint[]> {
    return loaders.attentionPointsOfVerdict.load(verdict.id);
  }
}

@Resolver(() => Indicator)
export class IndicatorResolver {
  @FieldResolver(() => Criterion)
  async criterion(@Root() indicator: Indicator, @Ctx() { loaders }: StockContext): Promise<Criterion> {
    const row = await loaders.criterion.load(indicator.criterionId);
    return { code: row.code, name: row.name, themeId: row.theme_id };
  }
}

@Resolver(() => Criterion)
export class CriterionResolver {
  @FieldResolver(() => Theme)
  theme(@Root() criterion: Criterion, @Ctx() { loaders }: StockContext): Promise<Theme> {
    return loaders.theme.load(criterion.themeId);
  }
}
