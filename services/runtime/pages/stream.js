/** A server-sent stream that comes back by itself, also after an answer that refuses it. */

import { serverNow } from "./clock.js";

const LOST_AFTER = 3_000;
const SILENCE = 30_000;
const RETRY_FIRST = 500;
const RETRY_MOST = 6_000;
const ASKED_MOST = 300_000;
const FORBIDDEN = [401, 403];

export const isForbidden = (answer) => FORBIDDEN.includes(answer.status);

/** Milliseconds that an answer asks to wait (Retry-After: seconds, or a date); 0 where it asks for nothing. */
export function askedPause(answer) {
  const asked = answer.headers.get("Retry-After") ?? "";
  const pause = /^\d+$/.test(asked) ? Number(asked) * 1_000 : Date.parse(asked) - serverNow();
  return Math.min(ASKED_MOST, Math.max(0, pause || 0));
}

/**
 * Gives `onRows` the rows of every event, and calls `onForbidden` when the server wants another key. Reopens after an
 * error or a refusal, with backoff and jitter and not before the server asked for, and after a long silence, which may
 * be a line that died without a word; each opening brings the full set of rows again.
 *
 * It reads the answer itself: a browser's EventSource ends for good with the first 503, 429 or 401, and tells neither
 * the status nor what Retry-After says.
 */
export class Stream {
  constructor(onRows, onForbidden) {
    this.onRows = onRows;
    this.onForbidden = onForbidden;
    this.rest();
  }

  open(address) {
    this.close();
    this.address = address;
    this.lostSince ??= performance.now();
    this.heardAt = performance.now();
    this.opened = new AbortController();
    this.follow(address, this.opened.signal);
  }

  async follow(address, signal) {
    let pause = 0;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/event-stream" }, cache: "no-store", signal });
      if (isForbidden(answer)) return this.onForbidden();
      this.refusal = answer.ok ? null : { status: answer.status };
      pause = askedPause(answer);
      if (answer.ok) await this.listen(answer.body);
    } catch {
      // The network is away or the answer broke off: trying again is all there is to do.
    }
    if (!signal.aborted) this.retry(pause);
  }

  async listen(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      this.heardAt = performance.now();
      const events = (text + value).split("\n\n");
      text = events.pop();
      events.forEach((event) => this.take(event.split("\n")));
    }
  }

  take(lines) {
    if (!lines.includes("event: rows")) return;
    this.lostSince = null;
    this.failures = 0;
    const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice("data: ".length));
    this.onRows(JSON.parse(data.join("\n")).rows);
  }

  retry(asked) {
    this.close();
    this.lostSince ??= performance.now();
    const backoff = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.failures++);
    const pause = Math.max(asked, backoff * (0.5 + Math.random() / 2));
    if (this.refusal) this.refusal.until = performance.now() + pause;
    this.timer = setTimeout(() => this.open(this.address), pause);
  }

  close() {
    clearTimeout(this.timer);
    this.opened?.abort();
    this.opened = null;
  }

  /** Closed on purpose: not lost, and a later opening starts afresh. */
  rest() {
    this.close();
    this.lostSince = null;
    this.refusal = null;
    this.failures = 0;
  }

  reopenIfSilent() {
    if (this.opened && performance.now() - this.heardAt > SILENCE) this.open(this.address);
  }

  /** Whether nothing came for longer than a short hiccup takes. */
  get isLost() {
    return this.lostSince !== null && performance.now() - this.lostSince > LOST_AFTER;
  }
}
