/* One build, four pages: the floor app (/), the office (/office), the courier (/h/<token>), the demo (/demo). */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { pageAddresses } from './build/page_addresses.ts';
import { precacheList } from './build/precache_list.ts';

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const backend = process.env['RAMPA_API'] ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [svelte(), pageAddresses(), precacheList({ page: 'index.html', worker: 'sw.js' })],
  appType: 'mpa',
  define: { __APP_VERSION__: JSON.stringify(process.env['npm_package_version'] ?? '0.0.0') },
  server: { proxy: { '/api': { target: backend, changeOrigin: false } }, fs: { allow: ['..'] } },
  worker: { format: 'es' },
  build: {
    target: 'chrome111',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        floor: page('index.html'),
        office: page('office.html'),
        courier: page('courier.html'),
        demo: page('demo.html'),
        sw: page('src/sw.ts'),
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'build/**/*.test.ts'],
    // They take what the rest of a busy machine leaves them: a limit is for what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
