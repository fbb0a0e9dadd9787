/*
 * Service worker of the floor app: the whole app is on the device, and a new version never comes in under a job.
 *
 * A new worker installs its own cache and waits. The page asks for the switch ({type: 'activate'}) when no job is open
 * and everything is saved; until then old pages keep their old chunks, even when the server has none of them any more.
 * Requests to /api are never touched: the outbox answers for those.
 */
interface Waitable {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Waitable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope {
  readonly location: { origin: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Waitable) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

const worker = self as unknown as WorkerScope;
const version = '__PRECACHE_VERSION__';
const paths = '__PRECACHE_LIST__'.split(' ').map((path) => `/${path}`);
const cacheName = `rampa-${version}`;
const keptName = 'rampa-on-use';
const letInMark = '/let-in';
const floorPages = new Set(['/', '/index.html', '/enrol']);

async function install(): Promise<void> {
  // Made anew even after a rollback: the order of the caches tells which version was the one before.
  await caches.delete(cacheName);
  const cache = await caches.open(cacheName);
  await Promise.all(paths.map((path) => keep(cache, path)));
}

/** A half-finished deployment answers scripts with an error page: such a version is not installed at all. */
async function keep(cache: Cache, path: string): Promise<void> {
  const answer = await fetch(new Request(path, { cache: 'reload' }));
  const kind = answer.headers.get('Content-Type') ?? '';
  const isPage = kind.includes('text/html');
  if (!answer.ok || isPage !== path.endsWith('.html')) {
    throw new Error(`expected ${path} of version ${version}, got status ${answer.status} and ${kind}`);
  }
  await cache.put(path, answer);
}

/**
 * The version before stays: a page of it that is still open goes on finding its chunks. It is the one that was let in
 * last, not the one that was made last: versions that came and went meanwhile never ran.
 */
async function removeOlder(): Promise<void> {
  const kept = await caches.open(keptName);
  const before = await (await kept.match(letInMark))?.text();
  const others = (await caches.keys()).filter((name) => name.startsWith('rampa-') && name !== cacheName && name !== keptName);
  // Caches are listed in the order in which they were made; a device of the first versions has no mark yet.
  const stays = others.find((name) => name === before) ?? others.at(-1);
  for (const name of others) if (name !== stays) await caches.delete(name);
  await kept.put(letInMark, new Response(cacheName));
  await worker.clients.claim();
}

async function fromCache(path: string, request: Request): Promise<Response> {
  const found = await caches.match(path, { cacheName });
  return found ?? fetch(request);
}

/** A chunk of the version before, asked for by a page of it. */
async function fromAnyCache(path: string, request: Request): Promise<Response> {
  return (await caches.match(path)) ?? fetch(request);
}

async function keptOnUse(request: Request): Promise<Response> {
  const cache = await caches.open(keptName);
  const found = await cache.match(request);
  if (found !== undefined) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(removeOlder()));
worker.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'activate') void worker.skipWaiting();
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== worker.location.origin) return;
  if (request.mode === 'navigate') {
    if (floorPages.has(address.pathname)) event.respondWith(fromCache('/index.html', request));
    return;
  }
  if (paths.includes(address.pathname)) event.respondWith(fromCache(address.pathname, request));
  else if (address.pathname.startsWith('/assets/') && address.pathname.endsWith('.wasm')) {
    event.respondWith(keptOnUse(request));
  } else if (address.pathname.startsWith('/assets/')) event.respondWith(fromAnyCache(address.pathname, request));
});
