/*
 * What happens when a code of the scanner card is heard: the device keeps what it learnt and says it, on any screen.
 * It comes with the reading of codes, beside the first screen.
 */
import { asMeant, lessonOf, lessonsLearnt } from '../inputs/calibration';
import type { Burst } from '../inputs/wedge_decoder';
import type { FloorState } from './floor_state.svelte';

/** A burst as this device has learnt to understand it; null when it was a lesson. */
export function heardBy(floor: FloorState): (burst: Burst) => Burst | null {
  return (burst) => {
    const lesson = lessonOf(burst);
    if (lesson === null) return asMeant(burst, floor.view.settings);
    void (async () => {
      const { shift } = floor;
      await floor.say.whole();
      await shift.setSettings(lesson.change);
      const text = floor.say.code('scanner', lesson.said, lesson.said, { got: lesson.got });
      if (lesson.wrong) floor.wrong(text);
      else {
        const n = lessonsLearnt(shift.view.settings);
        floor.sounds.play(n === 3 ? 'order' : 'line');
        floor.message = { text: `${text} ${floor.say(n === 3 ? 'scanner.all' : 'scanner.more', { n })}`, bad: false };
      }
    })();
    return null;
  };
}
