// Lays the viewer of the API description beside the built app, so that /schema needs no outside address.
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const target = new URL('../dist/viewer/', import.meta.url).pathname;
await mkdir(target, { recursive: true });
for (const name of ['swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'swagger-ui.css']) {
  await copyFile(join(source, name), join(target, name));
}
