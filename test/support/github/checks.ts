import { type Call, notFound, Refusal, type Routes } from "./call.ts";
import { commitAt } from "./forge-git.ts";
import { fill, type Json } from "./openapi.ts";
import { appJson, htmlUrl } from "./shapes.ts";
import type { Check, World } from "./world.ts";

export const checkRoutes: Routes = {
  "POST /repos/{owner}/{repo}/check-runs": {
    needs: "checks=write",
    answer({ world, who, body }) {
      if (who.app === null) throw new Refusal(403, "You must authenticate via a GitHub App.");
      const head = commitAt(world.folder, String(body["head_sha"]));
      if (head === null) throw new Refusal(422, `No commit found for SHA: ${body["head_sha"]}`);
      const check: Check = {
        id: world.nextId(),
        app: who.app,
        name: String(body["name"]),
        head,
        externalId: "",
        detailsUrl: null,
        status: "queued",
        conclusion: null,
        startedAt: world.now(),
        completedAt: null,
        title: null,
        summary: null,
        text: null,
        annotations: [],
      };
      change(world, check, body);
      world.checks.push(check);
      return { status: 201, body: checkJson(world, check) };
    },
  },
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": {
    needs: "checks=write",
    answer(call) {
      const check = checkOf(call);
      if (call.who.app !== check.app)
        throw new Refusal(
          403,
          "Invalid app_id `0` - check run can only be modified by the GitHub App that created it.",
        );
      change(call.world, check, call.body);
      return { body: checkJson(call.world, check) };
    },
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}": {
    needs: "checks=read",
    answer: (call) => ({ body: checkJson(call.world, checkOf(call)) }),
  },
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations": {
    needs: "checks=read",
    answer: (call) => ({ list: checkOf(call).annotations.map((one) => fill("check-annotation", one)) }),
  },
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": {
    needs: "checks=read",
    answer({ world, path, query }) {
      const head = commitAt(world.folder, path["ref"] ?? "");
      if (head === null) throw new Refusal(422, `No commit found for SHA: ${path["ref"]}`);
      const { check_name: name, filter = "latest", app_id: appId, status } = query;
      const found = world.checks.filter(
        (check) =>
          check.head === head &&
          (name === undefined || check.name === name) &&
          (status === undefined || check.status === status) &&
          (appId === undefined || String(appJson(check.app)["id"]) === appId) &&
          (filter === "all" || !world.checks.some((other) => isLater(other, check))),
      );
      return { list: found.reverse().map((check) => checkJson(world, check)), under: "check_runs" };
    },
  },
};

function isLater(other: Check, check: Check): boolean {
  return other.head === check.head && other.name === check.name && other.app === check.app && other.id > check.id;
}

function checkOf({ world, path }: Call): Check {
  const check = world.checks.find((one) => one.id === Number(path["check_run_id"]));
  if (check === undefined) throw notFound();
  return check;
}

function change(world: World, check: Check, body: Json): void {
  const output = body["output"] as Json | undefined;
  const annotations = (output?.["annotations"] as readonly Json[] | undefined) ?? [];
  if (typeof body["name"] === "string") check.name = body["name"];
  if (typeof body["external_id"] === "string") check.externalId = body["external_id"];
  if (typeof body["details_url"] === "string") check.detailsUrl = body["details_url"];
  if (body["status"] !== undefined) check.status = body["status"] as Check["status"];
  if (typeof body["conclusion"] === "string") {
    check.conclusion = body["conclusion"];
    check.status = "completed";
    check.completedAt = world.now();
  }
  if (output === undefined) return;
  check.title = String(output["title"] ?? check.title ?? "");
  check.summary = String(output["summary"]);
  if (typeof output["text"] === "string") check.text = output["text"];
  check.annotations.push(...annotations);
}

function checkJson(world: World, check: Check): Json {
  return fill("check-run", {
    id: check.id,
    node_id: `CR_${check.id}`,
    name: check.name,
    head_sha: check.head,
    external_id: check.externalId,
    details_url: check.detailsUrl,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.startedAt,
    completed_at: check.completedAt,
    html_url: htmlUrl(world, `runs/${check.id}`),
    app: appJson(check.app),
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: check.annotations.length,
      annotations_url: `${world.url}/repos/${world.owner}/${world.name}/check-runs/${check.id}/annotations`,
    },
  });
}
