type BrowserStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>;

/** The lists in which GraphiQL remembers what was asked: each request with its headers. */
const HISTORIES: ReadonlySet<string> = new Set(['graphiql:queries', 'graphiql:favorites']);

/** Keeps what it is given but the headers of what was asked, as there may be a token in them. */
export function withoutHeaders(storage: Storage): BrowserStorage {
  return {
    get length() {
      return storage.length;
    },
    getItem: (key) => storage.getItem(key),
    setItem(key, value) {
      storage.setItem(key, HISTORIES.has(key) ? leaveHeadersOut(value) : value);
    },
    removeItem: (key) => storage.removeItem(key),
    clear: () => storage.clear(),
  };
}

function leaveHeadersOut(list: string): string {
  return JSON.stringify(JSON.parse(list), (name, value) => (name === 'headers' ? undefined : value));
}
