import { mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineFile } from '../../src/operations/line-file';

/** What the system says, where writing fails. */
const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

describe('Lines that are appended to a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-lines-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  let files = 0;
  /** A file on a disk that has room for so many bytes. */
  function onDisk(roomBytes: number) {
    files += 1;
    const path = join(folder, `sub-${files}`, 'lines');
    const told: string[] = [];
    const disk = { room: roomBytes };
    const back = Promise.withResolvers<void>();
    const failing = Promise.withResolvers<void>();
    const file = new LineFile(
      path,
      {
        failing(error) {
          told.push(error.message);
          failing.resolve();
        },
        back(lost) {
          told.push(`back, ${lost} lost`);
          back.resolve();
        },
        ended: (lost) => told.push(`ended, ${lost} lost`),
      },
      async (fd, bytes) => {
        const written = Math.min(disk.room, bytes.length);
        if (written === 0) throw full();
        disk.room -= written;
        return writeSync(fd, bytes.subarray(0, written));
      },
    );
    return { path, file, told, disk, back: back.promise, failing: failing.promise };
  }
  const long = (index: number) => `${index} ${'x'.repeat(1_000)}`;

  it('wait while the disk is full, which is told once, and are all there, in order and whole, when it is not', async () => {
    const { path, file, told, disk, failing, back } = onDisk(10_500);
    const lines = Array.from({ length: 100 }, (_, index) => long(index));
    for (const line of lines.slice(0, 60)) file.add(line);
    await failing;
    for (const line of lines.slice(60)) file.add(line);
    expect(told).toEqual([full().message]);
    disk.room = Number.POSITIVE_INFINITY;
    await back;
    await file.close();
    expect(told).toEqual([full().message, 'back, 0 lost']);
    expect(readFileSync(path, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''));
  });

  it('are lost, and counted, beyond what may wait: they take no more memory than that', async () => {
    const { path, file, told, disk, failing, back } = onDisk(0);
    const count = 10_000;
    for (let index = 0; index < count; index += 1) file.add(long(index));
    await failing;
    const { lost } = file;
    expect(lost).toBeGreaterThan(count - (4 * 1024 * 1024) / 1_000);
    disk.room = Number.POSITIVE_INFINITY;
    await back;
    file.add('the last');
    await file.close();
    expect(told).toEqual([expect.any(String), `back, ${lost} lost`]);
    const written = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(written).toHaveLength(count - lost + 1);
    expect(written.at(-1)).toBe('the last');
  });

  it('that find no place hold up no end: it is told how many there were', async () => {
    const { file, told } = onDisk(0);
    for (const line of ['one', 'two', 'three']) file.add(line);
    await file.close();
    expect(told).toEqual([full().message, 'ended, 3 lost']);
    expect(file.lost).toBe(3);
  });

  it('begin behind a line that was left without its end', async () => {
    const path = join(folder, 'torn');
    writeFileSync(path, 'one\ntw');
    for (const line of ['three', 'four']) {
      const file = new LineFile(path, { failing() {}, back() {}, ended() {} });
      file.add(line);
      await file.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntw\nthree\nfour\n');
  });
});
