/** A floor inside the page itself, for a screen that hangs for days: every answer of the API, by the page's own clock. */
(() => {
  const HALF_HOUR = 1_800_000;
  const AHEAD = 8 * 3_600_000;
  const PUSH_EVERY = 5_000;
  const BREAK_EVERY = 600_000;
  const open = new Set();
  const real = window.fetch;
  const encoder = new TextEncoder();
  window.kiosk = { pushed: 0, opened: 0, asked: 0 };

  const instant = (at) => `${new Date(at + AHEAD).toISOString().slice(0, 19)}+08:00`;
  const wave = (seed, at, size) => Math.floor((size * (1 + Math.sin(seed + at / 97_000))) / 2);
  // One queue comes and goes by the hour, under a new name each time.
  const queues = (at) => [1, 2, 3, 4, 5].map((n) => `queue-${n}`).concat(`campaign-${Math.floor(at / 3_600_000)}`);

  function figure(queue, kpi, at) {
    const denominator = 20 + wave(queue.length, at, 80);
    const isShare = ["service_level", "abandonment_rate", "sla_attainment", "forecast_variance"].includes(kpi);
    const numerator = isShare ? wave(queue.charCodeAt(6), at, denominator) : wave(kpi.length, at, 60);
    return { numerator, denominator: isShare ? denominator : null, value: isShare ? numerator / denominator : numerator };
  }

  const row = (queue, kpi, at) => ({ queue, channel: null, kpi, time: instant(at), as_of: instant(at), ...figure(queue ?? "total--", kpi, at) });

  function rowsOf(question, at) {
    const names = question.get("by") === "total" ? [null] : queues(at);
    return names.flatMap((queue) => question.get("kpi").split(",").map((kpi) => row(queue, kpi, at)));
  }

  function history(question) {
    const length = question.get("interval") === "5m" ? 300_000 : HALF_HOUR;
    const [from, to] = [Date.parse(question.get("from")), Date.parse(question.get("to"))];
    const begins = Array.from({ length: Math.ceil((to - from) / length) }, (_, i) => from + i * length);
    return begins.flatMap((at) => rowsOf(question, at));
  }

  const listing = (at) => queues(at).map((queue) => ({
    queue, en: `The ${queue}`, zh: `队列 ${queue}`, channels: ["voice"], team: "east", site: null, state: "ok", target: 0.8, as_of: instant(at),
  }));

  function incidents(at) {
    const number = Math.floor(at / 900_000);
    if (number % 2) return [];
    return [{
      incident: `i${number}`, severity: "critical", state: "firing", en: "Level", zh: "水平", queue: "queue-1", queue_en: "One", queue_zh: "一",
      owner: null, unit: "ratio", figure: { value: 0.6, numerator: 6, denominator: 10 }, opened_at: instant(number * 900_000),
    }];
  }

  const rotas = (at) => [{ rota: "leads", en: "Leads", zh: "组长", now: { member: "li", end: instant(at + HALF_HOUR) } }];

  function answer(url, at) {
    const question = url.searchParams;
    if (url.pathname.endsWith("/queues")) return { rows: listing(at), next: null };
    if (url.pathname.endsWith("/history")) return { rows: history(question), next: null };
    if (url.pathname.endsWith("/alerts")) return { rows: incidents(at), next: null };
    if (url.pathname.endsWith("/oncall")) return { rows: rotas(at), receivers: [{ receiver: "li", en: "Li", zh: "李" }] };
    return { rows: rowsOf(question, at), next: null };
  }

  function stream(url, signal) {
    window.kiosk.opened++;
    const body = new ReadableStream({
      start(controller) {
        const one = { controller, question: url.searchParams };
        open.add(one);
        signal.addEventListener("abort", () => open.delete(one));
        tell(one);
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  function tell({ controller, question }) {
    controller.enqueue(encoder.encode(`id: 1\nevent: rows\ndata: ${JSON.stringify({ rows: rowsOf(question, Date.now()) })}\n\n`));
    window.kiosk.pushed++;
  }

  window.fetch = async (address, how = {}) => {
    const url = new URL(address, location.href);
    if (!url.pathname.startsWith("/v1/")) return real(address, how);
    window.kiosk.asked++;
    if (url.pathname.endsWith("/stream")) return stream(url, how.signal);
    return new Response(JSON.stringify(answer(url, Date.now())), { headers: { Date: new Date().toUTCString() } });
  };
  setInterval(() => open.forEach(tell), PUSH_EVERY);
  setInterval(() => {
    for (const one of open) one.controller.close();
    open.clear();
  }, BREAK_EVERY);
})();
