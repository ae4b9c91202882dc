import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A file to be put into an archive. */
export interface TarEntry {
  /** Its name there: short, without folders. */
  readonly name: string;
  /** Where it lies. It must not change while it is read. */
  readonly path: string;
  /** Its permissions when it is taken out again. */
  readonly mode: number;
}

const BLOCK = 512;
/** What eleven octal digits can say; beyond it the size is written in binary, as GNU tar does. */
const MAX_OCTAL_SIZE = 8 ** 11 - 1;

/** The files as a tar archive (POSIX ustar), which any system unpacks with its own `tar`. */
export async function* tar(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    const { size, mtimeMs } = await stat(entry.path);
    yield header(entry, size, Math.floor(mtimeMs / 1000));
    yield* createReadStream(entry.path, { highWaterMark: 1024 * 1024 });
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header({ name, mode }: TarEntry, size: number, modifiedAt: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number): void =>
    void block.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
  block.write(name, 0, 100, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  if (size <= MAX_OCTAL_SIZE) {
    octal(size, 124, 12);
  } else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(modifiedAt, 136, 12);
  block.write('0', 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  // The checksum is taken with its own field full of spaces.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
