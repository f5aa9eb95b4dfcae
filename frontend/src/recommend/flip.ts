/** Moves cards to their new places, lets new ones fade in and gone ones fade out. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

interface Place {
  node: HTMLElement;
  left: number;
  top: number;
  width: number;
  height: number;
}

const DURATION_MS = 420;
const EASING = 'cubic-bezier(0.2, 0.8, 0.2, 1)';

/** `container` must be positioned; its children carry `data-key`. Runs when `version` changes. */
export function useFlip(container: RefObject<HTMLElement | null>, version: unknown): void {
  const places = useRef(new Map<string, Place>());

  useLayoutEffect(() => {
    const root = container.current;
    if (!root) return;
    const before = places.current;
    const after = measure(root);
    places.current = after;
    if (before.size === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;

    for (const [key, now] of after) {
      const then = before.get(key);
      if (!then) {
        now.node.animate(
          [
            { opacity: 0, transform: 'translateY(14px) scale(0.94)' },
            { opacity: 1, transform: 'none' },
          ],
          { duration: DURATION_MS + 180, easing: EASING },
        );
      } else if (then.left !== now.left || then.top !== now.top) {
        now.node.animate(
          [{ transform: `translate(${then.left - now.left}px, ${then.top - now.top}px)` }, { transform: 'none' }],
          { duration: DURATION_MS, easing: EASING },
        );
      }
    }
    for (const [key, gone] of before) if (!after.has(key)) fadeOut(root, gone);
  }, [container, version]);

  useEffect(() => {
    const root = container.current;
    if (!root) return;
    // A resize moves everything at once; nothing should fly across the screen for it at the next update.
    const observer = new ResizeObserver(() => {
      places.current = measure(root);
    });
    observer.observe(root);
    return () => observer.disconnect();
  }, [container]);
}

function measure(root: HTMLElement): Map<string, Place> {
  const found = new Map<string, Place>();
  for (const node of root.querySelectorAll<HTMLElement>(':scope > [data-key]')) {
    const key = node.dataset.key;
    if (!key) continue;
    found.set(key, {
      node,
      left: node.offsetLeft,
      top: node.offsetTop,
      width: node.offsetWidth,
      height: node.offsetHeight,
    });
  }
  return found;
}

function fadeOut(root: HTMLElement, gone: Place): void {
  const ghost = gone.node.cloneNode(true) as HTMLElement;
  delete ghost.dataset.key;
  ghost.inert = true;
  ghost.setAttribute('aria-hidden', 'true');
  for (const panel of ghost.querySelectorAll('[popover]')) panel.remove();
  ghost.style.cssText = `position:absolute;left:${gone.left}px;top:${gone.top}px;width:${gone.width}px;height:${gone.height}px;margin:0;pointer-events:none`;
  root.append(ghost);
  ghost
    .animate([{ opacity: 1 }, { opacity: 0, transform: 'scale(0.92)' }], {
      duration: 260,
      easing: 'ease-in',
      fill: 'forwards',
    })
    .finished.finally(() => ghost.remove());
}
