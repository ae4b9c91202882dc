import Ajv2020 from 'ajv/dist/2020';

interface DescribedResponse {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

/** As much of a description by OpenAPI as is looked at here. */
export interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly contact: object };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
  readonly components: { readonly responses: Readonly<Record<string, DescribedResponse>> };
}

export interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
  }[];
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

/** Headers that say nothing of the resource: those of HTTP itself, and what browsers are told. */
const OF_ALL =
  /^(cache-control|connection|content-length|content-security-policy|content-type|date|keep-alive|referrer-policy|strict-transport-security|transfer-encoding|vary|x-content-type-options|x-frame-options|access-control-.*)$/;

/** Holds what is answered below `/v1` against what the description says of it. */
export class Described {
  readonly #description: Description;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  /** The statuses that were answered, by the address of the operation in the description. */
  readonly seen = new Map<string, Set<string>>();

  constructor(description: Description) {
    this.#description = description;
    this.#ajv.addSchema(description, 'description');
  }

  /** What an operation can answer with that status. */
  responseOf(operation: Operation, status: string): DescribedResponse | undefined {
    const response = operation.responses[status];
    return response?.$ref === undefined
      ? response
      : this.#description.components.responses[response.$ref.replace('#/components/responses/', '')];
  }

  /** All that is wrong with an answer by the description; nothing is said of addresses that it does not have. */
  async faultsOf(address: string, response: Response): Promise<string[]> {
    const path = this.#pathOf(address);
    if (path === undefined) return [];
    const status = String(response.status);
    this.seen.set(path, (this.seen.get(path) ?? new Set()).add(status));
    const operation = this.#description.paths[path]?.get;
    const described = operation && this.responseOf(operation, status);
    if (described === undefined) return [`${path} answers ${status}, which is not described`];
    const headers = Object.keys(described.headers ?? {}).map((name) => name.toLowerCase());
    const faults = [...response.headers.keys()]
      .filter((name) => !OF_ALL.test(name) && !headers.includes(name))
      .map((name) => `${path} answers ${status} with the header ${name}, which is not described`);
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    const { schema } = described.content?.[type] ?? {};
    if (described.content !== undefined && schema === undefined)
      faults.push(`${path} answers ${status} as ${type}, which is not described`);
    if (schema !== undefined && /[/+]json$/.test(type)) {
      const text = await response.clone().text();
      if (text !== '') faults.push(...this.#misfits(path, schema, JSON.parse(text)));
    }
    return faults;
  }

  #misfits(path: string, schema: object, body: unknown): string[] {
    // References in it are to the description as a whole.
    const valid = this.#ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"description#/')));
    valid(body);
    return (valid.errors ?? []).map(({ instancePath, message }) => `${path} ${instancePath} ${message}`);
  }

  #pathOf(address: string): string | undefined {
    const asked = address.replace(/^.*?\/v1\//, '/').replace(/\?.*$/s, '');
    // One without parameters before one that it would fit too.
    const paths = Object.keys(this.#description.paths).sort(
      (a, b) => a.split('{').length - b.split('{').length,
    );
    return paths.find((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked));
  }
}
