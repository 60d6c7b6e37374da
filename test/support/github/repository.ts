import { git } from "../git-folder.ts";
import { notFound, type Routes } from "./call.ts";
import { changedFiles, commitAt, commitsBetween } from "./forge-git.ts";
import { fill } from "./openapi.ts";
import { repositoryJson, userJson } from "./shapes.ts";
import type { World } from "./world.ts";

export const repositoryRoutes: Routes = {
  "GET /repos/{owner}/{repo}": {
    needs: "metadata=read",
    answer: ({ world }) => ({ body: repositoryJson(world) }),
  },
  "GET /repos/{owner}/{repo}/git/ref/{ref}": {
    needs: "contents=read",
    answer({ world, path }) {
      const sha = commitAt(world.folder, `refs/${path["ref"]}`);
      if (sha === null) throw notFound();
      const object = fill("git-ref", {})["object"] as object;
      return {
        body: fill("git-ref", { ref: `refs/${path["ref"]}`, node_id: "", object: { ...object, type: "commit", sha } }),
      };
    },
  },
  "GET /repos/{owner}/{repo}/commits/{ref}": {
    needs: "contents=read",
    answer({ world, path }) {
      const sha = commitAt(world.folder, path["ref"] ?? "");
      if (sha === null) throw notFound();
      return { body: commitJson(world, sha) };
    },
  },
  "GET /repos/{owner}/{repo}/compare/{basehead}": {
    needs: "contents=read",
    answer({ world, path }) {
      const [from = "", to = ""] = (path["basehead"] ?? "").split("...");
      const [base, head] = [commitAt(world.folder, from), commitAt(world.folder, to)];
      if (base === null || head === null) throw notFound();
      const [ahead, behind] = [commitsBetween(world.folder, base, head), commitsBetween(world.folder, head, base)];
      const status =
        base === head ? "identical" : behind.length === 0 ? "ahead" : ahead.length === 0 ? "behind" : "diverged";
      const shown = ahead.toReversed().map((sha) => commitJson(world, sha));
      return {
        body: fill("commit-comparison", {
          status,
          ahead_by: ahead.length,
          behind_by: behind.length,
          total_commits: ahead.length,
          base_commit: commitJson(world, base),
          merge_base_commit: commitJson(world, git(world.folder, "merge-base", base, head)),
          commits: shown,
          files: changedFiles(world.folder, base, head).map((file) =>
            fill("diff-entry", { sha: file.blob, filename: file.path, status: file.status }),
          ),
        }),
      };
    },
  },
  "GET /repos/{owner}/{repo}/contents/{path}": {
    needs: "contents=read",
    answer({ world, path, query }) {
      const revision = query["ref"] ?? world.defaultBranch;
      const file = path["path"] ?? "";
      let content: string;
      try {
        content = git(world.folder, "show", "--end-of-options", `${revision}:${file}`);
      } catch {
        throw notFound();
      }
      return {
        body: fill("content-file", {
          type: "file",
          encoding: "base64",
          name: file.split("/").at(-1),
          path: file,
          size: content.length,
          sha: git(world.folder, "rev-parse", `${revision}:${file}`),
          content: Buffer.from(`${content}\n`).toString("base64"),
        }),
      };
    },
  },
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission": {
    needs: "metadata=read",
    answer({ world, path }) {
      const login = path["username"] ?? "";
      if (!world.people.has(login) && !KNOWN.test(login)) throw notFound();
      const role = world.people.get(login) ?? "read";
      // The older of the two words knows four levels only.
      const permission = role === "maintain" ? "write" : role === "triage" ? "read" : role;
      return {
        body: {
          permission,
          role_name: role,
          user: fill("nullable-collaborator", { ...userJson(login), role_name: role }),
        },
      };
    },
  },
  "GET /orgs/{org}/teams/{team_slug}/memberships/{username}": {
    needs: "members=read",
    answer({ world, path }) {
      const members = world.teams.get(path["team_slug"] ?? "");
      if (path["org"] !== world.owner || !members?.has(path["username"] ?? "")) throw notFound();
      return { body: fill("team-membership", { role: "member", state: "active" }) };
    },
  },
  "GET /user": {
    needs: "metadata=read",
    peopleOnly: true,
    answer: ({ who }) => ({ body: fill("private-user", { ...userJson(who.login), login: who.login }) }),
  },
};

/** Anybody may be asked about who has an account; of a public repository everybody can read. */
const KNOWN = /^(?!ghost-)[a-z\d](?:-?[a-z\d])*(?:\[bot\])?$/i;

function commitJson(world: World, sha: string) {
  const [tree = "", parents = "", name = "", email = "", date = "", ...message] = git(
    world.folder,
    "show",
    "--no-patch",
    "--format=%T%n%P%n%an%n%ae%n%cI%n%B",
    sha,
  ).split("\n");
  const person = { name, email, date };
  return fill("commit", {
    sha,
    node_id: `C_${sha}`,
    commit: {
      ...(fill("commit", {})["commit"] as object),
      author: person,
      committer: person,
      message: message.join("\n").trimEnd(),
      tree: { sha: tree, url: "https://github.test/" },
    },
    parents: parents
      .split(" ")
      .flatMap((parent) => (parent === "" ? [] : [{ sha: parent, url: "https://github.test/" }])),
    author: null,
    committer: null,
  });
}
