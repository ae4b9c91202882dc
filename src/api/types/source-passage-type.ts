import { Field, Int, ObjectType } from 'type-graphql';
import type { FactsheetFact } from '../../domain/facts';
import { DerivedField } from '../derived-field';
import type { ReadScope } from '../read-scope';

@ObjectType('SourcePassage', {
  description: 'Where in a document something was read.',
  simpleResolvers: true,
})
export class SourcePassage {
  @Field(() => String, { description: 'SHA-256 of the document, in lower-case hex.' })
  readonly document: string;
  @Field(() => String, { description: 'File name of the document when it was imported.' })
  readonly name: string;
  @Field(() => Int, { description: 'Line of the document, from 1.' })
  readonly line: number;
  readonly #factsheet: FactsheetFact;
  readonly #scope: ReadScope;

  constructor(factsheet: FactsheetFact, line: number, scope: ReadScope) {
    this.document = factsheet.digest;
    this.name = factsheet.name;
    this.line = line;
    this.#factsheet = factsheet;
    this.#scope = scope;
  }

  @DerivedField(() => String, { description: 'The text of that line.' })
  get text(): string {
    return this.#scope.documentLine(this.#factsheet, this.line);
  }
}
