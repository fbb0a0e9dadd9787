import type { goods as cs } from './goods.cs';
import type { SameTexts } from './say_of';
import { goodsWords } from '../../texts/goods_words.hu';

export const goods = {
  ...goodsWords,
  'detail.returns': 'Visszáru',
  'detail.return_proof': 'A(z) {number} visszáru fényképe',
} satisfies SameTexts<typeof cs>;
