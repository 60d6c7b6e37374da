import { Counter, Registry, Summary } from "prom-client";
import { createService, Refusal, serve } from "../kit/service.js";

/** Counts views of pages and the values that go with them: totals, percentiles, and Prometheus' format. */
const registry = new Registry();
const registers = [registry];
const labelNames = ["page"];
const views = new Counter({ name: "page_views_total", help: "Views by page.", labelNames, registers });
const values = new Summary({
  name: "page_value",
  help: "Values reported with views.",
  labelNames,
  percentiles: [0.5, 0.9, 0.99],
  registers,
});
const pages = new Set();
/** Each page is a time series: more would fill the memory. */
const MOST_PAGES = 1000;

const app = createService(
  (routes) => {
    routes.post("/api/views", (request, response) => {
      const { page, value } = request.body ?? {};
      if (typeof page !== "string" || !/^\/\S{0,199}$/.test(page)) throw new Refusal(400, "a view has a page: a path");
      if (value !== undefined && !Number.isFinite(value)) throw new Refusal(400, "a value is a number");
      if (!pages.has(page) && pages.size >= MOST_PAGES) throw new Refusal(507, "there is no room for another page");
      pages.add(page);
      views.inc({ page });
      if (value !== undefined) values.observe({ page }, value);
      response.status(202).json({ counted: page });
    });
    routes.get("/api/summary", async (_request, response) => {
      const counted = (await views.get()).values.map(({ labels, value }) => [labels.page, { views: value }]);
      const summary = Object.fromEntries(counted);
      for (const { labels, value } of (await values.get()).values)
        if (labels.quantile !== undefined) summary[labels.page][`p${labels.quantile * 100}`] = value;
      response.json({ pages: summary });
    });
    routes.get("/metrics", async (_request, response) => {
      response.set("content-type", registry.contentType).send(await registry.metrics());
    });
  },
  { "analytics:pages": () => ({ status: pages.size < MOST_PAGES ? "pass" : "warn", observedValue: pages.size }) },
);
await serve(app);
