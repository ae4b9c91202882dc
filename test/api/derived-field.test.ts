import 'reflect-metadata';
import { assertObjectType, type ExecutionResult, graphql, parse } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { buildSchemaSync, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { DerivedField } from '../../src/api/derived-field';

@ObjectType({ simpleResolvers: true })
class Sum {
  readonly #terms: readonly number[];

  constructor(terms: readonly number[]) {
    this.#terms = terms;
  }

  @DerivedField(() => String)
  get text(): string {
    return this.#terms.join(' + ');
  }

  @DerivedField(() => Int, { nullable: true })
  get first(): number {
    const [first] = this.#terms;
    if (first === undefined) throw new RangeError('there is no term');
    return first;
  }

  @DerivedField(() => Sum, { nullable: true })
  get rest(): Sum | null {
    if (this.#terms.length === 0) throw 'nothing is left';
    return new Sum(this.#terms.slice(1));
  }
}

@Resolver()
class Sums {
  @Query(() => Sum)
  async sum(): Promise<Sum> {
    return new Sum([1, 2]);
  }
}

/** How a query that was not compiled and one that was see it. */
describe('A derived field', () => {
  const schema = buildSchemaSync({ resolvers: [Sums], validate: false });
  const both = async (source: string): Promise<ExecutionResult[]> => {
    const compiled = compileQuery(schema, parse(source));
    if (!isCompiledQuery(compiled)) throw new Error('not compiled');
    return [await graphql({ schema, source }), await compiled.query(undefined, undefined, {})];
  };

  it('is the value of its getter, without a resolver', async () => {
    for (const { data, errors } of await both('{ sum { text rest { text } } }')) {
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).toBe('{"sum":{"text":"1 + 2","rest":{"text":"2"}}}');
    }
    expect(assertObjectType(schema.getType('Sum')).getFields().text?.resolve).toBeUndefined();
  });

  it.each([
    ['{ sum { rest { rest { first } } } }', 'there is no term', ['sum', 'rest', 'rest', 'first']],
    ['{ sum { rest { rest { rest { text } } } } }', 'nothing is left', ['sum', 'rest', 'rest', 'rest']],
  ])('that throws gives an error at its place: %s', async (source, message, path) => {
    for (const { errors } of await both(source)) expect(errors).toMatchObject([{ message, path }]);
  });
});
