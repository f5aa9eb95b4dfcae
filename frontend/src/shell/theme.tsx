import { Monitor, Moon, Sun } from 'lucide-react';
import { useEffect } from 'react';
import { IconButton } from '../ui/button';
import { useStored } from '../ui/stored';

type Theme = 'system' | 'light' | 'dark';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const NAME: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };
const ICON = { system: Monitor, light: Sun, dark: Moon };

export function ThemeButton() {
  const [theme, setTheme] = useStored<Theme>('shelfwise.theme', 'system');
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  const Icon = ICON[theme];
  return (
    <IconButton label={`Colours: ${NAME[theme]}. Switch to ${NAME[NEXT[theme]]}`} onClick={() => setTheme(NEXT[theme])}>
      <Icon className="size-5" aria-hidden />
    </IconButton>
  );
}
