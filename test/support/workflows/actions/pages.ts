import { cpSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryFolder } from "../../git-folder.ts";
import type { Action } from "../action.ts";

/** GitHub Pages: what a job uploads, a later one publishes. */
export interface PlayedPages {
  readonly actions: Readonly<Record<string, Action>>;
  /** The folders that were published, oldest first. */
  readonly published: readonly string[];
}

/** `actions/configure-pages`, `actions/upload-pages-artifact` and `actions/deploy-pages`, played for one repository. */
export function pages(): PlayedPages {
  const published: string[] = [];
  let uploaded: string | null = null;
  return {
    published,
    actions: {
      "actions/configure-pages": () => ({ outputs: { base_url: "https://acme.github.io/shop" } }),
      "actions/upload-pages-artifact": ({ inputs, workspace }) => {
        const from = resolve(workspace, inputs["path"] ?? "_site");
        if (!existsSync(from)) throw new Error(`tar: ${from}: Cannot open: No such file or directory`);
        uploaded = join(temporaryFolder(), "pages");
        cpSync(from, uploaded, { recursive: true });
        return {};
      },
      "actions/deploy-pages": () => {
        if (uploaded === null) throw new Error("No artifacts named github-pages were found for this workflow run");
        published.push(uploaded);
        uploaded = null;
        return { outputs: { page_url: "https://acme.github.io/shop/" } };
      },
    },
  };
}
