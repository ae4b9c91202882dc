import { Field } from 'type-graphql';

type GetterDecorator = <Value>(
  prototype: object,
  name: string | symbol,
  getter: TypedPropertyDescriptor<Value>,
) => TypedPropertyDescriptor<Value>;

/**
 * `Field` for a getter, in a class with `simpleResolvers`: its value is read as that of any property. By
 * `Field` itself type-graphql would take it for a method with arguments, which costs many times as much.
 *
 * The getter must not give a promise. It may be read more than once, so what it makes it keeps.
 */
export function DerivedField(...of: Parameters<typeof Field>): GetterDecorator {
  const declare = Field(...of) as PropertyDecorator;
  return (prototype, name, getter) => {
    declare(prototype, name);
    return { ...getter, get: withErrorAsValue(getter.get) };
  };
}

/** Compiled queries expect no property to throw; an error that is given as a value they take for one, as graphql-js does. */
function withErrorAsValue<Value>(get: TypedPropertyDescriptor<Value>['get']): (this: unknown) => Value {
  return function (this: unknown) {
    try {
      return get?.call(this) as Value;
    } catch (error) {
      return (error instanceof Error ? error : new Error(String(error))) as Value;
    }
  };
}
