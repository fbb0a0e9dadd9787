import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';
import { ApiProblem, NoAnswer, type Api, type Call } from '../api/client';
import { ManualTimers } from '../testing/manual_timers';
import { NO_PHOTOS, PHOTOS_MAX, WaitingPhotos, openPhotoStore, textsOf, type PhotosView, type ReadPhoto } from './waiting_photos';

const PICTURE = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3])], { type: 'image/jpeg' });
const ABOUT = { task: 'pick:7', title: 'Pick P7', known: ['gtin:04006381333931', 'loc:A-01'] };
const FOUND: ReadPhoto = { codes: [{ text: '4006381333931', symbology: 'EAN-13', reason: 'agreed' }], guesses: [] };
const silence = (): never => {
  throw new NoAnswer('expected an answer, got none');
};
const problem = (status: number) => (): never => {
  throw new ApiProblem({ status, code: 'X', sentence: 'no', body: {} });
};

let answer: () => ReadPhoto;
let asked: { path: string; size: number }[];
let timers = new ManualTimers();

async function open(): Promise<{ photos: WaitingPhotos; view: () => PhotosView }> {
  let view = NO_PHOTOS;
  const api = (async (path: string, call: Call = {}) => {
    asked.push({ path, size: (call.body as Blob).size });
    return answer();
  }) as Api;
  const photos = new WaitingPhotos({ store: await openPhotoStore(), api, changed: (now) => (view = now), timers, now_ms: () => 0 });
  return { photos, view: () => view };
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  answer = () => FOUND;
  asked = [];
  timers = new ManualTimers();
});

test('with a line the picture goes at once, with what the job waits for, and its codes are offered', async () => {
  const { photos, view } = await open();
  expect(await photos.add(PICTURE, ABOUT)).toBe(true);
  await photos.send();
  expect(asked).toEqual([{ path: '/api/scans/photo?known=04006381333931', size: 6 }]);
  expect(view()).toEqual({
    waiting: 0,
    answers: [{ number: 1, taken_at: '1970-01-01T00:00:00.000Z', task: 'pick:7', title: 'Pick P7', ...FOUND }],
  });
});

test.each([['no line', silence], ['a busy server', problem(503)], ['a limit of requests', problem(429)], ['a refused device', problem(401)]])(
  'with %s it waits, survives the page, and is sent when the line is back', async (_name, failing) => {
    answer = failing;
    const before = await open();
    await before.photos.add(PICTURE, ABOUT);
    await before.photos.send();
    expect(before.view()).toEqual({ waiting: 1, answers: [] });

    const after = await open();
    await after.photos.tell();
    expect(after.view().waiting).toBe(1);
    answer = () => FOUND;
    await after.photos.send();
    expect(after.view()).toMatchObject({ waiting: 0, answers: [{ codes: [{ text: '4006381333931' }] }] });
  },
);

test('a picture that breaks the server keeps no other waiting, and is tried again itself', async () => {
  const { photos, view } = await open();
  answer = silence;
  await photos.add(PICTURE, ABOUT);
  await photos.add(PICTURE, { ...ABOUT, task: 'pick:8' });
  await photos.send();
  asked = [];
  answer = () => (asked.length === 1 ? problem(500)() : FOUND);
  await photos.send();
  expect([asked.length, view().waiting, view().answers.map(({ task }) => task)]).toEqual([2, 1, ['pick:8']]);
  expect(timers.nearest_ms).toBe(30_000);
});

test('silence is tried again after a while without anybody asking', async () => {
  answer = silence;
  const { photos, view } = await open();
  await photos.add(PICTURE, ABOUT);
  await photos.send();
  answer = () => FOUND;
  await timers.pass(29_000);
  expect(view().answers).toHaveLength(0);
  await timers.pass(2_000);
  expect(view().answers).toHaveLength(1);
});

test('a picture that the server cannot read is answered as one without a code, and stands in nobody\'s way', async () => {
  answer = problem(400);
  const { photos, view } = await open();
  await photos.add(PICTURE, ABOUT);
  await photos.send();
  expect(view()).toMatchObject({ waiting: 0, answers: [{ codes: [], guesses: [] }] });
});

test('said yes or no to, the picture is gone from the device', async () => {
  const { photos, view } = await open();
  await photos.add(PICTURE, ABOUT);
  await photos.send();
  await photos.forget(1);
  expect(view()).toEqual(NO_PHOTOS);
  expect(await (await openPhotoStore()).count('photos')).toBe(0);
});

test('one more than the device may hold is not taken', async () => {
  answer = silence;
  const { photos, view } = await open();
  for (let number = 0; number < PHOTOS_MAX; number += 1) expect(await photos.add(PICTURE, ABOUT)).toBe(true);
  expect(await photos.add(PICTURE, ABOUT)).toBe(false);
  expect(view().waiting).toBe(PHOTOS_MAX);
});

test('only what a picture can show is told to the server', () => {
  expect(textsOf(['gtin:04006381333931', 'loc:A-01', 'track:Z123', 'sscc:0', 'weight_g:5', 'text:ABC'])).toEqual(
    ['04006381333931', 'Z123', '0', 'ABC'],
  );
});
