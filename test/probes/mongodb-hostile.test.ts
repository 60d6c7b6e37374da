import { afterEach, describe, expect, test } from "vitest";
import { askAt } from "../support/ask-at.ts";
import { mongoPrimary, mongoServer, type Probed } from "../support/probed-servers.ts";
import { until } from "../support/until.ts";

const opened: Probed[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

/** A frame of OP_MSG whose head claims `length` bytes, whatever follows. */
function frame(length: number, rest: Buffer, opcode = 2013): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(opcode, 12);
  return Buffer.concat([head, rest]);
}

describe("a MongoDB server that greets well fails at the timeout at the latest, in words, when it answers", () => {
  test.each<readonly [what: string, to: "the driver's greeting" | "the command", answer: Buffer | null]>([
    ["nothing", "the driver's greeting", null],
    ["nothing", "the command", null],
    ["text", "the command", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
    // What keeps the driver busy for ever: it reads frames of no bytes, one after the other.
    ["zeros", "the driver's greeting", Buffer.alloc(4096)],
    ["a length of 0 in a head that is well otherwise", "the command", frame(0, Buffer.alloc(64))],
    ["a negative length", "the command", frame(-1, Buffer.alloc(64))],
    ["a length below the head's own", "the command", frame(15, Buffer.alloc(64))],
    ["a length that is never reached", "the command", frame(0x7fffffff, Buffer.alloc(64))],
    ["an unknown opcode", "the command", frame(32, Buffer.alloc(16), 4242)],
    ["a compressed frame that is none", "the command", frame(40, Buffer.alloc(24, 7), 2012)],
    [
      "a document whose length lies",
      "the command",
      frame(37, Buffer.from(`\0\0\0\0\0\xff\xff${"\0".repeat(14)}`, "latin1")),
    ],
  ])("%s to %s", async (_, to, answer) => {
    let hellos = 0;
    const server = await mongoServer((command) => {
      const isHello = "hello" in command || "ismaster" in command;
      if (isHello) hellos++;
      const isMeant = to === "the command" ? !isHello : hellos > 1;
      return isMeant ? answer : mongoPrimary(command);
    });
    opened.push(server);
    const url = `mongodb://me:canary@127.0.0.1:${server.port}/app?authSource=admin`;
    const sample = await askAt(url, { timeout: 900 });
    expect(sample).toMatchObject({ outcome: "fail", error: expect.stringMatching(/^\S+ \S+/) });
    expect(sample.error).not.toContain("the check broke");
    expect(JSON.stringify(sample)).not.toContain("canary");
    await until(() => server.open() === 0);
  });
});
