import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tar } from '../../src/export/tar';

describe('A tar archive', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'toetsspoor-tar-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it.each([0, 1, 511, 512, 513, 2_000_000])(
    'gives files of %d bytes back by the system’s own tar',
    async (size) => {
      const content = Buffer.alloc(size, 'inhoud ');
      const chunks: Uint8Array[] = [];
      for await (const chunk of tar([
        { name: 'one', path: file('a', content), mode: 0o600 },
        { name: 'two', path: file('b', 'twee'), mode: 0o644 },
      ])) {
        chunks.push(chunk);
      }
      const archive = file('archive.tar', Buffer.concat(chunks));
      execFileSync('tar', ['-xf', archive, '-C', folder]);
      expect(readFileSync(join(folder, 'one')).equals(content)).toBe(true);
      expect(readFileSync(join(folder, 'two'), 'utf8')).toBe('twee');
      expect(execFileSync('tar', ['-tvf', archive], { encoding: 'utf8' })).toMatch(
        /^-rw-------.* one\n-rw-r--r--.* two\n$/,
      );
    },
  );

  it('says the size of a file of more than eight gigabytes', async () => {
    // Of a file without content no byte is on disk; only its header is read.
    const large = file('large', '');
    truncateSync(large, 9 * 2 ** 30);
    for await (const header of tar([{ name: 'large', path: large, mode: 0o644 }])) {
      const archive = file('header.tar', header);
      const listed = execFileSync('sh', ['-c', `tar -tvf '${archive}' 2>/dev/null || true`], {
        encoding: 'utf8',
      });
      expect(listed).toContain(String(9 * 2 ** 30));
      break;
    }
  });
});
