/** React's side of recording: views with their length, and cards that were really seen. */
import { useCallback, useEffect, useRef } from 'react';
import { Dwell } from './dwell';
import { record } from './record';

/** Records a VIEW with its length when the product is left or the tab goes to the background. */
export function useRecordedView(productId: string, productName: string, recommendationId?: string): void {
  useEffect(() => {
    const dwell = new Dwell({ now: () => performance.now() }, document.visibilityState === 'visible');
    const report = () => {
      const durationMs = dwell.take();
      if (durationMs !== null) record({ type: 'VIEW', productId, durationMs, recommendationId }, productName);
    };
    const onVisibility = () => {
      if (document.visibilityState === 'visible') return dwell.show();
      dwell.hide();
      report();
    };
    document.addEventListener('visibilitychange', onVisibility);
    addEventListener('pagehide', report);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      removeEventListener('pagehide', report);
      report();
    };
  }, [productId, productName, recommendationId]);
}

interface Seen {
  productId: string;
  recommendationId: string;
  position: number;
}

const watched = new WeakMap<Element, { seen: Seen; timer: ReturnType<typeof setTimeout> | undefined }>();
/** Half of a card for half a second: the customary line between shown and seen. */
const observer =
  typeof IntersectionObserver === 'undefined'
    ? null
    : new IntersectionObserver(
        (entries) => {
          for (const entry of entries) {
            const watch = watched.get(entry.target);
            if (!watch) continue;
            clearTimeout(watch.timer);
            if (!entry.isIntersecting) continue;
            watch.timer = setTimeout(() => {
              const { productId, recommendationId, position } = watch.seen;
              record({ type: 'IMPRESSION', productId, recommendationId, position });
            }, 500);
          }
        },
        { threshold: 0.5 },
      );

/** A ref callback that records an IMPRESSION once the element has been seen. */
export function useImpression(seen: Seen | null): (element: Element | null) => (() => void) | undefined {
  const latest = useRef(seen);
  const element = useRef<Element | null>(null);
  useEffect(() => {
    latest.current = seen;
    if (!element.current || !observer || !seen) return;
    const known = watched.get(element.current);
    if (known?.seen.recommendationId === seen.recommendationId && known.seen.productId === seen.productId) return;
    // A new list with the same card in it is shown anew; observing again reports the present state.
    clearTimeout(known?.timer);
    watched.set(element.current, { seen, timer: undefined });
    observer.unobserve(element.current);
    observer.observe(element.current);
  }, [seen]);
  return useCallback((node: Element | null) => {
    if (!node) return undefined;
    element.current = node;
    if (latest.current && observer) {
      watched.set(node, { seen: latest.current, timer: undefined });
      observer.observe(node);
    }
    return () => {
      clearTimeout(watched.get(node)?.timer);
      observer?.unobserve(node);
      element.current = null;
    };
  }, []);
}
