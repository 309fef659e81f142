/** Tests of the guards: whom a dashboard answers and what it lets change. @module */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { CONTENT_SECURITY_POLICY, dashboardGuards, type GuardOptions, requiresPassword } from "./guards.ts";

function appWith(options: Partial<GuardOptions> = {}): Hono {
  const app = new Hono();
  app.use(...dashboardGuards({ host: "127.0.0.1", port: () => 8080, ...options }));
  app.all("*", (context) => context.text("reached"));
  return app;
}

async function statusOf(app: Hono, headers: Record<string, string>, init: RequestInit = {}): Promise<number> {
  const response = await app.request("/api/x", { ...init, headers: { Host: "127.0.0.1:8080", ...headers } });
  await response.body?.cancel();
  return response.status;
}

Deno.test("only the hosts that we serve are answered", async () => {
  const cases: readonly (readonly [string, number])[] = [
    ["localhost:8080", 200],
    ["LOCALHOST:8080", 200],
    ["127.0.0.1:8080", 200],
    ["[::1]:8080", 200],
    ["[0:0:0:0:0:0:0:1]:8080", 200],
    ["localhost", 421],
    ["localhost:8081", 421],
    ["localhost.:8080", 421],
    ["evil.example:8080", 421],
    ["127.0.0.1.evil.example:8080", 421],
    ["user@localhost:8080", 421],
    ["192.168.1.5:8080", 421],
    ["[::1:8080", 421],
    ["", 421],
    ["localhost:8080:8080", 421],
    ["localhost:8080/", 421],
  ];
  for (const [host, status] of cases) assert.equal(await statusOf(appWith(), { Host: host }), status, host);
});

Deno.test("the answer to a wrong host is a problem document with the security headers", async () => {
  const response = await appWith().request("/", { headers: { Host: "evil.example" } });
  assert.equal(response.status, 421);
  assert.equal(response.headers.get("Content-Type"), "application/problem+json");
  assert.equal(response.headers.get("Content-Security-Policy"), CONTENT_SECURITY_POLICY);
  assert.equal((await response.json()).title, "Misdirected Request");
});

Deno.test("a request without a Host header is judged by its address", async () => {
  assert.equal((await appWith().request("http://localhost:8080/")).status, 200);
  assert.equal((await appWith().request("http://evil.example:8080/")).status, 421);
});

Deno.test("port 80 may be left out", async () => {
  const app = appWith({ port: () => 80 });
  assert.equal(await statusOf(app, { Host: "localhost" }), 200);
  assert.equal(await statusOf(app, { Host: "localhost:80" }), 200);
});

Deno.test("the bound name and further names are served", async () => {
  const app = appWith({ host: "192.168.1.5", password: "p", names: ["media.home", "proxy.home:443"] });
  const authorization = { Authorization: `Basic ${btoa("u:p")}` };
  for (const host of ["192.168.1.5:8080", "media.home:8080", "proxy.home:443", "proxy.home", "localhost:8080"]) {
    assert.equal(await statusOf(app, { Host: host, ...authorization }), 200, host);
  }
  for (const host of ["media.home", "proxy.home:8080", "192.168.1.6:8080"]) {
    assert.equal(await statusOf(app, { Host: host, ...authorization }), 421, host);
  }
});

Deno.test("bound to all addresses, any address passes and no foreign name", async () => {
  for (const host of ["0.0.0.0", "::"]) {
    const app = appWith({ host, password: "p" });
    assert.equal(await statusOf(app, { Host: "10.0.0.7:8080" }), 401);
    assert.equal(await statusOf(app, { Host: "[fe80::1]:8080" }), 401);
    assert.equal(await statusOf(app, { Host: "evil.example:8080" }), 421);
  }
});

Deno.test("what changes something must come from our own page", async () => {
  const json = { "Content-Type": "application/json" };
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [{}, 200],
    [{ Origin: "http://127.0.0.1:8080" }, 200],
    [{ Origin: "https://127.0.0.1:8080" }, 200],
    [{ Origin: "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin" }, 200],
    [{ "Sec-Fetch-Site": "none" }, 200],
    [{ Origin: "http://localhost:8080" }, 403],
    [{ Origin: "http://127.0.0.1:8081" }, 403],
    [{ Origin: "http://evil.example" }, 403],
    [{ Origin: "null" }, 403],
    [{ Origin: "" }, 403],
    [{ "Sec-Fetch-Site": "cross-site" }, 403],
    [{ "Sec-Fetch-Site": "same-site" }, 403],
    [{ Origin: "http://127.0.0.1:8080", "Sec-Fetch-Site": "cross-site" }, 403],
  ];
  for (const [headers, status] of cases) {
    for (const method of ["POST", "PATCH", "PUT", "DELETE", "PROPFIND"]) {
      assert.equal(
        await statusOf(appWith(), { ...json, ...headers }, { method }),
        status,
        method + JSON.stringify(headers),
      );
    }
    assert.equal(await statusOf(appWith(), headers), 200);
  }
});

Deno.test("POST and PATCH take JSON only, PUT anything", async () => {
  const app = appWith({ bodyTypes: { "/api/x": ["application/x-bittorrent"] } });
  const cases: readonly (readonly [string, string, number])[] = [
    ["POST", "application/json", 200],
    ["PATCH", "Application/JSON; charset=utf-8", 200],
    ["POST", "application/x-bittorrent", 200],
    ["POST", "application/x-www-form-urlencoded", 415],
    ["POST", "multipart/form-data; boundary=x", 415],
    ["POST", "text/plain", 415],
    ["PATCH", "text/plain; application/json", 415],
    ["PUT", "video/mp4", 200],
    ["DELETE", "text/plain", 200],
  ];
  for (const [method, type, status] of cases) {
    assert.equal(await statusOf(app, { "Content-Type": type }, { method, body: "{}" }), status, method + type);
  }
  assert.equal(await statusOf(app, {}, { method: "POST" }), 415);
  const elsewhere = await app.request("http://127.0.0.1:8080/api/y", {
    method: "POST",
    headers: { "Content-Type": "application/x-bittorrent" },
  });
  assert.equal(elsewhere.status, 415);
  assert.equal(elsewhere.headers.get("Accept"), "application/json");
});

Deno.test("every answer has the security headers", async () => {
  const { headers } = await appWith().request("http://localhost:8080/");
  assert.match(
    headers.get("Content-Security-Policy") ?? "",
    /default-src 'self'.*object-src 'none'.*frame-ancestors 'none'/,
  );
  assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
  assert.equal(headers.get("Referrer-Policy"), "no-referrer");
  assert.equal(headers.get("Cross-Origin-Resource-Policy"), "same-origin");
  assert.equal(headers.get("Access-Control-Allow-Origin"), null);
});

Deno.test("with a password nothing is answered without it", async () => {
  const app = appWith({ password: "päss:wort" });
  const basic = (pair: string) => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`;
  const cases: readonly (readonly [string, number])[] = [
    [basic("anyone:päss:wort"), 200],
    [basic(":päss:wort").replace("Basic", "bAsIc"), 200],
    [basic("anyone:päss"), 401],
    [basic("anyone:päss:wort2"), 401],
    [basic("anyone:"), 401],
    [basic("anyone"), 401],
    ["Basic", 401],
    ["Basic !!!", 401],
    ["Bearer päss:wort".replace("ä", "a"), 401],
  ];
  for (const [Authorization, status] of cases) {
    assert.equal(await statusOf(app, { Authorization }), status, Authorization);
  }
  const asked = await app.request("http://localhost:8080/healthz");
  assert.equal(asked.status, 401);
  assert.equal(asked.headers.get("WWW-Authenticate"), 'Basic realm="Playswarm", charset="UTF-8"');
});

Deno.test("only loopback may go without a password", () => {
  for (const host of ["127.0.0.1", "127.8.9.10", "::1", "localhost"]) assert.equal(requiresPassword(host), false, host);
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "media.home"]) {
    assert.equal(requiresPassword(host), true, host);
    assert.throws(() => dashboardGuards({ host, port: () => 1 }), TypeError);
  }
  assert.throws(() => dashboardGuards({ host: "127.0.0.1", port: () => 1, password: "" }), RangeError);
});
