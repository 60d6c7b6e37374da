import { expect, test } from "vitest";
import { endAll } from "../../src/cli/end-all.ts";

test("whatever one ending meets, the others still end what they have to, newest first, and it is said", async () => {
  const ended: string[] = [];
  const said: string[] = [];
  const endedWell = await endAll({ complain: (text) => said.push(text) }, [
    async () => ended.push("workspace"),
    async () => ended.push("services"),
    () => Promise.reject(new Error("no space left on device")),
    async () => ended.push("site"),
  ]);
  expect({ endedWell, ended, said }).toEqual({
    endedWell: false,
    ended: ["site", "services", "workspace"],
    said: ["Something did not end well: no space left on device"],
  });
});
