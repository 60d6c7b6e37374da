import { expect, test } from "vitest";
import { openHealthWatch } from "../../src/cli/health-watch.ts";
import { openIncidents } from "../../src/cli/open-incidents.ts";
import { readTold } from "../../src/cli/read-told.ts";
import { INCIDENTS_REF } from "../../src/incidents/incident-store.ts";
import type { Tree } from "../../src/model/tree.ts";
import { NOON, watchedProject } from "../support/watched-project.ts";

test("an incident that is kept is read once by whoever goes on watching, and not again for the site", async () => {
  const { time, face, workspace, declared } = await watchedProject();
  const catalog = await declared();
  const { refs } = await workspace.refsOf("staging");
  const over = Array.from({ length: 3 }, (_, n) => `web-2026-11-2${n}-1200`);
  const begin = NOON - 5 * 86_400_000;
  await (await openIncidents(face, workspace, "staging")).change(async () =>
    over.map((id) => ({
      incident: {
        id,
        title: "Web was down",
        severity: "down",
        affected: ["web"],
        stretches: [{ from: begin, to: begin + 60_000, severity: "down" }],
        updates: [{ at: begin + 60_000, status: "resolved", says: "It works again." }],
        source: "automatic",
      },
      told: {},
    })),
  );
  const blobs = new Set<string>();
  for await (const { blob } of (await refs.read(INCIDENTS_REF)).tree.list("incidents")) blobs.add(blob);
  let reads = 0;
  const counted = (tree: Tree): Tree => ({
    oid: tree.oid,
    list: (under) => tree.list(under),
    idAt: (path) => tree.idAt(path),
    read(asked) {
      const all = [...asked];
      reads += all.filter((blob) => blobs.has(blob)).length;
      return tree.read(all);
    },
  });
  const counting: typeof workspace = {
    ...workspace,
    refsOf: async () => ({
      remote: null,
      refs: {
        ...refs,
        async read(ref) {
          const at = await refs.read(ref);
          return { ...at, tree: counted(at.tree) };
        },
      },
    }),
  };
  const { watch } = await openHealthWatch({ face, workspace: counting, environment: "staging" });
  await watch.follow(catalog);
  for (let n = 0; n < 3; n++) {
    time.now += 30_000;
    watch.beat("web", 1);
    watch.sample({ service: "web", at: time.now - 1_000, outcome: "pass" });
    expect(await watch.keep()).toEqual([]);
    const { value } = await readTold(face, counting, watch.incidents);
    expect(value.incidents.map(({ id }) => id).sort()).toEqual(over);
  }
  expect(reads).toBe(3);
  await workspace.close();
});
