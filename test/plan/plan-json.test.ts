import { describe, expect, test } from "vitest";
import type { PlanJson } from "../../src/model/generated/plan.ts";
import { approvalOf } from "../../src/plan/approval.ts";
import { planToJson } from "../../src/plan/plan-json.ts";
import { renderMarkdown } from "../../src/plan/render-markdown.ts";
import { renderText } from "../../src/plan/render-text.ts";
import { catalogOf, entry, files } from "../support/builders.ts";
import { problemsAgainst } from "../support/schemas.ts";
import { applied, planOf } from "./planning.ts";

const at = (version: string) => ({ secretVersions: () => ({ DATABASE_URL: version, TOKEN: "t1" }) });

const was = catalogOf(
  [
    entry({ id: "api", environment: { DATABASE_URL: { secret: "DATABASE_URL" }, TOKEN: "CANARY-once-in-clear" } }),
    entry({ id: "files", volumes: { data: { path: "/a" } } }),
    entry({ id: "gone" }),
    entry({ id: "old", source: "services/new" }, { artifact: files() }),
    entry({ id: "stays", integrations: [{ name: "pay", authentication: { token: { secret: "TOKEN" } } }] }),
    entry({ id: "stops" }),
  ],
  { environment: "production" },
);
const now = catalogOf(
  [
    entry({
      id: "api",
      environment: { DATABASE_URL: { secret: "DATABASE_URL" }, TOKEN: { secret: "TOKEN" } },
      runtime: { replicas: 3 },
    }),
    entry({ id: "files", volumes: { data: { path: "/b" } } }),
    entry({ id: "new", dependencies: ["api"] }, { artifact: files(), previousId: "old" }),
    entry({ id: "fresh", environment: { TOKEN: { secret: "TOKEN" } } }),
    entry({
      id: "stays",
      integrations: [{ name: "pay", authentication: { token: { secret: "TOKEN" } } }, { name: "b" }],
    }),
    entry({ id: "stops", status: "inactive" }),
  ],
  { environment: "production" },
);
const allowDestroy = new Set(["gone"]);
const state = applied(was, undefined, at("v1"));
const { plan } = planOf(now, state, { ...at("v2"), allowDestroy });
const json = planToJson(plan);

function changeOf(id: string) {
  return json.resource_changes.find(({ name }) => name === id)?.change;
}

describe("the plan as JSON", () => {
  test("validates against its schema, whatever it holds", () => {
    const problems = problemsAgainst("plan");
    expect(problems(json)).toEqual([]);
    expect(problems(JSON.parse(JSON.stringify(planToJson(planOf(now).plan))))).toEqual([]);
    expect(problems(planToJson(planOf(now, state).plan, { diagnostics: planOf(now, state).diagnostics }))).toEqual([]);
  });

  test("says in Terraform's words what is done", () => {
    const actions = json.resource_changes.map(({ address, change, previous_address, action_reason }) =>
      [address, change.actions.join("+"), previous_address, action_reason]
        .filter((part) => part !== undefined)
        .join(" "),
    );
    expect(actions.sort()).toEqual([
      "fairlead_service.api update",
      "fairlead_service.files delete+create replace_because_cannot_update",
      "fairlead_service.fresh create",
      "fairlead_service.gone delete delete_because_no_resource_config",
      "fairlead_service.new update fairlead_service.old",
      "fairlead_service.stays update",
      "fairlead_service.stops update",
    ]);
    expect(changeOf("files")?.replace_paths).toEqual([["volumes", "data", "path"]]);
  });

  test("has null in place of secrets, and says where they are", () => {
    const api = changeOf("api");
    expect(api?.after).toMatchObject({ environment: { DATABASE_URL: null, TOKEN: null } });
    expect(api?.after_sensitive).toEqual({ environment: { DATABASE_URL: true, TOKEN: true } });
    expect(api?.before).toMatchObject({ environment: { DATABASE_URL: null, TOKEN: null } });
    expect(changeOf("stays")?.after_sensitive).toEqual({ integrations: [{ authentication: { token: true } }, {}] });
    const step = json.fairlead.steps.find(({ service }) => service === "api");
    expect(step?.changes.find(({ path }) => path[1] === "DATABASE_URL")).toEqual({
      path: ["environment", "DATABASE_URL"],
      before: null,
      after: null,
      impact: "restart",
      format: "secret",
      sensitive: true,
      before_version: "v1",
      after_version: "v2",
    });
  });
});

test("a text that became a secret is shown by no renderer, since it most likely is that secret", () => {
  const everything = [
    renderText(plan, { color: true, width: 100 }),
    renderText(plan, { color: false, width: 30 }),
    renderMarkdown(plan),
    JSON.stringify(json),
  ];
  for (const text of everything) {
    expect(text).toContain("TOKEN");
    expect(text).not.toContain("CANARY");
  }
});

describe("a plan file", () => {
  const edited = (edit: (file: PlanJson) => void): unknown => {
    const copy = JSON.parse(JSON.stringify(json)) as PlanJson;
    edit(copy);
    return copy;
  };
  const read = JSON.parse(JSON.stringify(json)) as unknown;

  test("approves exactly its steps, and carries who may be destroyed", () => {
    const { value, diagnostics } = approvalOf(read);
    expect(diagnostics).toEqual([]);
    expect(value?.environment).toBe("production");
    expect(value?.planDigest).toBe(plan.digest);
    expect(value?.steps).toEqual(new Map(plan.steps.map(({ service, digest }) => [service, digest])));
    expect(value?.allowDestroy).toEqual(new Set(["gone"]));
  });

  const first = (edit: Readonly<Record<string, unknown>>) => (file: PlanJson) => {
    Object.assign(file.fairlead.steps[0] ?? {}, edit);
  };
  const whole = (edit: Readonly<Record<string, unknown>>) => (file: PlanJson) => {
    Object.assign(file.fairlead, edit);
  };

  test.each<readonly [string, (file: PlanJson) => void, RegExp]>([
    ["another environment", whole({ environment: "staging" }), /was edited: the step of `\w+`/],
    ["another action", first({ action: "delete" }), /was edited: the step of `\w+`/],
    ["another service", first({ service: "other" }), /was edited: the step of `other`/],
    ["another spec", first({ spec_digest: "0".repeat(64) }), /was edited/],
    ["another prior record", first({ prior: null }), /was edited/],
    ["a digest that is none", first({ digest: 7 }), /was edited/],
    ["a step less", (file) => file.fairlead.steps.pop(), /its steps are not those/],
    ["a step twice", (file) => file.fairlead.steps.push(...file.fairlead.steps.slice(0, 1)), /two steps for/],
    ["a further permission", whole({ allow_destroy: ["gone", "api-db"] }), /permits what none/],
    ["a step that is no object", whole({ steps: [null] }), /was edited: a step/],
    ["no steps", whole({ steps: undefined }), /not whole/],
    [
      "a later format",
      (file) => Object.assign(file, { format_version: "2.0" }),
      /has format 2\.0, and this Fairlead reads 1\.x/,
    ],
    ["nothing of ours", (file) => Object.assign(file, { fairlead: undefined }), /no plan of Fairlead's/],
  ])("with %s is refused", (_, edit, summary) => {
    const { value, diagnostics } = approvalOf(edited(edit));
    expect(value).toBeNull();
    expect(diagnostics).toMatchObject([{ code: "plan-file-invalid", severity: "error" }]);
    expect(diagnostics[0]?.summary).toMatch(summary);
  });

  test.each([null, 7, "plan", [], {}, { format_version: "1.2", fairlead: [] }])("that is %j is refused", (other) => {
    expect(approvalOf(other)).toMatchObject({ value: null, diagnostics: [{ code: "plan-file-invalid" }] });
  });

  test("of a later minor format is read: only additions are to be expected", () => {
    expect(approvalOf(edited((file) => Object.assign(file, { format_version: "1.9" }))).diagnostics).toEqual([]);
  });
});
