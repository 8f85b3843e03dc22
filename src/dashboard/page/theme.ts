const key = 'fraud-scorer-theme';

/** Light, dark, or as the system is. The choice is kept where the browser lets a page keep anything. */
export function setUpTheme(select: HTMLSelectElement, onChange: () => void): void {
  const apply = (): void => {
    if (select.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = select.value;
    onChange();
  };
  const kept = read();
  if (kept === 'light' || kept === 'dark') select.value = kept;
  apply();
  select.addEventListener('change', () => {
    keep(select.value);
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
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
    // It is forgotten with the page, then.
  }
}
