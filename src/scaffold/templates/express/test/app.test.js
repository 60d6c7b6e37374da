import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { createApp } from "../app.js";
import { config } from "../config.js";

let server;
let base;

before(async () => {
  server = createApp({ config, env: {}, logger: pino({ level: "silent" }) }).listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const send = (method, path, body, headers = {}) =>
  fetch(base + path, { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

async function authorization() {
  if (!config.authentication.required) return {};
  const account = { username: `tester-${Math.random()}`, password: "correct horse battery" };
  await send("POST", "/api/auth/register", account);
  const { token } = await (await send("POST", "/api/auth/login", account)).json();
  return { authorization: `Bearer ${token}` };
}

test("health says that the service is well", async () => {
  const answer = await fetch(`${base}/health`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /application\/health\+json/);
  assert.equal((await answer.json()).status, "pass");
});

test("metrics are in Prometheus' format", async () => {
  await fetch(base);
  assert.match(await (await fetch(`${base}/metrics`)).text(), /http_requests_total\{method="GET",status="200"\} \d/);
});

for (const { name, encoded } of config.routes) {
  test(`items of ${JSON.stringify(name)} can be created, read, changed and deleted`, async () => {
    const path = `/api/${encoded}`;
    const headers = await authorization();
    const created = await send("POST", path, { name: "first", size: 3 }, headers);
    assert.equal(created.status, 201);
    const { id } = await created.json();
    const one = `${path}/${id}`;
    assert.equal((await (await fetch(base + one)).json()).size, 3);
    assert.equal((await (await send("PATCH", one, { size: 4 }, headers)).json()).name, "first");
    assert.equal((await (await send("PUT", one, { name: "second" }, headers)).json()).size, undefined);
    assert.equal((await (await fetch(base + path)).json()).total, 1);
    assert.equal((await send("DELETE", one, undefined, headers)).status, 204);
    assert.equal((await fetch(base + one)).status, 404);
  });

  test(`what is no valid item of ${JSON.stringify(name)} is refused with a reason`, async () => {
    const answer = await send("POST", `/api/${encoded}`, { name: "" }, await authorization());
    assert.equal(answer.status, 400);
    assert.match((await answer.json()).errors.name, /required/);
  });
}
