import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { expect, onTestFinished } from "vitest";
import { git, temporaryFolder } from "../git-folder.ts";
import { type Answer, Refusal, type Routes } from "./call.ts";
import { checkRoutes } from "./checks.ts";
import { deploymentRoutes } from "./deployments.ts";
import { runGraphql } from "./graphql.ts";
import { issueRoutes, writeComment } from "./issues.ts";
import { answerProblems, findOperation, type Json, type Operation, requestProblems } from "./openapi.ts";
import { followGit, mergePull, openPull, pullRoutes } from "./pulls.ts";
import { repositoryRoutes } from "./repository.ts";
import type { Comment, Identity, Level, Pull, Review, Role, World } from "./world.ts";

/*
 * A GitHub of our own for tests: one repository with its forks, people, tokens, pull requests, comments, checks, deployments
 * and issues, on loopback. Commits and branches are those of a real bare repository, which tests push to as they like. What it
 * is asked and what it answers is held against GitHub's own description; a word that GitHub does not know fails the test.
 */

/** What goes wrong with a request to come. `match` is tried on `METHOD /path?query`; without it any request will do. */
export type Failure = { readonly match?: RegExp; readonly times?: number } & (
  | { readonly how: "secondary-rate-limit"; readonly retryAfterS: number }
  | { readonly how: "rate-limit"; readonly resetInS: number }
  /** 502, before or after the work was done. */
  | { readonly how: "bad-gateway"; readonly done?: boolean }
  /** Does the work and cuts the connection instead of answering. */
  | { readonly how: "lost-answer" }
  /** Says nothing until the client gives up. */
  | { readonly how: "silence" }
  /** Answers 200 with what was there before, as GitHub does to some edits it cannot take. */
  | { readonly how: "ignored" }
  /** Waits for `release()` of what `failNext` returned, then does the work: for races. */
  | { readonly how: "held" }
);

export interface GithubFake {
  /** As `GITHUB_API_URL`. */
  readonly url: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The bare repository. */
  readonly folder: string;
  /** Everything that it remembers, to look at and to arrange. */
  readonly world: World;
  /** What was asked or answered and GitHub does not know. The test fails at its end unless this is emptied. */
  readonly violations: string[];
  /** Every request that was let in, in order. */
  readonly requests: { readonly method: string; readonly path: string; readonly login: string; readonly body: Json }[];
  /** Makes a token. An app's (`app`) is `GITHUB_TOKEN` with `github-actions`; a person's without permissions may what the person may. */
  token(identity: {
    readonly login: string;
    readonly permissions?: Readonly<Record<string, Level>>;
    readonly app?: string;
  }): string;
  /** Whose token this is; null: nobody's. */
  identityOf(token: string): Identity | null;
  /** Makes somebody known, with a role on the repository. */
  person(login: string, role: Role): void;
  team(slug: string, ...members: string[]): void;
  /** Makes a fork as it is now; pushes go to the bare folder that is returned. */
  fork(owner: string): string;
  /** Opens a pull request, from the repository itself or `from` a fork's owner. */
  openPull(given: {
    readonly branch: string;
    readonly from?: string;
    readonly base?: string;
    readonly title?: string;
    readonly body?: string;
    readonly author?: string;
    readonly draft?: boolean;
  }): Pull;
  /** Merges one as its button does; returns the commit on the base. */
  merge(number: number, options?: { readonly method?: "merge" | "squash"; readonly by?: string }): string;
  /** Follows what was pushed since the last request: heads of pull requests, refs/pull/N/head and /merge. */
  sync(): void;
  comment(number: number, author: string, body: string, app?: string): Comment;
  review(number: number, author: string, state: Review["state"], commit?: string): Review;
  failNext(failure: Failure): { release(): void; readonly waiting: number };
}

export interface FakeOptions {
  readonly repository?: string;
  /** A bare repository to stand on, such as a GitServer's; else a new one with a first commit on `main`. */
  readonly folder?: string;
  /** The first of the times that it tells. */
  readonly startsAt?: string;
}

const ROUTES: Routes = { ...pullRoutes, ...issueRoutes, ...checkRoutes, ...deploymentRoutes, ...repositoryRoutes };
const PAGE = 30;
const PAGE_MAX = 100;

export async function githubFake(options: FakeOptions = {}): Promise<GithubFake> {
  const [owner = "", name = ""] = (options.repository ?? "acme/shop").split("/");
  const folder = options.folder ?? newBareRepository();
  const world = newWorld(owner, name, folder, options.startsAt ?? "2026-01-01T00:00:00Z");
  const tokens = new Map<string, Identity>();
  const failures: Armed[] = [];
  const violations: string[] = [];
  const requests: GithubFake["requests"] = [];

  const app = Fastify({ forceCloseConnections: true, bodyLimit: 8_000_000, routerOptions: { maxParamLength: 10_000 } });
  app.all("/*", async (request, reply) => {
    const armed = takeFailure(failures, `${request.method} ${request.url}`);
    const failure = armed?.failure;
    switch (failure?.how) {
      case "secondary-rate-limit":
        reply.header("retry-after", String(failure.retryAfterS));
        return reply
          .code(429)
          .send(problem("You have exceeded a secondary rate limit. Please wait a few minutes before you try again."));
      case "rate-limit":
        reply.header("x-ratelimit-limit", "5000").header("x-ratelimit-remaining", "0");
        // The world's clock here, since it is the client's that this is compared with.
        reply.header("x-ratelimit-reset", String(Math.floor(Date.now() / 1_000) + failure.resetInS));
        return reply.code(403).send(problem("API rate limit exceeded for installation ID 1."));
      case "silence":
        await new Promise((resolve) => request.raw.socket.once("close", resolve));
        return reply.hijack();
      case "held":
        await new Promise<void>((resolve) => armed?.holding.push(resolve));
        break;
      case "bad-gateway":
        if (failure.done !== true) return badGateway(reply);
        break;
      default:
    }
    const before = failure?.how === "ignored" ? structuredClone(world.comments) : null;
    const answer = await answerTo(request);
    if (failure?.how === "bad-gateway") return badGateway(reply);
    if (failure?.how === "lost-answer") {
      request.raw.socket.destroy();
      return reply.hijack();
    }
    if (before !== null) world.comments.splice(0, world.comments.length, ...before);
    return reply.headers(answer.headers).code(answer.status).send(answer.body);
  });

  async function answerTo(request: FastifyRequest): Promise<Sent> {
    const { pathname: given, searchParams } = new URL(request.url, world.url);
    // A server of one's own has its API below a folder.
    const pathname = given.replace(/^\/api(?:\/v3)?(?=\/)/, "");
    const query = Object.fromEntries(searchParams);
    const body = (request.body ?? {}) as Json;
    const who = tokens.get(/^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "");
    if (who === undefined)
      return refused(new Refusal(401, request.headers.authorization ? "Bad credentials" : "Requires authentication"));
    requests.push({ method: request.method, path: request.url, login: who.login, body });
    followGit(world);
    if (pathname === "/graphql") {
      const { answer, unknown } = await runGraphql(world, who, body);
      violations.push(...unknown.map((why) => `POST /graphql: ${why}`));
      return { status: 200, body: answer, headers: {} };
    }
    const operation = findOperation(request.method, pathname);
    const route = operation === null ? undefined : ROUTES[`${request.method} ${operation.template}`];
    if (operation === null || route === undefined) {
      violations.push(
        `${request.method} ${pathname}: ${operation === null ? "GitHub has no such call" : "the fake does not play this yet"}`,
      );
      return refused(new Refusal(404, "Not Found"));
    }
    const told = (problems: readonly string[]): void => {
      violations.push(...problems.map((why) => `${request.method} ${operation.template}: ${why}`));
    };
    const asked = requestProblems(operation, query, request.body);
    told(asked);
    const sent =
      asked.length > 0
        ? refused(new Refusal(422, "Invalid request."))
        : run(operation, { who, query, body, url: request.url });
    told(answerProblems(operation, sent.status, sent.body));
    return sent;
  }

  function run(
    operation: Operation,
    asked: {
      readonly who: Identity;
      readonly query: Readonly<Record<string, string>>;
      readonly body: Json;
      readonly url: string;
    },
  ): Sent {
    const { path } = operation;
    const route = ROUTES[`${operation.method} ${operation.template}`];
    if (route === undefined) throw new Error(`no route for ${operation.template}`);
    try {
      if (
        path["owner"] !== undefined &&
        `${path["owner"]}/${path["repo"]}`.toLowerCase() !== `${owner}/${name}`.toLowerCase()
      ) {
        throw new Refusal(404, "Not Found");
      }
      const { who } = asked;
      if (!isLetIn(route.needs, who) || (route.peopleOnly === true && who.app !== null)) {
        const kind = who.app === null ? "personal access token" : "integration";
        const refusal = refused(new Refusal(403, `Resource not accessible by ${kind}`));
        return { ...refusal, headers: { "x-accepted-github-permissions": route.needs } };
      }
      return sentOf(route.answer({ world, path, ...asked }), asked, world.url);
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      throw error;
    }
  }

  app.setErrorHandler((error, request, reply) => {
    violations.push(`${request.method} ${request.url}: ${(error as Error).stack ?? String(error)}`);
    return reply.code(500).send(problem("the fake broke"));
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  world.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    for (const armed of failures) letGo(armed);
    app.server.closeAllConnections();
    await app.close();
    expect(violations, "what GitHub does not know").toEqual([]);
  });

  return {
    url: world.url,
    repository: `${owner}/${name}`,
    folder,
    world,
    violations,
    requests,
    token(identity) {
      const token = `ghs_fake${String(tokens.size + 1).padStart(28, "0")}`;
      const permissions = identity.permissions ?? allOf(world.people.get(identity.login) ?? "read");
      tokens.set(token, { login: identity.login, permissions, app: identity.app ?? null });
      return token;
    },
    identityOf: (token) => tokens.get(token) ?? null,
    person: (login, role) => void world.people.set(login, role),
    team: (slug, ...members) => void world.teams.set(slug, new Set(members)),
    fork(forkOwner) {
      const copy = join(temporaryFolder(), `${name}.git`);
      git(folder, "clone", "--quiet", "--bare", folder, copy);
      world.forks.set(forkOwner, { owner: forkOwner, name, folder: copy });
      return copy;
    },
    openPull(given) {
      return openPull(world, {
        owner: given.from ?? owner,
        branch: given.branch,
        base: given.base ?? world.defaultBranch,
        title: given.title ?? `Change ${given.branch}`,
        body: given.body ?? "",
        author: given.author ?? given.from ?? "alice",
        draft: given.draft ?? false,
      });
    },
    merge(number, { method = "merge", by = "alice" } = {}) {
      const pull = world.pulls.find((one) => one.number === number);
      if (pull === undefined) throw new Error(`no pull request ${number}`);
      return mergePull(world, pull, { method, by });
    },
    sync: () => followGit(world),
    comment: (number, author, body, slug) => writeComment(world, number, { login: author, app: slug ?? null }, body),
    review(number, author, state, commit) {
      const head = world.pulls.find((one) => one.number === number)?.headSha ?? "";
      const review = { id: world.nextId(), number, author, state, commit: commit ?? head, body: "", at: world.now() };
      world.reviews.push(review);
      return review;
    },
    failNext(failure) {
      const armed: Armed = { failure, left: failure.times ?? 1, holding: [] };
      failures.push(armed);
      return {
        release: () => letGo(armed),
        get waiting() {
          return armed.holding.length;
        },
      };
    },
  };
}

interface Armed {
  readonly failure: Failure;
  /** How many requests it still meets. */
  left: number;
  /** The requests that it holds. */
  readonly holding: (() => void)[];
}

function letGo({ holding }: Armed): void {
  for (const go of holding.splice(0)) go();
}

interface Sent {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

function takeFailure(armed: readonly Armed[], request: string): Armed | undefined {
  const found = armed.find(({ left, failure }) => left > 0 && (failure.match?.test(request) ?? true));
  if (found !== undefined) found.left -= 1;
  return found;
}

function sentOf(
  answer: Answer,
  asked: { readonly query: Readonly<Record<string, string>>; readonly url: string },
  origin: string,
): Sent {
  const status = answer.status ?? 200;
  if (answer.list === undefined) return { status, body: answer.body, headers: {} };
  const size = Math.min(PAGE_MAX, Math.max(1, Number(asked.query["per_page"] ?? PAGE)));
  const page = Math.max(1, Number(asked.query["page"] ?? 1));
  const last = Math.max(1, Math.ceil(answer.list.length / size));
  const items = answer.list.slice((page - 1) * size, page * size);
  const link = (rel: string, to: number): string => {
    const url = new URL(asked.url, origin);
    url.searchParams.set("page", String(to));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link("prev", page - 1), link("first", 1)] : []),
    ...(page < last ? [link("next", page + 1), link("last", last)] : []),
  ];
  const body = answer.under === undefined ? items : { total_count: answer.list.length, [answer.under]: items };
  return { status, body, headers: links.length === 0 ? {} : { link: links.join(", ") } };
}

/** Whether one of the sets of permissions is held; what concerns the repository itself everybody may read. */
function isLetIn(needs: string, who: Identity): boolean {
  return needs.split(";").some((set) =>
    set.split(",").every((one) => {
      const [name = "", level] = one.trim().split("=");
      const held = who.permissions[name.replaceAll("_", "-")];
      return name === "metadata" || held === "write" || (held === "read" && level === "read");
    }),
  );
}

const AREAS = ["contents", "issues", "pull-requests", "checks", "deployments", "statuses", "members"];

function allOf(role: Role): Readonly<Record<string, Level>> {
  const level = role === "read" || role === "triage" ? "read" : "write";
  // With a right to read, a person still may comment, report and open pull requests.
  return Object.fromEntries(
    AREAS.map((area) => [area, area === "issues" || area === "pull-requests" ? "write" : level]),
  );
}

function refused(refusal: Refusal): Sent {
  return { status: refusal.status, body: refusal.body, headers: {} };
}

function problem(message: string): Json {
  return { message, documentation_url: "https://docs.github.com/rest" };
}

function badGateway(reply: FastifyReply) {
  return reply.code(502).type("text/html").send("<html><body>Unicorn!</body></html>");
}

function newBareRepository(): string {
  const folder = join(temporaryFolder(), "shop.git");
  mkdirSync(folder);
  git(folder, "init", "--quiet", "--bare", "--initial-branch=main");
  const tree = git(folder, "mktree", { input: "" });
  git(folder, "update-ref", "refs/heads/main", git(folder, "commit-tree", tree, "-m", "first"));
  return folder;
}

function newWorld(owner: string, name: string, folder: string, startsAt: string): World {
  let time = Date.parse(startsAt);
  let id = 1_000;
  return {
    owner,
    name,
    folder,
    defaultBranch: git(folder, "symbolic-ref", "--short", "HEAD"),
    forks: new Map([[owner, { owner, name, folder }]]),
    people: new Map<string, Role>([["alice", "write"]]),
    teams: new Map(),
    pulls: [],
    issues: [],
    comments: [],
    reviews: [],
    labels: [],
    checks: [],
    deployments: [],
    url: "",
    now() {
      time += 1_000;
      return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
    },
    nextId: () => ++id,
  };
}
