import { type Call, invalid, notFound, Refusal, type Routes } from "./call.ts";
import { nextNumber } from "./pulls.ts";
import { commentJson, issueJson, labelJson, sameName } from "./shapes.ts";
import type { Comment, Identity, Issue, Pull, World } from "./world.ts";

/** In code points, as GitHub words it: "body is too long (maximum is 65536 characters)". */
export const BODY_MAX = 65_536;

const READ = "issues=read; pull_requests=read";
const WRITE = "issues=write; pull_requests=write";

export const issueRoutes: Routes = {
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": {
    needs: READ,
    answer(call) {
      const { number } = issueOf(call);
      const { since } = call.query;
      return {
        list: call.world.comments
          .filter((comment) => comment.number === number && (since === undefined || comment.updatedAt >= since))
          .map((comment) => commentJson(call.world, comment)),
      };
    },
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": {
    needs: WRITE,
    answer(call) {
      const { number } = issueOf(call);
      const body = String(call.body["body"]);
      fits(body, "IssueComment");
      return { status: 201, body: commentJson(call.world, writeComment(call.world, number, call.who, body)) };
    },
  },
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": {
    needs: READ,
    answer: (call) => ({ body: commentJson(call.world, commentOf(call)) }),
  },
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": {
    needs: WRITE,
    answer(call) {
      const comment = commentOf(call);
      mayEdit(call, comment.author);
      const body = String(call.body["body"]);
      fits(body, "IssueComment");
      if (body !== comment.body) {
        comment.body = body;
        comment.updatedAt = call.world.now();
      }
      return { body: commentJson(call.world, comment) };
    },
  },
  "GET /repos/{owner}/{repo}/issues": {
    needs: "issues=read",
    answer({ world, query }) {
      const { state = "open", labels, creator } = query;
      const wanted = labels === undefined || labels === "" ? [] : labels.split(",");
      // Pull requests are issues too, and are listed among them.
      const found = [...world.issues, ...world.pulls].filter(
        (issue) =>
          (state === "all" || issue.state === state) &&
          (creator === undefined || sameName(issue.author, creator)) &&
          wanted.every((name) => issue.labels.some((label) => sameName(label, name))),
      );
      found.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
      return { list: found.map((issue) => issueJson(world, issue)) };
    },
  },
  "POST /repos/{owner}/{repo}/issues": {
    needs: "issues=write",
    answer({ world, who, body }) {
      const text = String(body["body"] ?? "");
      fits(text, "Issue");
      const at = world.now();
      const issue: Issue = {
        number: nextNumber(world),
        id: world.nextId(),
        author: who.login,
        title: String(body["title"]),
        body: text,
        state: "open",
        labels: [],
        createdAt: at,
        updatedAt: at,
      };
      world.issues.push(issue);
      addLabels(world, issue, namesIn(body["labels"]));
      return { status: 201, body: issueJson(world, issue) };
    },
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}": {
    needs: READ,
    answer: (call) => ({ body: issueJson(call.world, issueOf(call)) }),
  },
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": {
    needs: WRITE,
    answer(call) {
      const issue = issueOf(call);
      const { title, body, state } = call.body;
      if (typeof body === "string") fits(body, "Issue");
      if (typeof title === "string") issue.title = title;
      if (typeof body === "string") issue.body = body;
      if (state === "open" || state === "closed") issue.state = state;
      issue.updatedAt = call.world.now();
      return { body: issueJson(call.world, issue) };
    },
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/labels": {
    needs: READ,
    answer(call) {
      return { list: issueOf(call).labels.map((name) => labelJson(call.world, name)) };
    },
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/labels": {
    needs: WRITE,
    answer(call) {
      const issue = issueOf(call);
      addLabels(call.world, issue, namesIn(call.body["labels"]));
      return { list: issue.labels.map((name) => labelJson(call.world, name)) };
    },
  },
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": {
    needs: WRITE,
    answer(call) {
      const issue = issueOf(call);
      const at = issue.labels.findIndex((label) => sameName(label, call.path["name"] ?? ""));
      if (at === -1) throw new Refusal(404, "Label does not exist");
      issue.labels.splice(at, 1);
      return { list: issue.labels.map((name) => labelJson(call.world, name)) };
    },
  },
  "GET /repos/{owner}/{repo}/labels": {
    needs: READ,
    answer: ({ world }) => ({ list: world.labels.map((label) => labelJson(world, label.name)) }),
  },
  "POST /repos/{owner}/{repo}/labels": {
    needs: WRITE,
    answer({ world, body }) {
      const name = String(body["name"]);
      const color = String(body["color"] ?? "ededed");
      if (world.labels.some((label) => sameName(label.name, name))) {
        throw new Refusal(422, "Validation Failed", {
          errors: [{ resource: "Label", code: "already_exists", field: "name" }],
        });
      }
      if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid("Label", "color", "color is invalid", "invalid");
      const description = body["description"];
      if (typeof description === "string" && description.length > 100) {
        throw invalid("Label", "description", "description is too long (maximum is 100 characters)");
      }
      world.labels.push({
        id: world.nextId(),
        name,
        color,
        description: typeof description === "string" ? description : null,
      });
      return { status: 201, body: labelJson(world, name) };
    },
  },
};

export function writeComment(
  world: World,
  number: number,
  who: Pick<Identity, "login" | "app">,
  body: string,
): Comment {
  const at = world.now();
  const comment: Comment = {
    id: world.nextId(),
    number,
    author: who.login,
    app: who.app,
    body,
    minimized: null,
    createdAt: at,
    updatedAt: at,
  };
  world.comments.push(comment);
  return comment;
}

/** An app edits what is its own; a person also what others wrote, with write access. */
export function mayEdit({ world, who }: Call, author: string): void {
  if (sameName(author, who.login)) return;
  const role = world.people.get(who.login);
  if (who.app !== null || (role !== "admin" && role !== "maintain" && role !== "write")) {
    throw new Refusal(403, who.app === null ? "Must have push access" : "Resource not accessible by integration");
  }
}

function issueOf({ world, path }: Call): Issue | Pull {
  const number = Number(path["issue_number"]);
  const found = [...world.issues, ...world.pulls].find((issue) => issue.number === number);
  if (found === undefined) throw notFound();
  return found;
}

function commentOf({ world, path }: Call): Comment {
  const comment = world.comments.find((one) => one.id === Number(path["comment_id"]));
  if (comment === undefined) throw notFound();
  return comment;
}

function fits(body: string, resource: string): void {
  if ([...body].length > BODY_MAX) {
    throw invalid(resource, "body", `body is too long (maximum is ${BODY_MAX} characters)`);
  }
}

/** Labels that the repository lacks come into being, grey. */
function addLabels(world: World, issue: Issue | Pull, names: readonly string[]): void {
  for (const name of names) {
    if (!world.labels.some((label) => sameName(label.name, name))) {
      world.labels.push({ id: world.nextId(), name, color: "ededed", description: null });
    }
    if (!issue.labels.some((label) => sameName(label, name))) issue.labels.push(name);
  }
}

function namesIn(labels: unknown): string[] {
  return (Array.isArray(labels) ? labels : []).map((label: unknown) =>
    typeof label === "string" ? label : String((label as { name?: unknown }).name),
  );
}
