import { useMemo } from 'react';
import { encode } from 'uqr';

/** A code to scan, dark on light in either colour scheme. */
export function QrCode({ payload }: { payload: string }) {
  const { path, size } = useMemo(() => {
    const { data, size: side } = encode(payload, { border: 2 });
    const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: squares.join(''), size: side };
  }, [payload]);
  return (
    <figure className="w-fit space-y-2">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label="Code to scan" className="size-52 rounded-xl bg-white" shapeRendering="crispEdges">
        <path d={path} fill="#000" />
      </svg>
      <figcaption className="text-sm text-muted">Scan it with the app to pay.</figcaption>
    </figure>
  );
}
