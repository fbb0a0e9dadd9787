import type { goods as cs } from './goods.cs';
import type { SameTexts } from './say_of';
import { goodsWords } from '../../texts/goods_words.en';

export const goods = {
  ...goodsWords,
  'detail.returns': 'Returns',
  'detail.return_proof': 'Photo of return {number}',
} satisfies SameTexts<typeof cs>;
