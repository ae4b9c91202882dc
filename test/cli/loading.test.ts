import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, Workplace } from './support';

const place = new Workplace();
afterAll(() => place.dispose());

describe('A server that has started', () => {
  it('has loaded nothing that it was not asked for yet, which its first answer would wait for', async () => {
    const [preload, list] = [join(place.folder, 'preload.cjs'), join(place.folder, 'loaded.json')];
    writeFileSync(
      preload,
      `process.on('exit', () => {
        require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache)));
      });`,
    );
    const server = place.startNode(['--require', preload, CLI, 'serve']);
    await server.says(/http:\/\/\S+/);
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0 });

    const files: string[] = JSON.parse(readFileSync(list, 'utf8'));
    const loaded = new Set(
      files.map((file) => /.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file)?.[1]),
    );
    expect(loaded).toContain('fastify');
    for (const name of [
      'graphql-jit',
      'ajv',
      'prom-client',
      '@kurrent/kurrentdb-client',
      '@apollo/protobufjs',
    ]) {
      expect(loaded).not.toContain(name);
    }
  });
});
