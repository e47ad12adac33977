/** A server-sent stream that comes back by itself. */

const LOST_AFTER = 3_000;
const SILENCE = 30_000;
const RETRY_FIRST = 500;
const RETRY_MOST = 6_000;

/**
 * Gives `onRows` the rows of every event. Reopens after an error, with backoff and jitter, and after a long silence,
 * which may be a line that died without a word; each opening brings the full set of rows again.
 */
export class Stream {
  constructor(onRows) {
    this.onRows = onRows;
    this.lostSince = null;
    this.failures = 0;
  }

  open(address) {
    this.close();
    this.address = address;
    this.lostSince ??= Date.now();
    this.heardAt = Date.now();
    this.source = new EventSource(address);
    this.source.onerror = () => this.retry();
    this.source.addEventListener("rows", (event) => this.read(event.data));
  }

  read(text) {
    this.lostSince = null;
    this.heardAt = Date.now();
    this.failures = 0;
    this.onRows(JSON.parse(text).rows);
  }

  retry() {
    this.close();
    this.lostSince ??= Date.now();
    const pause = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.failures++);
    this.timer = setTimeout(() => this.open(this.address), pause * (0.5 + Math.random() / 2));
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** Closed on purpose: not lost, and a later opening starts afresh. */
  rest() {
    this.close();
    this.lostSince = null;
    this.failures = 0;
  }

  reopenIfSilent() {
    if (this.source && Date.now() - this.heardAt > SILENCE) this.open(this.address);
  }

  /** Whether nothing came for longer than a short hiccup takes. */
  get isLost() {
    return this.lostSince !== null && Date.now() - this.lostSince > LOST_AFTER;
  }
}
