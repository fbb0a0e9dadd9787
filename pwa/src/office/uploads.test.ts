import { expect, test } from 'vitest';
import { ApiProblem, NoAnswer } from '../api/client';
import { cs } from './texts/cs';
import { en } from './texts/en';
import { sayOf } from './texts/say_of';
import { isSignedOut, problemText } from './problem_text';
import { uploadOrders } from './uploads';

const say = sayOf<typeof cs>(en, 'en');
const file = new File(['{"orders":[]}'], 'orders & co.json');

test('the bytes go up as they are, the name and the channel beside them', async () => {
  const asked: [string, RequestInit][] = [];
  const outcome = await uploadOrders('E SHOP', file, async (address, init) => {
    asked.push([String(address), init ?? {}]);
    return Response.json({ received: 2 });
  });
  expect(outcome.received).toBe(2);
  const [address, init] = asked[0] ?? ['', {}];
  expect(address).toBe('/api/orders/upload?channel=E+SHOP&file_name=orders+%26+co.json');
  expect(init.body).toBe(file);
  expect(new Headers(init.headers).get('X-Rampa')).toBe('1');
});

test('a refused file says why in the reader’s language', async () => {
  const refused = uploadOrders('E', file, async () => Response.json({ code: 'NOT_AN_ORDER_FILE', detail: 'Expected orders.' }, { status: 422 }));
  const error = await refused.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiProblem);
  expect(problemText(say, error)).toBe('This is not a file of orders.');
});

test('a problem without a text of ours keeps the server’s sentence', () => {
  const problem = new ApiProblem({ status: 409, code: 'NEW', sentence: 'Expected this, got that.', body: {} });
  expect(problemText(say, problem)).toBe('Expected this, got that.');
});

test('no answer is told apart from a refusal, and an ended session from both', async () => {
  const lost = await uploadOrders('E', file, async () => Promise.reject(new TypeError('net'))).catch((caught: unknown) => caught);
  expect(lost).toBeInstanceOf(NoAnswer);
  expect(problemText(say, lost)).toBe('The server does not answer. Try again when the connection is back.');
  expect(isSignedOut(lost)).toBe(false);
  expect(isSignedOut(new ApiProblem({ status: 401, code: 'SESSION_OVER', sentence: '', body: {} }))).toBe(true);
});
