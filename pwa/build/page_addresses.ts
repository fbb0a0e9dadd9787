/* Gives `vite dev` and `vite preview` the same addresses as the server gives the built pages. */
import type { Connect, Plugin } from 'vite';

const PAGES: [RegExp, string][] = [
  [/^\/office(\/.*)?$/, '/office.html'],
  [/^\/h\/.*$/, '/courier.html'],
  [/^\/demo(\/.*)?$/, '/demo.html'],
  [/^\/enrol$/, '/index.html'],
];

export function pageFor(path: string): string | undefined {
  return PAGES.find(([pattern]) => pattern.test(path))?.[1];
}

const rewrite: Connect.NextHandleFunction = (request, _response, next) => {
  const [path = '/', query] = (request.url ?? '/').split('?');
  const page = pageFor(path);
  if (page !== undefined) request.url = query === undefined ? page : `${page}?${query}`;
  next();
};

export function pageAddresses(): Plugin {
  return {
    name: 'rampa-page-addresses',
    configureServer: (server) => void server.middlewares.use(rewrite),
    configurePreviewServer: (server) => void server.middlewares.use(rewrite),
  };
}
