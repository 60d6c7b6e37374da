import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { advanceIncidents } from "../../src/cli/advance-incidents.ts";
import { openEnvironment } from "../../src/cli/open-environment.ts";
import { openIncidents } from "../../src/cli/open-incidents.ts";
import { readWritten } from "../../src/cli/read-written.ts";
import { openWorkspace } from "../../src/cli/workspace.ts";
import { INCIDENTS_REF } from "../../src/incidents/incident-store.ts";
import type { History, Outcome, Sample } from "../../src/model/health.ts";
import type { IncidentRecord } from "../../src/model/incident.ts";
import { BOT } from "../github/connect.ts";
import { BARE_ENVIRONMENT, gitFolder } from "./git-folder.ts";
import { githubFake } from "./github/fake.ts";
import { quietFace } from "./quiet-face.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

export const PROJECT = `
project: shop
environments: {development: {target: {kind: local}}, staging: {target: {kind: local}}}
notifications:
  - {name: ops, type: webhook, to: {secret: HOOK}, reminder: 1h}
`;
const service = (id: string, more = "") => `
id: ${id}
name: ${id.toUpperCase()}
type: api
image: registry.example.com/${id}@sha256:${"a".repeat(64)}
networking: {port: 3000}
${more}`;

/** A repository with \`web\` that depends on \`db\`, watched minute by minute, a webhook, and a GitHub. */
export async function incidentWorld(environment = "staging", project = PROJECT, web = "") {
  const folder = gitFolder({
    "fairlead.yaml": project,
    "services/web.yaml": service("web", `dependencies: [db]\n${web}`),
    "services/db.yaml": service("db").replace("3000", "3001"),
  });
  const received: { readonly key: string; readonly text: string }[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const status = answers.shift() ?? 200;
    if (status === 200) received.push({ key: String(request.headers["idempotency-key"]), text: JSON.parse(body).text });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const github = await githubFake();
  const token = github.token({ login: BOT, app: "github-actions", permissions: { issues: "write", contents: "read" } });
  const HOOK = `http://127.0.0.1:${(server.address() as AddressInfo).port}/CANARY`;
  const env: NodeJS.ProcessEnv = {
    ...BARE_ENVIRONMENT,
    HOOK,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_TOKEN: token,
    GITHUB_API_URL: github.url,
  };
  let minute = 0;
  const face = quietFace({ directory: folder, now: () => NOON + minute * MINUTE, env });
  const samples: Sample[] = [];
  const history = (): History => ({
    environment,
    at: NOON + minute * MINUTE,
    segments: [
      {
        version: 1,
        collector: "one",
        region: "default",
        environment,
        from: NOON,
        to: Math.max(NOON, ...samples.map(({ at }) => at)),
        watching: Object.fromEntries(
          ["db", "web"].map((id) => [
            id,
            { cadenceMs: MINUTE, timeoutMs: 5_000, failure_threshold: 2, success_threshold: 1 },
          ]),
        ),
        expected: { db: samples.length, web: samples.length },
        samples: [...samples],
      },
    ],
    before: [],
    hours: [],
    days: [],
    months: [],
  });
  /** Each letter is a minute: `.` fine, `x` failing. */
  const watch = (web: string, db = "."): void => {
    for (const [index, mark] of [...web].entries()) {
      minute++;
      const at = NOON + minute * MINUTE;
      const outcome = (letter: string | undefined): Outcome => (letter === "x" ? "fail" : "pass");
      samples.push(
        { service: "web", at, outcome: outcome(mark) },
        { service: "db", at, outcome: outcome(db[index] ?? db.at(-1)) },
      );
    }
  };
  const run = async (onCrashPoint?: (at: "sent") => void) => {
    const workspace = await openWorkspace(face);
    try {
      const opened = await openEnvironment(workspace, environment);
      const catalog = await opened.value?.declared();
      if (catalog === undefined) throw new Error(JSON.stringify(opened.diagnostics));
      const { maintenance } = (await readWritten(workspace.look, face.clock.now())).value;
      const incidents = await openIncidents(face, workspace, environment);
      const input = { face, incidents, catalog: catalog.value, history: history(), maintenance };
      return await advanceIncidents(onCrashPoint === undefined ? input : { ...input, onCrashPoint });
    } finally {
      await workspace.close();
    }
  };
  const records = async () => {
    const workspace = await openWorkspace(face);
    try {
      const { refs } = await workspace.refsOf(environment);
      const store = await openIncidents(face, workspace, environment);
      return { value: (await store.read()).value, oid: (await refs.read(INCIDENTS_REF)).oid };
    } finally {
      await workspace.close();
    }
  };
  /** What anybody can do who may push. */
  const rewrite = async (change: (record: IncidentRecord) => IncidentRecord): Promise<void> => {
    const workspace = await openWorkspace(face);
    const store = await openIncidents(face, workspace, environment);
    await store.change(async (known) => known.map(change));
    await workspace.close();
  };
  /** Time in which nobody watches. */
  const pass = (minutes: number): void => {
    minute += minutes;
  };
  return { folder, watch, pass, run, records, rewrite, received, answers, github, env };
}

/** What has arrived at the webhook. */
export const texts = (received: readonly { readonly text: string }[]) => received.map(({ text }) => text);
