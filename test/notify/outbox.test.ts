import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { NotificationSpec } from "../../src/model/project.ts";
import type { Message } from "../../src/notify/messages.ts";
import { outbox } from "../../src/notify/outbox.ts";

const NOON = Date.UTC(2026, 10, 24, 12);

function messageOf(name: string, secret: string, second: number): Message {
  const to: NotificationSpec = { name, type: "webhook", to: { secret }, events: ["down"] };
  const at = NOON + second * 1_000;
  const id = `production:web:down:${second}`;
  const notice = {
    id,
    event: "down",
    environment: "production",
    service: "web",
    name: "Web",
    at,
    title: "t",
    says: "s",
  };
  return { key: `${id}:${name}`, notice: { ...notice, event: "down" }, to };
}

test("however many messages wait for somebody who is gone, others get theirs, the oldest first and so many a run", async () => {
  const received: (string | undefined)[] = [];
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    const isDead = request.url === "/dead";
    if (isDead) asked++;
    else received.push(String(request.headers["idempotency-key"]));
    response.writeHead(isDead ? 400 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secrets = new Map([
    ["DEAD", `${base}/dead`],
    ["OPS", `${base}/ops`],
  ]);
  const out = outbox({
    secretOf: (name) => secrets.get(name),
    clock: { now: () => NOON, monotonic: () => 0, sleep: async () => {} },
    signal: new AbortController().signal,
    userAgent: "fairlead/test",
  });
  const many = (name: string, secret: string, count: number) =>
    Array.from({ length: count }, (_, n) => messageOf(name, secret, count - n));
  const messages = [...many("pager", "DEAD", 250), ...many("ops", "OPS", 210)];
  const keys = many("ops", "OPS", 210)
    .map(({ key }) => key)
    .reverse();
  expect(await out.send(messages)).toMatchObject([{ code: "notification-not-sent" }]);
  expect(received).toEqual(keys.slice(0, 200));
  expect(await out.send(messages)).toEqual([]);
  expect(received).toEqual(keys);
  expect([...out.left.keys()]).toEqual(keys);
  expect(asked).toBe(1);
});
