import { type Call, invalid, notFound, Refusal, type Routes } from "./call.ts";
import { commitAt } from "./forge-git.ts";
import { fill, type Json } from "./openapi.ts";
import { appJson, userJson } from "./shapes.ts";
import type { Deployment, DeploymentStatus, World } from "./world.ts";

const DESCRIPTION_MAX = 140;

export const deploymentRoutes: Routes = {
  "GET /repos/{owner}/{repo}/deployments": {
    needs: "deployments=read",
    answer({ world, query }) {
      const found = world.deployments.filter(
        (one) =>
          (query["environment"] === undefined || one.environment === query["environment"]) &&
          (query["sha"] === undefined || one.sha === query["sha"]) &&
          (query["ref"] === undefined || one.ref === query["ref"]) &&
          (query["task"] === undefined || one.task === query["task"]),
      );
      return { list: found.reverse().map((one) => deploymentJson(world, one)) };
    },
  },
  "POST /repos/{owner}/{repo}/deployments": {
    needs: "deployments=write",
    answer({ world, who, body }) {
      const ref = String(body["ref"]);
      const sha = commitAt(world.folder, ref);
      if (sha === null) throw new Refusal(422, `No ref found for: ${ref}`);
      const contexts = body["required_contexts"];
      if (!Array.isArray(contexts) || contexts.length > 0) {
        throw new Refusal(409, "Conflict: Commit status checks failed for this commit.");
      }
      if (body["auto_merge"] !== false) throw new Refusal(409, "Conflict merging the default branch.");
      const at = world.now();
      const environment = String(body["environment"] ?? "production");
      const deployment: Deployment = {
        id: world.nextId(),
        sha,
        ref,
        task: String(body["task"] ?? "deploy"),
        environment,
        description: shortEnough(body["description"], "Deployment"),
        payload: body["payload"] ?? "",
        transient: body["transient_environment"] === true,
        production:
          body["production_environment"] === undefined
            ? environment === "production"
            : body["production_environment"] === true,
        by: who.login,
        app: who.app,
        createdAt: at,
        updatedAt: at,
        statuses: [],
      };
      world.deployments.push(deployment);
      return { status: 201, body: deploymentJson(world, deployment) };
    },
  },
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}": {
    needs: "deployments=read",
    answer: (call) => ({ body: deploymentJson(call.world, deploymentOf(call)) }),
  },
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": {
    needs: "deployments=read",
    answer(call) {
      const deployment = deploymentOf(call);
      return { list: [...deployment.statuses].reverse().map((one) => statusJson(call.world, deployment, one)) };
    },
  },
  "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": {
    needs: "deployments=write",
    answer(call) {
      const { world, who, body } = call;
      const deployment = deploymentOf(call);
      const state = String(body["state"]);
      const status = addStatus(world, deployment, {
        state,
        description: shortEnough(body["description"], "DeploymentStatus") ?? "",
        logUrl: String(body["log_url"] ?? body["target_url"] ?? ""),
        environmentUrl: String(body["environment_url"] ?? ""),
        by: who.login,
      });
      // GitHub retires what was there before, in the same environment; transient ones are let alone.
      if (state === "success" && body["auto_inactive"] !== false) {
        for (const other of world.deployments) {
          if (other === deployment || other.environment !== deployment.environment || other.transient) continue;
          if (other.statuses.at(-1)?.state === "success") {
            addStatus(world, other, {
              state: "inactive",
              description: "",
              logUrl: "",
              environmentUrl: "",
              by: who.login,
            });
          }
        }
      }
      return { status: 201, body: statusJson(world, deployment, status) };
    },
  },
};

function addStatus(
  world: World,
  deployment: Deployment,
  given: Omit<DeploymentStatus, "id" | "createdAt">,
): DeploymentStatus {
  const status = { ...given, id: world.nextId(), createdAt: world.now() };
  deployment.statuses.push(status);
  deployment.updatedAt = status.createdAt;
  return status;
}

function shortEnough(given: unknown, resource: string): string | null {
  if (typeof given !== "string") return null;
  if ([...given].length > DESCRIPTION_MAX) {
    throw invalid(resource, "description", `description is too long (maximum is ${DESCRIPTION_MAX} characters)`);
  }
  return given;
}

function deploymentOf({ world, path }: Call): Deployment {
  const deployment = world.deployments.find((one) => one.id === Number(path["deployment_id"]));
  if (deployment === undefined) throw notFound();
  return deployment;
}

function deploymentJson(world: World, one: Deployment): Json {
  const url = `${world.url}/repos/${world.owner}/${world.name}/deployments/${one.id}`;
  return fill("deployment", {
    id: one.id,
    node_id: `DE_${one.id}`,
    sha: one.sha,
    ref: one.ref,
    task: one.task,
    payload: one.payload,
    environment: one.environment,
    original_environment: one.environment,
    description: one.description,
    creator: userJson(one.by),
    transient_environment: one.transient,
    production_environment: one.production,
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    url,
    statuses_url: `${url}/statuses`,
    performed_via_github_app: one.app === null ? null : appJson(one.app),
  });
}

function statusJson(world: World, deployment: Deployment, one: DeploymentStatus): Json {
  const url = `${world.url}/repos/${world.owner}/${world.name}/deployments/${deployment.id}`;
  return fill("deployment-status", {
    id: one.id,
    node_id: `DES_${one.id}`,
    state: one.state,
    description: one.description,
    environment: deployment.environment,
    log_url: one.logUrl,
    target_url: one.logUrl,
    environment_url: one.environmentUrl,
    creator: userJson(one.by),
    created_at: one.createdAt,
    updated_at: one.createdAt,
    url: `${url}/statuses/${one.id}`,
    deployment_url: url,
  });
}
