import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderTemplate, type TemplateSpec } from "../../src/scaffold/render-template.ts";
import { templateVersions } from "../../src/scaffold/template-versions.ts";
import { until } from "../support/until.ts";

const NASTY = [
  "{{json config}}",
  '"; process.exit(9); //',
  "</script>",
  "line\nbreak",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must arrive as it is
  "`${1 + 1}`",
  "\u2028",
  "a/b?#:*(x)",
];
const folders: string[] = [];
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("a service rendered from the express template", () => {
  let base: string;
  let child: ChildProcess;
  let log = "";

  beforeAll(async () => {
    const spec = {
      id: "shop-api",
      name: "Shop",
      description: "Sells things.",
      dependencies: ["absent"],
      template_options: { features: ["Authentication"], structure: { routes: ["users", "auth"] } },
    };
    child = start(write(spec), { FAIRLEAD_URL_ABSENT: "http://127.0.0.1:1", RATE_LIMIT_PER_MINUTE: "30" });
    child.stdout?.on("data", (part) => {
      log += part;
    });
    base = await listening(() => log);
  }, 20_000);

  test("says how it is, with a check for each dependency", async () => {
    const answer = await fetch(`${base}/health`);
    expect(answer.headers.get("content-type")).toContain("application/health+json");
    const body = (await answer.json()) as { status: string; checks: Record<string, { status: string }[]> };
    expect(body.status).toBe("warn");
    expect(Object.entries(body.checks).map(([name, [check]]) => [name, check?.status])).toEqual([
      ["absent:reachability", "fail"],
      ["http:response_time", "pass"],
      ["memory:usage", "pass"],
    ]);
  });

  test("keeps items for those who have logged in, and tells others to", async () => {
    const account = { username: "ada", password: "correct horse battery" };
    expect((await send(base, "POST", "/api/users", { name: "x" })).status).toBe(401);
    expect((await send(base, "POST", "/api/auth/register", account)).status).toBe(201);
    expect((await send(base, "POST", "/api/auth/register", account)).status).toBe(409);
    expect((await send(base, "POST", "/api/auth/login", { ...account, password: "wrong horse" })).status).toBe(401);
    const login = await send(base, "POST", "/api/auth/login", account);
    const headers = { authorization: `Bearer ${((await login.json()) as { token: string }).token}` };
    const created = await send(base, "POST", "/api/users", { name: "Ada", tags: ["a"] }, headers);
    expect(created.status).toBe(201);
    const where = created.headers.get("location") as string;
    expect((await send(base, "PATCH", where, { name: "Ada L." }, headers)).status).toBe(200);
    expect(await (await fetch(base + where)).json()).toMatchObject({ name: "Ada L.", tags: ["a"] });
    expect((await send(base, "DELETE", where, undefined, headers)).status).toBe(204);
    expect((await send(base, "POST", "/api/auth/logout", {}, headers)).status).toBe(204);
    expect((await send(base, "POST", "/api/users", { name: "x" }, headers)).status).toBe(401);
  });

  test("explains what it refuses, as problem+json", async () => {
    const wrongMethod = await fetch(`${base}/api/users`, { method: "DELETE" });
    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    const broken = await fetch(`${base}/api/users`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect([broken.status, broken.headers.get("content-type")]).toEqual([400, expect.stringContaining("problem+json")]);
    expect(await (await fetch(`${base}/nowhere`)).json()).toEqual({
      type: "about:blank",
      title: "there is nothing at /nowhere",
      status: 404,
    });
  });

  test("sets security headers, allows other origins and counts in Prometheus' format", async () => {
    const { headers } = await fetch(base, { headers: { origin: "https://elsewhere.example" } });
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(await (await fetch(`${base}/metrics`)).text()).toMatch(
      /http_requests_total\{method="POST",status="201"\} 2/,
    );
  });

  test("stops answering who asks too often, but never the health check", async () => {
    const statuses: number[] = [];
    for (let asked = 0; asked < 30; asked++) statuses.push((await fetch(base)).status);
    expect(statuses).toContain(429);
    expect((await fetch(`${base}/health`)).status).toBe(200);
  });

  test("writes each line of its log as JSON", () => {
    const lines = log.trim().split("\n");
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ service: "shop-api" });
  });
});

test("SIGTERM lets a request that is on its way finish, takes no new connection, and ends with 0", async () => {
  let log = "";
  const child = start(write({ id: "slow", name: "Slow" }));
  child.stdout?.on("data", (part) => {
    log += part;
  });
  const { port } = new URL(await listening(() => log));
  const body = JSON.stringify({ name: "slowly" });
  const socket = connect(Number(port), "127.0.0.1");
  let answer = "";
  socket.on("data", (part) => {
    answer += part;
  });
  socket.write(
    `POST /api/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
  );
  await until(() => answer.includes("100 Continue"));
  child.kill("SIGTERM");
  await until(() => log.includes("no new connections"));
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  socket.write(body);
  await until(() => answer.includes("201 Created"));
  await until(() => child.exitCode !== null, { deadlineMs: 4000 });
  expect(child.exitCode).toBe(0);
}, 20_000);

test("the tests that come with it pass, whatever its values are", async () => {
  const folder = write({
    id: "nasty",
    name: NASTY.join(" "),
    description: NASTY.join(" "),
    template_options: { structure: { routes: NASTY } },
  });
  const result = await execa(process.execPath, ["--test"], { cwd: folder, reject: false, env: { NODE_OPTIONS: "" } });
  expect(result.exitCode, result.stdout).toBe(0);
  expect(result.stdout).toMatch(/pass 16/);
}, 30_000);

describe("rendering", () => {
  const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: "binary", minLength: 1 }));

  test("no value can break out of the code: it arrives as it was", async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(text, text, fc.array(text, { maxLength: 3 }), async (name, description, routes) => {
        const files = renderTemplate({
          template: "express",
          spec: { id: "x", name, description, template_options: { structure: { routes } } },
        });
        const code = files.get("config.js") as string;
        expect(code).not.toContain("</script>");
        const { config } = await import(`data:text/javascript;n=${count++},${encodeURIComponent(code)}`);
        expect(config).toMatchObject({ name, description });
        expect(config.routes.map((route: { name: string }) => route.name)).toEqual(
          routes.filter((route) => route !== "auth"),
        );
        expect(JSON.parse(files.get("package.json") as string).name).toBe("x");
      }),
      { numRuns: 100 },
    );
  });

  test("the same input gives the same bytes, and the template has a version", () => {
    const render = () => JSON.stringify([...renderTemplate({ template: "express", spec: { id: "x", name: "X" } })]);
    expect(render()).toBe(render());
    expect(templateVersions().get("express")).toMatch(/^[0-9a-f]{64}$/);
  });
});

function write(spec: TemplateSpec): string {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-template-"));
  folders.push(folder);
  for (const [path, content] of renderTemplate({ template: "express", spec })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(folder, "node_modules"));
  return folder;
}

function start(cwd: string, variables: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ["server.js"], { cwd, env: { PORT: "0", ...variables } });
  children.push(child);
  return child;
}

async function listening(log: () => string): Promise<string> {
  const port = await until(() => /"port":(\d+)/.exec(log())?.[1], { what: "the service to listen" });
  return `http://127.0.0.1:${port}`;
}

function send(base: string, method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(base + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
