// Decorators write their types with it, so it comes before all that has some.
import 'reflect-metadata';
import { type ClassType, Field, ObjectType } from 'type-graphql';
import { userError } from './errors';

/** The most that one page may hold. */
export const MAX_PAGE_SIZE = 100;

@ObjectType({ description: 'Where a page lies in its list (Relay).', simpleResolvers: true })
class PageInfo {
  @Field(() => Boolean, { description: 'True where more follows behind this page.' })
  readonly hasNextPage: boolean;
  @Field(() => Boolean, { description: 'True where something comes before this page.' })
  readonly hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first edge; null on an empty page.' })
  readonly startCursor: string | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last edge: pass it as `after`.' })
  readonly endCursor: string | null;

  constructor(edges: readonly { cursor: string }[], hasNextPage: boolean, hasPreviousPage: boolean) {
    this.hasNextPage = hasNextPage;
    this.hasPreviousPage = hasPreviousPage;
    this.startCursor = edges[0]?.cursor ?? null;
    this.endCursor = edges.at(-1)?.cursor ?? null;
  }
}

/** A page of a list: at most `first` items, and whether more follow. */
export interface Page<T> {
  readonly items: readonly { readonly node: T; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** The Relay connection type over a node type; `name` is that of the node type. */
export function connectionType<T extends object>(name: string, node: () => ClassType<T>) {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a page.`, simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'Opaque; pass it as `after` to go on behind this one.' })
    readonly cursor: string;
    @Field(node, { description: `The ${name} itself.` })
    readonly node: T;
    constructor(item: { readonly node: T; readonly cursor: string }) {
      this.cursor = item.cursor;
      this.node = item.node;
    }
  }

  @ObjectType(`${name}Connection`, {
    description: `A page of a list of ${name} (Relay).`,
    simpleResolvers: true,
  })
  class Connection {
    @Field(() => [Edge], { description: 'The items of this page, each with its cursor.' })
    readonly edges: Edge[];
    @Field(() => [node()], { description: 'The items of this page.' })
    readonly nodes: T[];
    @Field(() => PageInfo, { description: 'Where the page lies.' })
    readonly pageInfo: PageInfo;
    constructor(page: Page<T>) {
      this.edges = page.items.map((item) => new Edge(item));
      this.nodes = page.items.map((item) => item.node);
      this.pageInfo = new PageInfo(this.edges, page.hasNextPage, page.hasPreviousPage);
    }
  }
  return Connection;
}

/** @throws GraphQLError with code BAD_USER_INPUT where `first` is not from 1 to {@link MAX_PAGE_SIZE}. */
export function pageSize(first: number): number {
  if (first < 1 || first > MAX_PAGE_SIZE) {
    throw userError(`first is ${first}; expected a number from 1 to ${MAX_PAGE_SIZE}`);
  }
  return first;
}

/** An opaque cursor from the values that an item is ordered by. */
export function toCursor(...key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The values in a cursor; null where there is none.
 * @param shapes what each value must be, in any of the forms that cursors of this list have
 * @param expected what is expected in its place, in words
 * @throws GraphQLError with code BAD_USER_INPUT where it is no cursor of this list
 */
export function fromCursor(
  cursor: string | null | undefined,
  shapes: readonly (readonly ('string' | 'number')[])[],
  expected = 'an endCursor or edge cursor of it',
): (string | number)[] | null {
  if (cursor == null) return null;
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    key = null;
  }
  const values: unknown[] | null = Array.isArray(key) ? key : null;
  const fits = shapes.some(
    (types) => types.length === values?.length && types.every((type, index) => typeof values[index] === type),
  );
  if (!fits) throw userError(`after "${cursor}" is not a cursor of this list; expected ${expected}`);
  return key as (string | number)[];
}
