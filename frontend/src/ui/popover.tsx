import { type ReactNode, useCallback, useId, useRef, useState } from 'react';

interface PopoverProps {
  /** The accessible name of the panel. */
  label: string;
  trigger: (props: { popoverTarget: string; 'aria-expanded': boolean; 'aria-haspopup': 'dialog' }) => ReactNode;
  children: (close: () => void) => ReactNode;
  width?: number;
}

/** A panel next to its button, in the top layer: closes on Escape and on a click elsewhere. A sheet on small screens. */
export function Popover({ label, trigger, children, width = 320 }: PopoverProps) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => document.getElementById(id)?.hidePopover(), [id]);

  const place = () => {
    const node = panel.current;
    const anchor = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
    if (!node || !anchor) return;
    if (innerWidth < 640) {
      node.style.cssText = 'inset: auto 0 0 0; width: 100%; max-height: 80dvh; border-radius: 20px 20px 0 0';
      return;
    }
    const from = anchor.getBoundingClientRect();
    const height = node.offsetHeight;
    const left = Math.min(Math.max(from.left, 12), innerWidth - width - 24);
    const below = from.bottom + 8;
    const top = below + height <= innerHeight - 8 ? below : Math.max(8, from.top - height - 8);
    node.style.cssText = `left: ${left}px; top: ${top}px; width: ${width}px; max-height: calc(100dvh - 16px)`;
  };

  return (
    <>
      {trigger({ popoverTarget: id, 'aria-expanded': open, 'aria-haspopup': 'dialog' })}
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        className="fixed m-0 overflow-y-auto rounded-2xl border border-line bg-surface p-5 shadow-float max-sm:backdrop:bg-black/30 open:animate-rise"
        onToggle={(event) => {
          const opened = event.newState === 'open';
          setOpen(opened);
          if (opened) {
            place();
            requestAnimationFrame(place);
          }
        }}
      >
        {open && children(close)}
      </div>
    </>
  );
}
