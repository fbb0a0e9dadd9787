export const camera = {
  'photo.take': 'Fénykép',
  'photo.waiting': { one: '{n} fénykép vár a kapcsolatra.', other: '{n} fénykép vár a kapcsolatra.' },
  'photo.answered': { one: '{n} fénykép beolvasva', other: '{n} fénykép beolvasva' },
  'photo.of': 'Fénykép: {time}',
  'photo.elsewhere': 'ehhez a munkához tartozik: {job}',
  'photo.nothing': 'A fényképen nem találtam kódot. Fényképezze közelről és egyenesen, vagy írja be.',
  'photo.unsure': 'A fényképen nem vagyok biztos a kódban, ezért nem fogadom el. Fényképezze közelről, vagy írja be.',
  'photo.drop': 'Fénykép eldobása',
  'photo.full': { one: 'A készüléken {n} fénykép vár, több nem fér el. Menjen olyan helyre, ahol van jel.', other: 'A készüléken {n} fénykép vár, több nem fér el. Menjen olyan helyre, ahol van jel.' },
  'photo.not_kept': 'A fényképet nem sikerült elmenteni. Próbálja újra.',
};
