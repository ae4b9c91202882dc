import { Field, Int, ObjectType } from 'type-graphql';

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
  @Field(() => String, { description: 'The text of that line.' })
  readonly text: string;

  constructor(document: string, name: string, line: number, text: string) {
    this.document = document;
    this.name = name;
    this.line = line;
    this.text = text;
  }
}
