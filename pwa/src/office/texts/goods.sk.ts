import type { goods as cs } from './goods.cs';
import type { SameTexts } from './say_of';
import { goodsWords } from '../../texts/goods_words.sk';

export const goods = {
  ...goodsWords,
  'detail.returns': 'Vrátené',
  'detail.return_proof': 'Fotka vrátenia {number}',
} satisfies SameTexts<typeof cs>;
