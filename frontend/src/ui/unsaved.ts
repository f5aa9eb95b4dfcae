import { useEffect } from 'react';

/** Asks before a link, a reload or a closed tab throws away what has not been saved. */
export function useUnsavedWarning(unsaved: boolean, question: string): void {
  useEffect(() => {
    if (!unsaved) return;
    let leaving = false;
    const onUnload = (event: BeforeUnloadEvent) => {
      if (!leaving) event.preventDefault();
    };
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest<HTMLAnchorElement>('a[href]');
      const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0;
      if (!link || elsewhere || link.target === '_blank' || link.pathname === location.pathname) return;
      if (confirm(question)) leaving = true;
      else event.preventDefault();
    };
    addEventListener('beforeunload', onUnload);
    // Before the router sees the click.
    addEventListener('click', onClick, true);
    return () => {
      removeEventListener('beforeunload', onUnload);
      removeEventListener('click', onClick, true);
    };
  }, [unsaved, question]);
}
