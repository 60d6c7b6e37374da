import type { Json } from "./openapi.ts";
import type { Identity, World } from "./world.ts";

/** One request as a route sees it, after it has been let in. */
export interface Call {
  readonly world: World;
  readonly who: Identity;
  /** The parameters of its path. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Json;
}

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  /** A list, of which the server cuts out the page that was asked for. `under`: the key that it has in the answer. */
  readonly list?: readonly unknown[];
  readonly under?: string;
}

export interface Route {
  /** As GitHub's `x-accepted-github-permissions`: sets parted by `;`, of which one is enough. */
  readonly needs: string;
  /** Whether a token of an app may ask at all: `GET /user` is for people. */
  readonly peopleOnly?: boolean;
  answer(call: Call): Answer;
}

/** By `METHOD template`. */
export type Routes = Readonly<Record<string, Route>>;

/** GitHub says no. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Json;
  constructor(status: number, message: string, more: Json = {}) {
    super(message);
    this.status = status;
    this.body = { message, documentation_url: "https://docs.github.com/rest", ...more };
  }
}

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** 422 as GitHub words it: `Validation Failed` and a reason each. */
export function invalid(resource: string, field: string, message: string, code = "custom"): Refusal {
  return new Refusal(422, "Validation Failed", { errors: [{ resource, field, code, message }] });
}
