import { describe, expect, test } from "vitest";
import { imports, shown } from "./importing.ts";

/** Must never be seen in anything that is written or said. */
const CANARY = "canary-5f2a90c177b1e0aa";

describe("credentials in clear text are not written out", () => {
  const upptime: Readonly<Record<string, string>> = {
    "in a header": `sites:\n  - {name: A, url: "https://a.example", headers: ["Authorization: Bearer ${CANARY}"]}`,
    "in a header of another name": `sites:\n  - {name: A, url: "https://a.example", headers: ["X-Api-Key: ${CANARY}"]}`,
    "in a cookie": `sites:\n  - {name: A, url: "https://a.example", headers: ["Cookie: theme=dark; session=${CANARY}"]}`,
    "beside a secret's name": `sites:\n  - {name: A, url: "https://a.example", headers: ["Authorization: $USER:${CANARY}"]}`,
    "as an address's password": `sites:\n  - {name: A, url: "https://me:${CANARY}@a.example/x"}`,
    "as an address's user": `sites:\n  - {name: A, url: "https://${CANARY}@a.example/x"}`,
    "in a query": `sites:\n  - {name: A, url: "https://a.example/?token=${CANARY}"}`,
    "in a body": `sites:\n  - {name: A, url: "https://a.example", method: POST, body: '{"password": "${CANARY}"}'}`,
    "in a comment": `sites:\n  # token: ${CANARY}\n  - name: A # Authorization: Bearer ${CANARY}\n    url: https://a.example # password=${CANARY}`,
    "in a comment of a header that is not sent any more": `sites:\n  - name: A\n    url: https://a.example\n    headers:\n      # - "Authorization: Bearer ${CANARY}"\n      - "Accept: text/html"`,
    "once as a secret, once as text": `sites:\n  - name: A ${CANARY}\n    slug: a\n    url: https://a.example\n    headers: ["X-Token: ${CANARY}"]`,
    "in an unknown key": `sites: []\nPAT: ${CANARY}\n`,
  };
  test.each(Object.entries(upptime))("Upptime: %s", (_, text) => {
    expect(shown(imports("upptime", { ".upptimerc.yml": text }))).not.toContain(CANARY);
  });

  const gatus: Readonly<Record<string, string>> = {
    "a Slack webhook": `alerting: {slack: {webhook-url: "https://hooks.slack.com/services/T0/B0/${CANARY}"}}`,
    "a webhook": `alerting: {custom: {url: "https://alerts.example/${CANARY}", body: "x"}}`,
    "a mail password": `alerting: {email: {from: a@example.com, to: b@example.com, password: ${CANARY}}}`,
    "a key of a provider that is left out": `alerting: {pagerduty: {integration-key: ${CANARY}}}`,
    "an OAuth secret": `endpoints:\n  - {name: A, url: "https://a.example", client: {oauth2: {client-secret: ${CANARY}}}}`,
    "a password of SSH": `endpoints:\n  - {name: A, url: "ssh://a.example", ssh: {username: a, password: ${CANARY}}}`,
    "a condition": `endpoints:\n  - {name: A, url: "https://a.example", conditions: ["[BODY].token == ${CANARY}"]}`,
    "a GraphQL query": `endpoints:\n  - {name: A, url: "https://a.example", graphql: true, body: 'mutation { login(token: "${CANARY}") }'}`,
    "a token to push with": `external-endpoints:\n  - {name: A, token: ${CANARY}}`,
  };
  test.each(Object.entries(gatus))("Gatus: %s", (_, text) => {
    expect(shown(imports("gatus", { "config.yaml": text }))).not.toContain(CANARY);
  });

  test("the report says what is to be put where, and that it is to be replaced", () => {
    const { report } = imports("upptime", { ".upptimerc.yml": upptime["in a header"] ?? "" });
    expect(report.find(({ what }) => what === "A: header Authorization")).toMatchInlineSnapshot(`
      {
        "from": ".upptimerc.yml:2",
        "outcome": "changed",
        "to": "services/a.yaml: health.headers.Authorization",
        "what": "A: header Authorization",
        "why": "it stood there in clear text and is not written out: put it into the secret \`A_AUTHORIZATION\`, and have it replaced where it was issued",
      }
    `);
  });
});

describe("secrets that the source names", () => {
  test("a whole value keeps its name", () => {
    const { services } = imports("gatus", {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is how Gatus writes a secret
      "config.yaml": "endpoints:\n  - {name: A, url: 'https://a.example', headers: {X-Key: '${A_KEY}'}}",
    });
    expect(services[0]?.text).toContain("secret: A_KEY");
  });

  test("an address that is a secret stands among the targets, with how it is asked", () => {
    const { services } = imports("gatus", {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is how Gatus writes a secret
      "config.yaml": "endpoints:\n  - {name: A, url: '${A_URL}', method: HEAD, conditions: ['[STATUS] == 204']}",
    });
    expect(services[0]?.text).toMatchInlineSnapshot(`
      "id: a
      name: A
      type: api
      external: true
      health:
        targets:
          - name: a
            url:
              secret: A_URL
            method: HEAD
            follow_redirects: true
            conditions:
              - "[STATUS] == 204"
        interval: 1m
        timeout: 10s
      "
    `);
  });
});
