/** Measures how long a product was really looked at: only while the page is in front. */
export interface DwellClock {
  now(): number;
}

/** A shorter look is a slip of the finger. */
export const SHORTEST_VIEW_MS = 700;
/** Coming back for less than this continues the same look. */
export const SHORTEST_RETURN_MS = 5_000;

export class Dwell {
  #elapsed = 0;
  #since: number | null;
  #reported = false;
  readonly #clock: DwellClock;

  constructor(clock: DwellClock, visible: boolean) {
    this.#clock = clock;
    this.#since = visible ? clock.now() : null;
  }

  show(): void {
    this.#since ??= this.#clock.now();
  }

  hide(): void {
    if (this.#since !== null) this.#elapsed += this.#clock.now() - this.#since;
    this.#since = null;
  }

  /** The milliseconds to report now, or `null`; what was reported is not reported again. */
  take(): number | null {
    const running = this.#since === null ? 0 : this.#clock.now() - this.#since;
    const total = this.#elapsed + running;
    if (total < (this.#reported ? SHORTEST_RETURN_MS : SHORTEST_VIEW_MS)) return null;
    this.#elapsed = 0;
    if (this.#since !== null) this.#since = this.#clock.now();
    this.#reported = true;
    return Math.round(total);
  }
}
