import type { GithubFake } from "../../github/fake.ts";
import type { Action } from "../action.ts";

export interface PlayedApp {
  readonly clientId: string;
  readonly privateKey: string;
  readonly slug: string;
  /** What it was given where it is installed. */
  readonly permissions: Readonly<Record<string, "read" | "write">>;
}

const PLAYED = new Set(["client-id", "private-key", "owner", "repositories"]);

/**
 * `actions/create-github-app-token`: a token of an app that is installed on the fake's repository, with what is asked for. It
 * refuses what GitHub refuses: another key, a repository where the app is not, a permission that it was not given.
 * Source: actions/create-github-app-token v3, `action.yml` and `lib/main.js`.
 */
export function createGithubAppToken(github: GithubFake, app: PlayedApp): Action {
  return ({ inputs, repository, say }) => {
    for (const name of Object.keys(inputs))
      if (!PLAYED.has(name) && !name.startsWith("permission-"))
        throw new Error(`create-github-app-token: \`${name}\` is not played`);
    for (const name of ["client-id", "private-key"])
      if (!inputs[name]) throw new Error(`The '${name}' input must be set to a non-empty string.`);
    if (inputs["client-id"] !== app.clientId || inputs["private-key"] !== app.privateKey)
      throw new Error("A JSON web token could not be decoded");
    const [ownOwner = "", ownName = ""] = repository.fullName.split("/");
    const { owner = ownOwner, repositories = inputs["owner"] === undefined ? ownName : "" } = inputs;
    if (![github.repository, `${github.world.owner}/`].includes(`${owner}/${repositories}`))
      throw new Error("Not Found");
    const asked = Object.entries(inputs).filter(([name]) => name.startsWith("permission-"));
    const permissions = Object.fromEntries(asked.map(([name, level]) => [name.slice("permission-".length), level]));
    for (const [name, level] of Object.entries(permissions))
      if (app.permissions[name] !== level && app.permissions[name] !== "write")
        throw new Error("The permissions requested are not granted to this installation.");
    const login = `${app.slug}[bot]`;
    const token = github.token({
      login,
      app: app.slug,
      permissions: asked.length === 0 ? app.permissions : (permissions as PlayedApp["permissions"]),
    });
    say(`::add-mask::${token}`);
    return { outputs: { token, "app-slug": app.slug, "installation-id": "1" } };
  };
}
