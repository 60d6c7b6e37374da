import { describe, expect, test } from "vitest";
import { impactTable } from "../../src/catalog/impacts.ts";
import { loadCatalog } from "../../src/catalog/load-catalog.ts";
import { loadProject } from "../../src/catalog/load-project.ts";
import { digestOf } from "../../src/model/digest.ts";
import { ruleAt } from "../../src/model/impact.ts";
import { type MemoryFile, type MemoryTreeOptions, memoryTree } from "../support/memory-tree.ts";

const PROJECT = `project: shop
environments:
  development: { target: { kind: local } }
  staging: { target: { kind: local } }
`;
const CODE = { "code/server.js": "// a server" };
const RUNS = "command: [node, server.js]\nsource: code\n";

const IMAGE = `registry.example.com/a@sha256:${"a".repeat(64)}`;

describe("a service in the catalog", () => {
  test("has its values typed and its defaults filled in", async () => {
    const { services } = await catalogOf({
      "services/a.yaml": `${head("a")}${RUNS}runtime: { memory_limit: 512MB }\nhealth: { interval: 1m }\nlogging: { retention: 30-days }\nx-own: 1\n`,
    });
    expect(services.get("a")?.spec).toEqual({
      command: ["node", "server.js"],
      dependencies: [],
      deployment: {
        drain_time: 30_000,
        healthy_deadline: 300_000,
        max_surge: 1,
        max_unavailable: 0,
        min_healthy_time: 2_000,
        progress_deadline: 600_000,
        strategy: "rolling",
      },
      endpoints: [],
      environment: {},
      external: false,
      health: {
        checks: [],
        conditions: [],
        failure_threshold: 3,
        interval: 60_000,
        start_period: 10_000,
        success_threshold: 2,
        timeout: 5_000,
      },
      id: "a",
      logging: {
        format: "json",
        level: "info",
        outputs: ["console", "file"],
        retention: 2_592_000_000,
        structured: true,
      },
      name: "a",
      project: "shop",
      protected: false,
      runtime: { memory_limit: 536_870_912, replicas: 1 },
      source: "code",
      status: "active",
      type: "api",
    });
  });

  test("has the overlay of its environment merged in: mappings key by key, lists whole", async () => {
    const files = {
      "services/a.yaml": `${head("a")}${RUNS}endpoints: [/a, /b]
runtime: { replicas: 3, memory_limit: 1GB }
environments:
  staging: { endpoints: [/c], runtime: { replicas: 1 } }
`,
    };
    const staging = (await catalogOf(files, { environment: "staging" })).services.get("a")?.spec;
    expect(staging?.endpoints).toEqual(["/c"]);
    expect(staging?.runtime).toEqual({ replicas: 1, memory_limit: 1_073_741_824 });
    expect((await catalogOf(files)).services.get("a")?.spec.runtime.replicas).toBe(3);
  });

  test("runs what its overlay says instead of what the file says", async () => {
    const { services, diagnostics } = await catalogOf(
      { "services/a.yaml": `${head("a")}${RUNS}environments: { staging: { image: "${IMAGE}" } }\n` },
      { environment: "staging" },
    );
    expect(diagnostics).toEqual([]);
    expect(services.get("a")?.artifact).toEqual({ kind: "image", reference: IMAGE });
    expect(services.get("a")?.spec.command).toBeUndefined();
  });

  test("takes the project's defaults under its own keys", async () => {
    const { services } = await catalogOf({
      "fairlead.yaml": `${PROJECT}defaults: { owner: platform, logging: { level: warn, format: text } }\n`,
      "services/a.yaml": `${head("a")}${RUNS}logging: { level: debug }\n`,
    });
    expect(services.get("a")?.spec).toMatchObject({ owner: "platform", logging: { level: "debug", format: "text" } });
  });

  test("may be written in the seed's short form", async () => {
    const { services } = await catalogOf({
      "services/a.yaml": `${head("a")}${RUNS}configuration: { port: 3000, environment: production, rateLimiting: true }\n`,
    });
    expect(services.get("a")?.spec).toMatchObject({
      networking: { port: 3000, rate_limiting: { requests_per_minute: 100, burst_limit: 20 } },
      environment: { NODE_ENV: "production" },
    });
    expect(services.get("a")?.rangeOf("networking.port").start.line).toBe(6);
  });

  test("has the marker words turned into references, named by their place", async () => {
    const { services } = await catalogOf({
      "services/a.yaml": `${head("a")}${RUNS}environment: { DATABASE_URL: encrypted, KEY: { secret: OTHER } }
databases: { main: { type: postgresql, connection: { password: encrypted } } }
integrations: [{ name: payment_processor, type: stripe, authentication: { type: bearer_token, token: encrypted_token } }]
security: { jwt: { secret: environment_variable } }
`,
    });
    expect(services.get("a")?.spec).toMatchObject({
      environment: { DATABASE_URL: { secret: "DATABASE_URL" }, KEY: { secret: "OTHER" } },
      databases: { main: { connection: { password: { secret: "MAIN_PASSWORD" } } } },
      integrations: [{ authentication: { token: { secret: "PAYMENT_PROCESSOR_TOKEN" } } }],
      security: { jwt: { secret: { secret: "JWT_SECRET" } } },
    });
  });

  test("has the digest of its spec, whatever the order of keys, comments and own keys", async () => {
    const { services } = await catalogOf({ "services/a.yaml": `${head("a")}${RUNS}environment: { B: x, A: y }\n` });
    const other = await catalogOf({
      "services/a.yaml": `# words\nx-own: 1\n${RUNS}environment: { A: y, B: x }\n${head("a")}`,
    });
    expect(services.get("a")?.specDigest).toBe(digestOf(services.get("a")?.spec));
    expect(other.services.get("a")?.specDigest).toBe(services.get("a")?.specDigest);
  });

  test("is made from the Git ids of its code, the version of its template, or nothing", async () => {
    const files = {
      "services/a.yaml": `${head("a")}${RUNS}watch: [lock.json]\n`,
      "services/b.yaml": `${head("b")}template: express\n`,
      "services/c.yaml": `${head("c")}external: true\n`,
      "lock.json": "{}",
    };
    const tree = memoryTree({ ...CODE, ...files });
    const { services } = await catalogOf(files);
    expect(services.get("a")?.artifact).toEqual({
      kind: "files",
      trees: { code: await tree.idAt("code"), "lock.json": await tree.idAt("lock.json") },
    });
    expect(services.get("b")?.artifact).toEqual({ kind: "template", template: "express", version: "1.0.0" });
    expect(services.get("c")?.artifact).toEqual({ kind: "none" });
    const edited = await catalogOf({ ...files, "code/server.js": "// another" });
    expect(edited.services.get("a")?.artifactDigest).not.toBe(services.get("a")?.artifactDigest);
    expect(edited.services.get("a")?.specDigest).toBe(services.get("a")?.specDigest);
  });
});

describe("a broken file", () => {
  test("keeps what it declares out of the plan: neither a service nor gone", async () => {
    const { services, broken } = await catalogOf({
      "services/good.yaml": `${head("good")}${RUNS}`,
      "services/syntax.yaml": "id: syntax-id\nname: [\n",
      "services/wrong.yaml": "id: wrong-id\nprevious_id: old-id\nname: 1\n",
      "services/bytes.yaml": Buffer.from([0xff]),
      "services/large.yaml": "#".repeat(1_100_000),
      "services/nested/service.yaml": "",
      "services/link.yaml": { link: "good.yaml" },
    });
    expect([...services.keys()]).toEqual(["good"]);
    expect([...broken].sort()).toEqual(["bytes", "large", "link", "nested", "old-id", "syntax-id", "wrong-id"]);
  });

  test("that declares an id another file has as well takes neither", async () => {
    const { services, broken } = await catalogOf({
      "services/a.yaml": `${head("same")}${RUNS}`,
      "services/b.yaml": `${head("same")}${RUNS}`,
    });
    expect([...services.keys()]).toEqual([]);
    expect([...broken]).toEqual(["same"]);
  });
});

describe("the catalog", () => {
  const files = Object.fromEntries(
    ["d", "b", "a", "c"].map((id) => [`services/${id}.yaml`, `${head(id)}${RUNS}networking: { port: 3000 }\n`]),
  );

  test("is sorted by id and the same, in whatever order a Tree lists its files", async () => {
    const one = await catalogOf(files);
    const other = await catalogOf(files, { tree: { order: (entries) => entries.reverse() } });
    expect([...one.services.keys()]).toEqual(["a", "b", "c", "d"]);
    expect([...other.services.keys()]).toEqual([...one.services.keys()]);
    expect(other.diagnostics).toEqual(one.diagnostics);
  });

  test("holds files up to the same limit where sizes are not known beforehand", async () => {
    const { broken } = await catalogOf({ "services/a.yaml": "#".repeat(1_100_000) }, { tree: { withoutSizes: true } });
    expect([...broken]).toEqual(["a"]);
  });

  test("leaves other repositories' files, and files that no glob names, alone", async () => {
    const { services, diagnostics } = await catalogOf({
      "services/sub.yaml": { submodule: "0".repeat(40) },
      "services/notes.md": "# notes",
      "services/deep/other.yaml": "id: [",
      "elsewhere/service.yaml": "id: [",
    });
    expect([services.size, diagnostics.map(({ code }) => code)]).toEqual([0, ["services-none"]]);
  });

  test("of an environment that is not there is said to be so", async () => {
    const { diagnostics } = await catalogOf(
      { "services/a.yaml": `${head("a")}${RUNS}`, ...CODE },
      { environment: "stagin" },
    );
    expect(diagnostics).toEqual([
      {
        code: "environment-unknown",
        severity: "error",
        summary: "there is no environment `stagin`",
        detail: "fairlead.yaml names: development, staging.",
        hint: "did you mean `-e staging`?",
      },
    ]);
  });
});

describe("a project", () => {
  test("is there without a file: one environment, on this machine", async () => {
    const { value, diagnostics } = await loadProject(memoryTree({}));
    expect(diagnostics).toEqual([]);
    expect(value).toEqual({
      project: "default",
      services: ["services/*.yaml", "services/**/service.yaml"],
      environments: {
        development: { target: { kind: "local", allow_ephemeral: false }, apply: "on_merge", approvers: [] },
      },
      defaults: {},
      notifications: [],
      safety: { max_delete_percent: 30 },
      health: { watchers: [], retention: { samples: 172_800_000, hours: 7_776_000_000, days: 34_560_000_000 } },
      site: { title: "Service status", base: "/", include: [], language: "en", links: [], refresh: 10_000 },
    });
  });

  test("is applied on merge, but production by hand", async () => {
    const text =
      "project: a\nenvironments:\n  production: { target: { kind: local } }\n  qa: { target: { kind: local } }\n";
    const { value } = await loadProject(memoryTree({ "fairlead.yaml": text }));
    expect(value.environments["production"]?.apply).toBe("manual");
    expect(value.environments["qa"]?.apply).toBe("on_merge");
  });
});

describe("the impact table", () => {
  const table = impactTable();
  test.each([
    ["name", "none"],
    ["id", "replace"],
    ["environment.ANY", "restart"],
    ["runtime.replicas", "scale"],
    ["networking.port", "edge"],
    ["deployment.max_surge", "none"],
    ["source", "restart"],
    ["volumes.data.path", "replace"],
  ])("a change of %s costs %s", (path, impact) => {
    expect(ruleAt(table, path.split(".")).impact).toBe(impact);
  });

  test("knows how values are written, and has no field that is never in a plan", () => {
    expect(ruleAt(table, ["runtime", "memory_limit"]).format).toBe("size");
    expect(ruleAt(table, ["health", "interval"]).format).toBe("duration");
    expect(ruleAt(table, ["environment", "ANY"])).toEqual({ impact: "restart", format: "secret" });
    expect(Object.keys(table.children ?? {})).not.toEqual(expect.arrayContaining(["environments"]));
  });
});

function head(id: string): string {
  return `id: ${id}\nname: ${id}\ntype: api\n`;
}

async function catalogOf(
  files: Readonly<Record<string, MemoryFile>>,
  options: { readonly environment?: string; readonly tree?: MemoryTreeOptions } = {},
) {
  const tree = memoryTree({ "fairlead.yaml": PROJECT, ...CODE, ...files }, options.tree);
  const { value: project } = await loadProject(tree);
  const { value, diagnostics } = await loadCatalog({
    tree,
    project,
    environment: options.environment ?? "development",
    templates: new Map([["express", "1.0.0"]]),
    commit: null,
    dirty: true,
  });
  return { ...value, diagnostics };
}
