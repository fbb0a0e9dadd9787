/*
 * Global capture of the wedge scanner: no field to tap into, no soft keyboard, any end mark or none.
 *
 * Two paths feed one decoder: key events, and text that an input method commits into a hidden field with the on-screen
 * keyboard switched off. Enter of a scanner never presses the focused button.
 */
import { WedgeDecoder, looksScanned, type Burst, type TypedKey } from './wedge_decoder';

export interface WedgeOptions {
  suffix: 'unknown' | 'enter' | 'none';
  burst(burst: Burst): void;
  /** The hidden field has the focus: committed text will be heard. */
  ready(ready: boolean): void;
  learnt(suffix: 'enter' | 'none'): void;
}

export interface Wedge {
  detach(): void;
  focus(): void;
  /** How this scanner ends its codes, when a person has set it. */
  setSuffix(suffix: WedgeOptions['suffix']): void;
}

const TYPING = 'input:not([data-wedge]), textarea, select, [contenteditable="true"]';

export function attachWedge(page: Document, options: WedgeOptions): Wedge {
  const decoder = new WedgeDecoder(options.suffix);
  const field = page.createElement('input');
  const view = page.defaultView ?? window;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let typed: TypedKey[] = [];
  let typedBefore = '';
  // Tab outside of a code is a person at a keyboard: only then may Enter press the focused button, and keep the focus.
  let keyboardUsed = false;

  field.dataset['wedge'] = '';
  field.setAttribute('inputmode', 'none');
  for (const name of ['autocomplete', 'autocorrect', 'autocapitalize']) field.setAttribute(name, 'off');
  field.spellcheck = false;
  field.tabIndex = -1;
  field.setAttribute('aria-hidden', 'true');
  field.className = 'wedge-field';
  page.body.append(field);

  const typingIn = (target: EventTarget | null): HTMLInputElement | null =>
    target instanceof HTMLElement && target.matches(TYPING) ? (target as HTMLInputElement) : null;

  const emit = (burst: Burst | null): void => {
    if (burst === null) return;
    keyboardUsed = false;
    if (decoder.suffix !== 'unknown' && decoder.suffix !== options.suffix) {
      options.suffix = decoder.suffix;
      options.learnt(decoder.suffix);
    }
    options.burst(burst);
  };
  const wait = (): void => {
    clearTimeout(timer);
    if (!decoder.pending) return;
    timer = setTimeout(() => {
      emit(decoder.tick(performance.now()));
      wait();
    }, decoder.wait_ms + 5);
  };
  const focus = (): void => {
    const kept = keyboardUsed && page.activeElement !== page.body;
    if (!kept && typingIn(page.activeElement) === null && page.hasFocus()) field.focus({ preventScroll: true });
    options.ready(page.activeElement === field);
  };

  const typing = (event: KeyboardEvent, target: HTMLInputElement): void => {
    if (event.key.length === 1) {
      if (typed.length === 0) typedBefore = target.value;
      typed.push({ length: 1, at_ms: event.timeStamp });
      return;
    }
    if (event.key !== 'Enter') return;
    if (looksScanned(typed) && target.value.startsWith(typedBefore)) {
      event.preventDefault();
      event.stopPropagation();
      const characters = target.value.slice(typedBefore.length);
      target.value = typedBefore;
      target.dispatchEvent(new Event('input', { bubbles: true }));
      emit({ characters, physical: null, end: 'enter' });
    }
    typed = [];
  };

  const keydown = (event: KeyboardEvent): void => {
    const target = typingIn(event.target);
    if (target !== null) return typing(event, target);
    if (event.repeat && event.key === 'Enter') return event.preventDefault();
    // A person at a keyboard must still reach buttons: Enter and Space press them when no code is under way.
    const onButton = event.target instanceof HTMLElement && event.target.closest('button, a') !== null;
    if (event.key === 'Tab' && !decoder.pending) {
      keyboardUsed = true;
      return;
    }
    if (onButton && !decoder.pending && (event.key === 'Enter' || event.key === ' ') && keyboardUsed) return;
    const { burst, taken } = decoder.key({
      key: event.key,
      code: event.code,
      shift: event.shiftKey,
      ctrl: event.ctrlKey,
      alt: event.altKey,
      altGraph: event.getModifierState('AltGraph'),
      at_ms: event.timeStamp,
    });
    if (taken) {
      event.preventDefault();
      event.stopPropagation();
    }
    emit(burst);
    wait();
  };
  const touched = (): void => {
    keyboardUsed = false;
    typed = [];
  };

  const commit = (text: string, at_ms: number): void => {
    field.value = '';
    for (const burst of decoder.text(text, at_ms)) emit(burst);
    wait();
  };
  const beforeInput = (event: InputEvent): void => {
    if (event.inputType === 'insertCompositionText') return;
    event.preventDefault();
    if (event.inputType === 'insertLineBreak' || event.inputType === 'insertParagraph') commit('\n', event.timeStamp);
    else commit(event.data ?? event.dataTransfer?.getData('text/plain') ?? '', event.timeStamp);
  };
  const composed = (event: CompositionEvent): void => commit(event.data, event.timeStamp);
  const pasted = (event: ClipboardEvent): void => {
    if (typingIn(event.target) !== null) return;
    event.preventDefault();
    commit(event.clipboardData?.getData('text/plain') ?? '', event.timeStamp);
  };
  // Some input methods skip beforeinput: what lands in the field is taken from there.
  const landed = (): void => {
    if (field.value !== '') commit(field.value, performance.now());
  };
  const refocus = (): void => void setTimeout(focus, 0);

  page.addEventListener('keydown', keydown, true);
  page.addEventListener('pointerdown', touched, true);
  page.addEventListener('click', refocus);
  page.addEventListener('focusout', refocus);
  page.addEventListener('paste', pasted, true);
  field.addEventListener('beforeinput', beforeInput);
  field.addEventListener('compositionend', composed);
  field.addEventListener('input', landed);
  view.addEventListener('focus', refocus);
  view.addEventListener('blur', refocus);
  focus();

  return {
    focus,
    setSuffix: (suffix) => {
      options.suffix = suffix;
      decoder.suffix = suffix;
    },
    detach: () => {
      clearTimeout(timer);
      page.removeEventListener('keydown', keydown, true);
      page.removeEventListener('pointerdown', touched, true);
      page.removeEventListener('click', refocus);
      page.removeEventListener('focusout', refocus);
      page.removeEventListener('paste', pasted, true);
      view.removeEventListener('focus', refocus);
      view.removeEventListener('blur', refocus);
      field.remove();
    },
  };
}
