import { expect, test } from 'vitest';
import { ASK_AGAIN_MS, AskingAbout } from './asking_about';

test('a code is asked about once while its answer is on the way, and never after it', () => {
  const asking = new AskingAbout();
  expect(asking.due(['a', 'b', 'a'], 0)).toEqual(['a', 'b']);
  expect(asking.due(['a', 'b'], 50_000)).toEqual([]);
  asking.heard('a');
  expect(asking.due(['a', 'b'], 90_000)).toEqual([]);
});

test('no answer: it is asked again, but not with every picture', () => {
  const asking = new AskingAbout();
  asking.due(['a'], 0);
  asking.missed('a', 100);
  expect(asking.due(['a'], 100)).toEqual([]);
  expect(asking.due(['a'], 99 + ASK_AGAIN_MS)).toEqual([]);
  expect(asking.due(['a'], 100 + ASK_AGAIN_MS)).toEqual(['a']);
});

test('a shelf full of codes is asked about in portions', () => {
  const asking = new AskingAbout();
  const shelf = [...'abcdefg'];
  const first = asking.due(shelf, 0);
  expect(first).toEqual([...'abcd']);
  expect(asking.due(shelf, 1)).toEqual([]);
  asking.heard('a');
  asking.missed('b', 2);
  expect(asking.due(shelf, 3)).toEqual([...'ef']);
});
