/** How long a dependency may take to answer. */
const PATIENCE_MS = 2000;
const SLOW_MS = 1000;

/**
 * `/health` as application/health+json. A dependency that does not answer makes it `warn`: this service itself can still
 * answer, and restarting it would mend nothing.
 */
export function health({ config, durations, env }) {
  const wanted = (name) => config.checks.length === 0 || config.checks.includes(name);
  return async (_request, response) => {
    const checks = {};
    if (wanted("response_time")) {
      const average = durations.average();
      checks["http:response_time"] = [
        { observedValue: Math.round(average), observedUnit: "ms", status: average < SLOW_MS ? "pass" : "warn" },
      ];
    }
    if (wanted("memory_usage")) {
      const bytes = process.memoryUsage.rss();
      const status = config.memoryLimit !== null && bytes > config.memoryLimit * 0.9 ? "warn" : "pass";
      checks["memory:usage"] = [{ componentType: "system", observedValue: bytes, observedUnit: "bytes", status }];
    }
    await Promise.all(
      config.dependencies.map(async (id) => {
        const url = env[`FAIRLEAD_URL_${id.toUpperCase().replaceAll("-", "_")}`];
        if (url) checks[`${id}:reachability`] = [{ componentType: "component", ...(await reach(url)) }];
      }),
    );
    const status = Object.values(checks).flat().some((check) => check.status !== "pass") ? "warn" : "pass";
    response.set("cache-control", "no-store").type("application/health+json");
    response.send(JSON.stringify({ status, serviceId: config.id, description: config.name, checks: sorted(checks) }));
  };
}

/** Any answer below 500 shows that somebody is there. */
async function reach(url) {
  try {
    const answer = await fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.status < 500 ? { status: "pass" } : { status: "fail", output: `answers ${answer.status}` };
  } catch (error) {
    return { status: "fail", output: String(error.cause?.code ?? error.message) };
  }
}

function sorted(checks) {
  return Object.fromEntries(Object.entries(checks).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The average of the last hundred durations. */
export function recentDurations() {
  const recent = [];
  return {
    add(ms) {
      recent.push(ms);
      if (recent.length > 100) recent.shift();
    },
    average: () => (recent.length === 0 ? 0 : recent.reduce((sum, ms) => sum + ms, 0) / recent.length),
  };
}
