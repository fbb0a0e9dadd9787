/* `npm run canary`: a planted type error in script and template must be found, or `npm run check` guards nothing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(root, 'canary-'));
try {
  writeFileSync(
    join(folder, 'Planted.svelte'),
    '<script lang="ts">\n  const number: number = "text";\n  const row = { sku: "T-1" };\n</script>\n\n<p>{number}{row.missing}</p>\n',
  );
  writeFileSync(join(folder, 'index.ts'), "import './Planted.svelte';\n");
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../tsconfig.json', include: ['.'] }));
  const words = ['svelte-check', '--workspace', folder, '--tsconfig', join(folder, 'tsconfig.json'), '--output', 'machine'];
  const { status, stdout } = spawnSync('npx', words, { cwd: root, encoding: 'utf8' });
  const found = (stdout.match(/ERROR /g) ?? []).length;
  if (status === 0 || found < 2) {
    console.error(`expected svelte-check to find 2 planted errors, got ${found}:\n${stdout}`);
    process.exitCode = 1;
  } else console.log('svelte-check finds planted errors in script and template');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
