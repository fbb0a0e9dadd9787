import { beforeEach, expect, test } from 'vitest';
import { keepPhoto } from './keep_photo';

const chosen = (file: File | null) => ({ files: file === null ? [] : [file], value: 'chosen' });
let sent: { path: string; size: number }[] = [];
let refused = false;
const floor = {
  ask: async <T>(work: () => Promise<T>): Promise<T | undefined> => (refused ? undefined : work()),
  shift: { api: async (path: string, call: { body: Blob }) => (sent.push({ path, size: call.body.size }), { forgotten: 1 }) },
} as unknown as Parameters<typeof keepPhoto>[0];
const keep = (field: ReturnType<typeof chosen>): ReturnType<typeof keepPhoto> =>
  keepPhoto(floor, '/api/returns/1/photos', { currentTarget: field } as unknown as Event);

beforeEach(() => {
  sent = [];
  refused = false;
});

test('what cannot be drawn smaller goes as it is, and the field is free for the same file again', async () => {
  const field = chosen(new File(['four'], 'photo.heic'));
  expect([await keep(field), sent, field.value]).toEqual([{ forgotten: 1 }, [{ path: '/api/returns/1/photos', size: 4 }], '']);
});

test('no file is no photo; one that was not taken is not said to be kept', async () => {
  expect(await keep(chosen(null))).toBeNull();
  refused = true;
  const field = chosen(new File(['four'], 'photo.jpg'));
  expect([await keep(field), sent, field.value]).toEqual([null, [], '']);
});
