import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, createServer as tcpServer } from "node:net";
import { SMTPServer } from "smtp-server";
import { describe, expect, onTestFinished, test } from "vitest";
import type { NotificationSpec } from "../../src/model/project.ts";
import { type Message, messagesOf } from "../../src/notify/messages.ts";
import type { Notice } from "../../src/notify/notice.ts";
import { type Sending, send } from "../../src/notify/send.ts";

const AT = Date.UTC(2026, 10, 24, 9, 31);
const NOTICE: Notice = {
  id: "production:web-2026-11-24-0931:down:1795512660",
  event: "down",
  environment: "production",
  service: "web",
  name: "The <shop>",
  owner: "team-web",
  at: AT,
  title: "production: The <shop> is down",
  says: "Since 2026-11-24 09:31 UTC.",
  incident: "web-2026-11-24-0931",
};

const spec = (over: Partial<NotificationSpec>): NotificationSpec => ({
  name: "ops",
  type: "webhook",
  to: { secret: "HOOK" },
  events: ["down", "recovered"],
  ...over,
});
const message = (to: NotificationSpec, notice = NOTICE): Message => ({ key: `${notice.id}:${to.name}`, notice, to });

const sending = (secrets: Readonly<Record<string, string>>, over: Partial<Sending> = {}): Sending => ({
  secretOf: (name) => secrets[name],
  clock: { now: () => AT, monotonic: () => 0, sleep: async () => {} },
  signal: new AbortController().signal,
  userAgent: "fairlead/test",
  timeoutMs: 3_000,
  ...over,
});

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly url: string | undefined;
  readonly body: string;
}

/** Answers one request after the other as told, and 200 from then on. */
async function hook(answers: (number | readonly [number, Readonly<Record<string, string>>] | "hang")[] = []) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    received.push({ headers: request.headers, url: request.url, body });
    const answer = answers.shift() ?? 200;
    if (answer === "hang") return;
    const [status, headers] = typeof answer === "number" ? [answer, {}] : answer;
    response.writeHead(status, headers).end("x".repeat(10));
  });
  const port = await listening(server);
  return { received, url: `http://127.0.0.1:${port}/hook/t0ken` };
}

async function listening(server: Server | ReturnType<typeof tcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("who is told", () => {
  test("is chosen by event, and by service or owner", () => {
    const all = [
      spec({ name: "all" }),
      spec({ name: "recovered-only", events: ["recovered"] }),
      spec({ name: "other", services: ["api"] }),
      spec({ name: "own", services: ["api", "web"] }),
      spec({ name: "team", services: [{ owner: "team-web" }] }),
      spec({ name: "reminded", events: [], reminder: 1 }),
    ];
    expect(messagesOf(NOTICE, all).map(({ to }) => to.name)).toEqual(["all", "own", "team"]);
    expect(messagesOf({ ...NOTICE, event: "reminder" }, all).map(({ to }) => to.name)).toEqual(["reminded"]);
  });
});

describe("a webhook", () => {
  test("gets JSON, its key, and a signature that covers body and time", async () => {
    const { received, url } = await hook();
    const to = spec({ sign_with: { secret: "KEY" } });
    const { sent, diagnostics } = await send([message(to)], sending({ HOOK: url, KEY: "s3cret" }));
    expect(diagnostics).toEqual([]);
    expect([...sent]).toEqual([[`${NOTICE.id}:ops`, AT]]);
    const [{ headers, body, url: path }] = received as [Received];
    expect(path).toBe("/hook/t0ken");
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "idempotency-key": `${NOTICE.id}:ops`,
      "x-fairlead-timestamp": String(AT / 1_000),
    });
    const wanted = createHmac("sha256", "s3cret")
      .update(`${AT / 1_000}.${body}`)
      .digest("hex");
    expect(headers["x-fairlead-signature"]).toBe(`sha256=${wanted}`);
    expect(JSON.parse(body)).toEqual({
      event: "down",
      text: "production: The <shop> is down. Since 2026-11-24 09:31 UTC.",
      title: "production: The <shop> is down",
      service: "web",
      name: "The <shop>",
      environment: "production",
      incident: "web-2026-11-24-0931",
      says: "Since 2026-11-24 09:31 UTC.",
      at: "2026-11-24T09:31:00.000Z",
      key: `${NOTICE.id}:ops`,
      url: null,
    });
  });

  test("gets a template filled in, whatever the text holds", async () => {
    const { received, url } = await hook();
    const template = '{"summary": {{json title}}, "nested": {"key": {{json key}}}}';
    const notice = { ...NOTICE, title: 'a "quote", {{json key}} \\ and\na line' };
    await send([message(spec({ template }), notice)], sending({ HOOK: url }));
    expect(JSON.parse(received[0]?.body ?? "")).toEqual({ summary: notice.title, nested: { key: `${NOTICE.id}:ops` } });
  });

  test("is asked again with the same key while it is busy, after as long as it says", async () => {
    const { received, url } = await hook([503, [429, { "retry-after": "7" }], 500]);
    const waits: number[] = [];
    const clock = { now: () => AT, monotonic: () => 0, sleep: async (ms: number) => void waits.push(ms) };
    const { sent } = await send([message(spec({}))], sending({ HOOK: url }, { clock }));
    expect(sent.size).toBe(1);
    expect(waits).toEqual([1_000, 7_000, 4_000]);
    expect(new Set(received.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  });

  test("is given up after four answers, at once where it says no, and where it asks for a longer pause than a run has", async () => {
    for (const [answers, times] of [
      [[500, 500, 500, 500, 500], 4],
      [[404], 1],
      [[[429, { "retry-after": "3600" }]], 1],
    ] as const) {
      const { received, url } = await hook([...answers] as number[]);
      const { sent, diagnostics } = await send([message(spec({}))], sending({ HOOK: url }));
      expect(sent.size).toBe(0);
      expect(diagnostics).toMatchObject([{ code: "notification-not-sent" }]);
      expect(received).toHaveLength(times);
    }
  });

  test("that redirects is not followed", async () => {
    const elsewhere = await hook();
    const { url } = await hook([[307, { location: elsewhere.url }]]);
    const { sent, diagnostics } = await send([message(spec({}))], sending({ HOOK: url }));
    expect(sent.size).toBe(0);
    expect(elsewhere.received).toEqual([]);
    expect(diagnostics[0]?.summary).toContain("redirects are not followed");
  });

  test("that hangs is cut off at its timeout, and what is behind the message waits for the next run", async () => {
    const { received, url } = await hook(["hang", "hang", "hang", "hang", "hang", "hang"]);
    const queue = [message(spec({})), message(spec({}), { ...NOTICE, id: "later" })];
    const { sent, diagnostics } = await send(queue, sending({ HOOK: url }, { timeoutMs: 500 }));
    expect(sent.size).toBe(0);
    expect(diagnostics).toHaveLength(1);
    expect(received).toHaveLength(4);
  });

  test("of Slack's gets blocks in which text from files begins no link and no mention", async () => {
    const { received, url } = await hook();
    const notice = { ...NOTICE, title: "production: <!channel> *web* & <https://evil.example|x> is down" };
    await send([message(spec({ type: "slack" }), notice)], sending({ HOOK: url }));
    const { text, blocks } = JSON.parse(received[0]?.body ?? "");
    expect(text).toBe(
      "production: &lt;!channel&gt; \u200b*web\u200b* &amp; &lt;https://evil.example|x&gt; is down. Since 2026-11-24 09:31 UTC.",
    );
    expect(blocks).toHaveLength(2);
    expect(JSON.stringify(blocks)).not.toMatch(/<!|<https:\/\/evil/);
  });
});

describe("an email", () => {
  async function mailServer(refuse: { readonly auth?: boolean } = {}) {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      onAuth(auth, _, done) {
        if (refuse.auth) done(new Error(`no such user ${auth.username} with ${auth.password}`));
        else done(null, { user: auth.username });
      },
      onData(stream, _, done) {
        let text = "";
        stream.on("data", (piece: Buffer) => {
          text += piece;
        });
        stream.on("end", () => {
          mails.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
    const { port } = server.server.address() as AddressInfo;
    return { mails, url: `smtp://me:hunter2@127.0.0.1:${port}` };
  }
  const mail = spec({ type: "email", to: "ops@example.com", from: "fairlead@example.com", server: { secret: "SMTP" } });

  test("says the same as text and as HTML, escaped, with a Message-ID that stays", async () => {
    const { mails, url } = await mailServer();
    const twice = [
      await send([message(mail)], sending({ SMTP: url })),
      await send([message(mail)], sending({ SMTP: url })),
    ];
    expect(twice.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
    expect(mails).toHaveLength(2);
    const [id, other] = mails.map((text) => /^Message-ID: (.*)\r$/im.exec(text)?.[1]);
    expect(id).toBe(other);
    expect(mails[0]).toContain("Subject: production: The <shop> is down");
    expect(mails[0]).toContain("The &lt;shop&gt; is down");
    expect(mails[0]).not.toContain("hunter2");
  });

  test("whose subject would begin a header of its own stays one line", async () => {
    const { mails, url } = await mailServer();
    const notice = { ...NOTICE, title: "down\r\nBcc: everybody@example.com\r\n\r\nhello" };
    await send([message(mail, notice)], sending({ SMTP: url }));
    expect(mails[0]).not.toMatch(/^Bcc:/im);
  });

  test("that the server does not take is named without what the server says", async () => {
    const { url } = await mailServer({ auth: true });
    const { diagnostics } = await send([message(mail)], sending({ SMTP: url }));
    expect(diagnostics[0]?.summary).toBe(
      "notification `ops` was not sent: the server does not take its name and password (535)",
    );
  });

  test("never hands a secret that is no address to a server", async () => {
    const seen: string[] = [];
    const port = await listening(
      tcpServer((socket) => {
        socket.on("error", () => {});
        socket.on("data", (data) => void seen.push(String(data)));
        socket.write("220 hello\r\n");
      }),
    );
    const to = spec({ ...mail, to: { secret: "GITHUB_TOKEN" }, server: `smtp://127.0.0.1:${port}` });
    const { diagnostics } = await send([message(to)], sending({ GITHUB_TOKEN: "ghs_CANARY" }, { timeoutMs: 200 }));
    expect(diagnostics[0]?.summary).toBe("notification `ops` was not sent: its address is no email address");
    expect(seen.join()).not.toContain("CANARY");
  });

  test("to a server that says nothing ends at its timeout", async () => {
    const port = await listening(tcpServer(() => {}));
    const { diagnostics } = await send(
      [message(mail)],
      sending({ SMTP: `smtp://127.0.0.1:${port}` }, { timeoutMs: 100 }),
    );
    expect(diagnostics[0]?.summary).toContain("does not answer in time");
  });
});

test("a secret without a value is named, and nobody is asked", async () => {
  const { diagnostics } = await send([message(spec({}))], sending({}));
  expect(diagnostics).toMatchObject([{ code: "secret-unresolved", hint: expect.stringContaining("HOOK") }]);
});

test("no secret is in a message, an error or a diagnostic, whatever goes wrong", async () => {
  const canary = "CANARY4711";
  const refusing = tcpServer((socket) => void socket.end(`554 ${canary}\r\n`));
  const broken = tcpServer((socket) => void socket.destroy());
  const [smtp, closed] = [await listening(refusing), await listening(broken)];
  const { received, url } = await hook([401, [302, { location: `http://x/${canary}` }], 400]);
  const mail = spec({ type: "email", to: { secret: "TO" }, from: "a@example.com", server: { secret: "SMTP" } });
  const cases: [NotificationSpec, Readonly<Record<string, string>>][] = [
    [spec({}), { HOOK: `${url}/${canary}` }],
    [spec({}), { HOOK: `${url}/${canary}` }],
    [spec({ sign_with: { secret: "KEY" } }), { HOOK: url, KEY: canary }],
    [spec({ type: "slack" }), { HOOK: `http://${canary}:${canary}@127.0.0.1:${closed}/` }],
    [spec({}), { HOOK: `http://${canary}.invalid/` }],
    [spec({}), { HOOK: `gopher://${canary}` }],
    [spec({}), { HOOK: `http://[${canary}` }],
    [spec({ template: '{"a": {{json key' }), { HOOK: `${url}/${canary}` }],
    [mail, { TO: `${canary}@example.com`, SMTP: `smtp://${canary}:${canary}@127.0.0.1:${smtp}` }],
    [mail, { TO: `${canary}@example.com`, SMTP: `smtp://${canary}.invalid` }],
    [mail, { TO: `${canary}@example.com`, SMTP: canary }],
  ];
  for (const [to, secrets] of cases) {
    const { sent, diagnostics } = await send([message(to)], sending(secrets));
    expect(sent.size, JSON.stringify(to)).toBe(0);
    expect(diagnostics, JSON.stringify(to)).toHaveLength(1);
    // Hosts come back in lower case.
    expect(JSON.stringify(diagnostics).toLowerCase()).not.toContain(canary.toLowerCase());
  }
  for (const { body } of received) expect(body).not.toContain(canary);
});
