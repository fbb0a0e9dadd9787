export const camera = {
  'photo.take': 'Photo',
  'photo.waiting': { one: '{n} photo waiting for a connection.', other: '{n} photos waiting for a connection.' },
  'photo.answered': { one: '{n} photo has been read', other: '{n} photos have been read' },
  'photo.of': 'Photo at {time}',
  'photo.elsewhere': 'belongs to {job}',
  'photo.nothing': 'I found no code in the photo. Take it closer and straight, or type the code.',
  'photo.unsure': 'I am not sure of the code in the photo, so I do not take it. Take it closer, or type the code.',
  'photo.drop': 'Throw the photo away',
  'photo.full': { one: 'This device holds {n} photo, no more fit. Find a connection.', other: 'This device holds {n} photos, no more fit. Find a connection.' },
  'photo.not_kept': 'The photo could not be kept. Try again.',
};
