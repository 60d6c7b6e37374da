import { expect, test } from "vitest";
import { imports } from "./importing.ts";

test("comments stay with what they are about", () => {
  const { services, remarks } = imports("upptime", {
    ".upptimerc.yml": `# Ask the platform team first.
owner: harbour

sites:
  # What customers see.
  - name: Shop # since 2019
    # behind the CDN
    url: https://shop.example # the old one was .test
    headers:
      # what they send
      - "Accept: text/html" # and nothing else
    # people leave after that
    maxResponseTime: 900
  # soon:
  # - name: Market
  - name: Orders
    url: https://orders.example
`,
  });
  expect(remarks).toBe(" Ask the platform team first.");
  expect(services.map(({ text }) => text).join("---\n")).toMatchInlineSnapshot(`
    "# soon:
    # - name: Market

    id: orders
    name: Orders
    type: api
    external: true
    health:
      endpoint: https://orders.example
      follow_redirects: true
      interval: 5m
    ---
    # What customers see.

    id: shop
    name: Shop # since 2019
    type: api
    external: true
    health:
      # behind the CDN
      endpoint: https://shop.example # the old one was .test
      headers:
        # what they send
        Accept: text/html # and nothing else
      follow_redirects: true
      interval: 5m
      # people leave after that
      conditions:
        - "[STATUS] < 400"
        - "[RESPONSE_TIME] <= 900"
    "
  `);
});
