const key = 'fraud-scorer-theme';

/** Light, dark, or as the operating system. The choice is stored if the browser allows it. */
export function setUpTheme(select: HTMLSelectElement, onChange: () => void): void {
  const isDark = matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    const { value } = select;
    document.documentElement.dataset.theme = value === 'auto' ? (isDark.matches ? 'dark' : 'light') : value;
    onChange();
  };
  const kept = read();
  if (kept === 'light' || kept === 'dark') select.value = kept;
  apply();
  select.addEventListener('change', () => {
    keep(select.value);
    apply();
  });
  isDark.addEventListener('change', apply);
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice is not stored then.
  }
}
