import { Field, ObjectType } from 'type-graphql';
import { type Municipality, municipalityByCode } from '../../domain/municipalities';
import { EdtfScalar } from '../scalars';

@ObjectType('Municipality', {
  description: 'A municipality as Statistics Netherlands (CBS) numbers it (gemeente).',
  simpleResolvers: true,
})
export class MunicipalityType {
  @Field(() => String, { description: 'CBS code: `GM` and four digits.' })
  readonly code: string;
  @Field(() => String, { description: 'Official name.' })
  readonly name: string;
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'First day of its existence; null where older than the table of municipalities.',
  })
  readonly validFrom: string | null;
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'First day on which it no longer exists; null where it exists.',
  })
  readonly validUntil: string | null;
  readonly #successor: string | null;

  constructor({ code, name, validFrom, validUntil, successor }: Municipality) {
    this.code = code;
    this.name = name;
    this.validFrom = validFrom;
    this.validUntil = validUntil;
    this.#successor = successor;
  }

  @Field(() => MunicipalityType, {
    nullable: true,
    description: 'The municipality that it went into; null where it exists, or has no successor.',
  })
  get successor(): MunicipalityType | null {
    return this.#successor === null ? null : municipalityType(this.#successor);
  }
}

/** The municipality with that CBS code; an approach cannot be of one that is not in the table. */
export function municipalityType(code: string): MunicipalityType {
  const municipality = municipalityByCode(code);
  if (municipality === undefined) throw new RangeError(`there is no municipality ${code}`);
  return new MunicipalityType(municipality);
}
