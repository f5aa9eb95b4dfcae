import { Monitor, Moon, Sun } from 'lucide-react';
import { useEffect } from 'react';
import { IconButton } from '../ui/button';
import { readStored, useStored } from '../ui/stored';

type Theme = 'system' | 'light' | 'dark';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const NAME: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };
const ICON = { system: Monitor, light: Sun, dark: Moon };

const KEY = 'shelfwise.theme';
const DEFAULT: Theme = 'system';

/** Before the first paint as well, so that nobody sees the other colours flash by. */
export function applyTheme(theme = readStored<Theme>(KEY, DEFAULT)): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function ThemeButton() {
  const [theme, setTheme] = useStored<Theme>(KEY, DEFAULT);
  useEffect(() => applyTheme(theme), [theme]);
  const Icon = ICON[theme];
  return (
    <IconButton label={`Colours: ${NAME[theme]}. Switch to ${NAME[NEXT[theme]]}`} onClick={() => setTheme(NEXT[theme])}>
      <Icon className="size-5" aria-hidden />
    </IconButton>
  );
}
