import assert from "node:assert/strict";
import { request } from "node:http";
import { Community, type Dashboard } from "./community.ts";

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The status of an answer; node's client, because fetch does not let one lie about the host. */
function statusOf(dashboard: Dashboard, { method = "GET", path = "/api/status", headers = {}, body = "" }: Asked) {
  return new Promise<number>((resolve, reject) => {
    const sent = request(dashboard.url + path, { method, headers: { ...headers }, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

Deno.test("both dashboards refuse other hosts (421), other sites (403) and forms (415) over the wire", async () => {
  await using community = await Community.start();
  const peer = await community.peer();
  const json = { "Content-Type": "application/json" };
  for (const dashboard of [peer, community.tracker]) {
    const post = { method: "POST", path: "/api/shares", body: '{"path":"/"}' };
    assert.equal(await statusOf(dashboard, {}), 200);
    assert.equal(await statusOf(dashboard, { headers: { Host: "evil.example" } }), 421);
    assert.equal(await statusOf(dashboard, { path: "/", headers: { Host: "evil.example" } }), 421);
    assert.equal(await statusOf(dashboard, { ...post, headers: { ...json, Origin: "http://evil.example" } }), 403);
    assert.equal(await statusOf(dashboard, { ...post, headers: { ...json, "Sec-Fetch-Site": "cross-site" } }), 403);
    assert.equal(
      await statusOf(dashboard, { ...post, headers: { "Content-Type": "text/plain", Origin: dashboard.url } }),
      415,
    );
    assert.deepEqual(await dashboard.get("/api/shares"), []);
  }
});
