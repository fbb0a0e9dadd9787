/* Light or dark: what the person chose for this device, else what the system wants. */
export type Theme = 'auto' | 'light' | 'dark';

export const isDark = (theme: Theme, system_dark: boolean): boolean => theme === 'dark' || (theme === 'auto' && system_dark);

/** Shows the choice, and follows the system when that changes its mind. */
export class ThemeOfPage {
  private readonly system = matchMedia('(prefers-color-scheme: dark)');
  private theme: Theme = 'auto';

  constructor(private readonly root: HTMLElement) {
    this.system.addEventListener('change', () => this.show(this.theme));
  }

  show(theme: Theme): void {
    this.theme = theme;
    this.root.dataset['theme'] = isDark(theme, this.system.matches) ? 'dark' : 'light';
  }
}
