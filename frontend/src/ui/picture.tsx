import { useState } from 'react';

/** A product's picture in a square that is there before the picture is. */
export function Picture({
  src,
  alt,
  className = '',
  eager = false,
}: {
  src: string | undefined;
  alt: string;
  className?: string;
  eager?: boolean;
}) {
  const [failed, setFailed] = useState<string | null>(null);
  const missing = !src || failed === src;
  return (
    <div className={`relative aspect-square overflow-hidden bg-sunken ${className}`}>
      {missing ? (
        <div role="img" aria-label={alt} className="grid size-full place-items-center text-3xl text-muted">
          <span className="display opacity-50">{alt.slice(0, 1).toUpperCase()}</span>
        </div>
      ) : (
        <img
          src={src}
          alt={alt}
          width={480}
          height={480}
          loading={eager ? 'eager' : 'lazy'}
          decoding="async"
          className="size-full object-cover"
          onError={() => setFailed(src)}
        />
      )}
    </div>
  );
}
