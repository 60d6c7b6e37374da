import { fill, type Json } from "./openapi.ts";
import type { Comment, Issue, Label, Pull, World } from "./world.ts";

/** Nouns that many answers share, in GitHub's shape. What nobody asks about is filled in from its own description. */

export function userJson(login: string): Json {
  const type = login.endsWith("[bot]") ? "Bot" : "User";
  return fill("simple-user", {
    login,
    id: idOf(login),
    node_id: `U_${login}`,
    type,
    html_url: `https://github.test/${login}`,
  });
}

export function appJson(slug: string): Json {
  return fill("integration", { id: idOf(slug), slug, name: slug, node_id: `A_${slug}`, owner: userJson("github") });
}

/** A number that stays the same for a name. */
function idOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 7) + 1;
}

export function repositoryJson(world: World, owner = world.owner, schema = "full-repository"): Json {
  const fork = owner !== world.owner;
  return fill(schema, {
    id: idOf(`${owner}/${world.name}`),
    name: world.name,
    full_name: `${owner}/${world.name}`,
    owner: userJson(owner),
    private: false,
    fork,
    default_branch: world.defaultBranch,
    html_url: `https://github.test/${owner}/${world.name}`,
    url: `${world.url}/repos/${owner}/${world.name}`,
  });
}

export function htmlUrl(world: World, rest: string): string {
  return `https://github.test/${world.owner}/${world.name}/${rest}`;
}

export function labelJson(world: World, name: string): Json {
  const label: Label = world.labels.find((one) => sameName(one.name, name)) ?? {
    id: 0,
    name,
    color: "ededed",
    description: null,
  };
  return fill("label", {
    id: label.id,
    node_id: `LA_${label.id}`,
    name: label.name,
    color: label.color,
    description: label.description,
    default: false,
    url: `${world.url}/repos/${world.owner}/${world.name}/labels/${encodeURIComponent(label.name)}`,
  });
}

/** Label names and logins are compared without case. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function commentJson(world: World, comment: Comment): Json {
  const kind = world.pulls.some((pull) => pull.number === comment.number) ? "pull" : "issues";
  return fill("issue-comment", {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    body: comment.body,
    user: userJson(comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: "NONE",
    html_url: htmlUrl(world, `${kind}/${comment.number}#issuecomment-${comment.id}`),
    issue_url: `${world.url}/repos/${world.owner}/${world.name}/issues/${comment.number}`,
    performed_via_github_app: comment.app === null ? null : appJson(comment.app),
  });
}

/** Issues, and pull requests in their guise as issues. */
export function issueJson(world: World, issue: Issue | Pull): Json {
  const isPull = "headRef" in issue;
  return fill("issue", {
    id: issue.id,
    node_id: `I_${issue.id}`,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    user: userJson(issue.author),
    labels: issue.labels.map((name) => labelJson(world, name)),
    comments: world.comments.filter((comment) => comment.number === issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: "NONE",
    html_url: htmlUrl(world, `${isPull ? "pull" : "issues"}/${issue.number}`),
    url: `${world.url}/repos/${world.owner}/${world.name}/issues/${issue.number}`,
    ...(isPull ? { pull_request: { url: null, html_url: null, diff_url: null, patch_url: null } } : {}),
  });
}
