/*
 * Global capture of the wedge scanner: no field to tap into, no soft keyboard, any end mark or none.
 *
 * Two paths feed one decoder: key events, and text that an input method commits into a hidden field with the on-screen
 * keyboard switched off. Enter of a scanner never presses the focused button.
 */
import { WedgeDecoder, looksScanned, type Burst, type TypedKey } from './wedge_decoder';

export interface WedgeOptions {
  suffix: WedgeDecoder['suffix'];
  burst(burst: Burst): void;
  /** The hidden field has the focus: committed text will be heard. */
  ready(ready: boolean): void;
  learnt(suffix: 'enter' | 'none'): void;
}

const TYPING = 'input:not([data-wedge]), textarea, select, [contenteditable="true"]';

const typingIn = (target: EventTarget | null): HTMLInputElement | null =>
  target instanceof HTMLElement && target.matches(TYPING) ? (target as HTMLInputElement) : null;

function hiddenField(page: Document): HTMLInputElement {
  const field = page.createElement('input');
  field.dataset['wedge'] = '';
  field.setAttribute('inputmode', 'none');
  for (const name of ['autocomplete', 'autocorrect', 'autocapitalize']) field.setAttribute(name, 'off');
  field.spellcheck = false;
  field.tabIndex = -1;
  field.setAttribute('aria-hidden', 'true');
  field.className = 'wedge-field';
  page.body.append(field);
  return field;
}

export class Wedge {
  private readonly decoder: WedgeDecoder;
  private readonly field: HTMLInputElement;
  private readonly detached = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private typed: TypedKey[] = [];
  private typedBefore = '';
  // Tab outside of a code is a person at a keyboard: only then may Enter press the focused button, and keep the focus.
  private keyboardUsed = false;

  constructor(
    private readonly page: Document,
    private readonly options: WedgeOptions,
  ) {
    this.decoder = new WedgeDecoder(options.suffix);
    this.field = hiddenField(page);
    this.listen();
    this.focus();
  }

  detach(): void {
    clearTimeout(this.timer);
    this.detached.abort();
    this.field.remove();
  }

  /** How this scanner ends its codes, when a person has set it. */
  setSuffix(suffix: WedgeDecoder['suffix']): void {
    this.options.suffix = suffix;
    this.decoder.suffix = suffix;
  }

  private listen(): void {
    const { signal } = this.detached;
    const early = { capture: true, signal };
    const refocus = (): void => void setTimeout(() => this.focus(), 0);
    this.page.addEventListener('keydown', (event) => this.keydown(event), early);
    this.page.addEventListener('pointerdown', () => this.touched(), early);
    this.page.addEventListener('paste', (event) => this.pasted(event), early);
    this.page.addEventListener('click', refocus, { signal });
    this.page.addEventListener('focusout', refocus, { signal });
    this.field.addEventListener('beforeinput', (event) => this.beforeInput(event), { signal });
    this.field.addEventListener('compositionend', (event) => this.commit(event.data, event.timeStamp), { signal });
    // Some input methods skip beforeinput: what lands in the field is taken from there.
    this.field.addEventListener('input', () => this.field.value !== '' && this.commit(this.field.value, performance.now()), { signal });
    const view = this.page.defaultView ?? window;
    view.addEventListener('focus', refocus, { signal });
    view.addEventListener('blur', refocus, { signal });
  }

  private focus(): void {
    const { page, field } = this;
    const kept = this.keyboardUsed && page.activeElement !== page.body;
    if (!kept && typingIn(page.activeElement) === null && page.hasFocus()) field.focus({ preventScroll: true });
    this.options.ready(page.activeElement === field);
  }

  private touched(): void {
    this.keyboardUsed = false;
    this.typed = [];
  }

  // Keys

  private keydown(event: KeyboardEvent): void {
    const target = typingIn(event.target);
    if (target !== null) return this.typing(event, target);
    if (event.repeat && event.key === 'Enter') return event.preventDefault();
    if (this.isForPerson(event)) return;
    const { burst, taken } = this.decoder.key({
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
    this.emit(burst);
    this.wait();
  }

  /** A person at a keyboard must still reach buttons: Tab moves, then Enter and Space press, when no code is under way. */
  private isForPerson(event: KeyboardEvent): boolean {
    if (this.decoder.pending) return false;
    if (event.key === 'Tab') {
      this.keyboardUsed = true;
      return true;
    }
    const onButton = event.target instanceof HTMLElement && event.target.closest('button, a') !== null;
    return onButton && this.keyboardUsed && (event.key === 'Enter' || event.key === ' ');
  }

  /** A real text field has the focus: timing tells a scan from typing, and a scan gives the field its text back. */
  private typing(event: KeyboardEvent, target: HTMLInputElement): void {
    if (event.key.length === 1) {
      if (this.typed.length === 0) this.typedBefore = target.value;
      this.typed.push({ length: 1, at_ms: event.timeStamp });
      return;
    }
    if (event.key !== 'Enter') return;
    if (looksScanned(this.typed) && target.value.startsWith(this.typedBefore)) {
      event.preventDefault();
      event.stopPropagation();
      const characters = target.value.slice(this.typedBefore.length);
      target.value = this.typedBefore;
      target.dispatchEvent(new Event('input', { bubbles: true }));
      this.emit({ characters, physical: null, end: 'enter' });
    }
    this.typed = [];
  }

  // Committed text

  private beforeInput(event: InputEvent): void {
    if (event.inputType === 'insertCompositionText') return;
    event.preventDefault();
    const isBreak = event.inputType === 'insertLineBreak' || event.inputType === 'insertParagraph';
    this.commit(isBreak ? '\n' : (event.data ?? event.dataTransfer?.getData('text/plain') ?? ''), event.timeStamp);
  }

  private pasted(event: ClipboardEvent): void {
    if (typingIn(event.target) !== null) return;
    event.preventDefault();
    this.commit(event.clipboardData?.getData('text/plain') ?? '', event.timeStamp);
  }

  private commit(text: string, at_ms: number): void {
    this.field.value = '';
    for (const burst of this.decoder.text(text, at_ms)) this.emit(burst);
    this.wait();
  }

  // Bursts

  private wait(): void {
    clearTimeout(this.timer);
    if (!this.decoder.pending) return;
    this.timer = setTimeout(() => {
      this.emit(this.decoder.tick(performance.now()));
      this.wait();
    }, this.decoder.wait_ms + 5);
  }

  private emit(burst: Burst | null): void {
    if (burst === null) return;
    this.keyboardUsed = false;
    const { suffix } = this.decoder;
    if (suffix !== 'unknown' && suffix !== this.options.suffix) {
      this.options.suffix = suffix;
      this.options.learnt(suffix);
    }
    this.options.burst(burst);
  }
}

export const attachWedge = (page: Document, options: WedgeOptions): Wedge => new Wedge(page, options);
