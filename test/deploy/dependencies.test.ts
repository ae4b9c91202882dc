import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';

/** The name in `import … from 'name';`, on one line or closing several, in `import 'name';` and in `import('name')`. */
const IMPORTED = /(?:^(?:import|export|\}).* from |^import |\bimport\()'([^.'][^']*)'/gm;

test('every package that the product imports is a dependency, so an image without those for development runs', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const imported = new Set<string>();
  for (const file of [...globSync('src/**/*.ts'), ...globSync('projections/**/*.ts')]) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORTED)) {
      if (name.startsWith('node:') || builtinModules.includes(name)) continue;
      imported.add(
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    }
  }
  expect(imported.size).toBeGreaterThan(5);
  expect([...imported].filter((name) => !(name in dependencies))).toEqual([]);
});
