/** The moment that is played: it goes on by itself, at a speed, or stands; without a word about who asks and who draws. */

export const SPEEDS = [1, 2, 5, 10, 30, 60];

/** A moment `at` (epoch milliseconds) as of `since` (performance.now()) that goes on `speed` times as fast as time. */
export class Played {
  constructor(speed) {
    this.at = null;
    this.speed = SPEEDS.includes(speed) ? speed : 1;
    this.goesOn = true;
    this.since = 0;
  }

  /** The moment now; null before the first is known. */
  moment(now) {
    return this.at === null || !this.goesOn ? this.at : this.at + (now - this.since) * this.speed;
  }

  /** Go to a moment and on from there. */
  to(at, now) {
    this.at = at;
    this.since = now;
  }

  /** Stand, or go on. */
  toggle(now) {
    this.to(this.moment(now), now);
    this.goesOn = !this.goesOn;
  }

  /** A step faster (1) or slower (-1). */
  change(by, now) {
    this.to(this.moment(now), now);
    const place = SPEEDS.indexOf(this.speed) + by;
    this.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))];
  }
}
