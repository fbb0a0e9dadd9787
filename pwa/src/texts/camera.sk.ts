export const camera = {
  'photo.take': 'Odfotiť',
  'photo.waiting': { one: '{n} fotka čaká na spojenie.', few: '{n} fotky čakajú na spojenie.', many: '{n} fotky čaká na spojenie.', other: '{n} fotiek čaká na spojenie.' },
  'photo.answered': { one: '{n} fotka je prečítaná', few: '{n} fotky sú prečítané', many: '{n} fotky je prečítané', other: '{n} fotiek je prečítaných' },
  'photo.of': 'Fotka o {time}',
  'photo.elsewhere': 'patrí k práci {job}',
  'photo.nothing': 'Na fotke som kód nenašiel. Odfoťte ho zblízka a rovno, alebo ho opíšte.',
  'photo.unsure': 'Na fotke si nie som istý, preto kód neberiem. Odfoťte ho zblízka, alebo ho opíšte.',
  'photo.drop': 'Zahodiť fotku',
  'photo.full': { one: 'V zariadení čaká {n} fotka, viac sa nezmestí. Choďte na signál.', few: 'V zariadení čakajú {n} fotky, viac sa nezmestí. Choďte na signál.', many: 'V zariadení čaká {n} fotky, viac sa nezmestí. Choďte na signál.', other: 'V zariadení čaká {n} fotiek, viac sa nezmestí. Choďte na signál.' },
  'photo.not_kept': 'Fotku sa nepodarilo uložiť. Skúste to znova.',
};
