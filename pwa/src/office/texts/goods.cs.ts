/* What happens to goods, in words: moves, returns. */
import { goodsWords } from '../../texts/goods_words.cs';

export const goods = {
  ...goodsWords,
  'detail.returns': 'Vratky',
  'detail.return_proof': 'Fotka vratky {number}',
};
