/** Tests of page and assets. @module */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { Hono } from "hono";
import { assetContentType, dashboardAssets } from "./assets.ts";

interface Folder extends AsyncDisposable {
  readonly url: URL;
}

async function assetFolder(): Promise<Folder> {
  const path = await Deno.makeTempDir({ prefix: "playswarm-assets-" });
  const url = pathToFileURL(`${path}/`);
  await Deno.mkdir(new URL("generated", url));
  await Deno.writeTextFile(new URL("generated/dashboard.css", url), "body { margin: 0 }");
  await Deno.writeTextFile(new URL("generated/peer.js", url), "first");
  await Deno.writeTextFile(new URL("secret.txt", url), "no");
  return { url, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function appOf(directory: URL, title = "Playswarm"): Hono {
  return new Hono().route("/", dashboardAssets({ program: "peer", title, directory }));
}

Deno.test("every path of the client gives the page", async () => {
  await using folder = await assetFolder();
  const app = appOf(folder.url, "a <b> & 'c'");
  const pages = await Promise.all(["/", "/downloads", "/play/x/0", "/streams"].map(async (path) => {
    const response = await app.request(path);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Content-Type"), "text/html; charset=utf-8");
    return await response.text();
  }));
  assert.equal(new Set(pages).size, 1);
  const page = pages[0] ?? "";
  assert.ok(page.includes("<title>a &#60;b&#62; &#38; &#39;c&#39;</title>"));
  assert.ok(page.includes('<link rel="stylesheet" href="/assets/dashboard.css">'));
  assert.ok(page.includes('<script type="module" src="/assets/peer.js"></script>'));
  assert.ok(page.includes('<div id="app"></div>'));
  assert.doesNotMatch(page, /<script>|style=|onload=/);
});

Deno.test("wrong paths of API, streams and assets never give the page", async () => {
  await using folder = await assetFolder();
  const app = appOf(folder.url);
  for (
    const path of ["/api", "/api/x", "/stream/x/y/z", "/playlist/x", "/assets/", "/assets/a/b", "/assets/none.css"]
  ) {
    assert.equal((await app.request(path)).status, 404, path);
  }
});

Deno.test("an asset has its type and an ETag, and is a 304 to who has it", async () => {
  await using folder = await assetFolder();
  const app = appOf(folder.url);
  const style = await app.request("/assets/dashboard.css");
  assert.equal(style.headers.get("Content-Type"), "text/css; charset=utf-8");
  assert.equal(style.headers.get("Content-Length"), "18");
  assert.equal(await style.text(), "body { margin: 0 }");
  const tag = style.headers.get("ETag") ?? "";
  assert.match(tag, /^"[0-9a-f]{32}"$/);
  for (const known of [tag, `W/${tag}`, `"x", ${tag}`]) {
    const again = await app.request("/assets/dashboard.css", { headers: { "If-None-Match": known } });
    assert.equal(again.status, 304);
    assert.equal(await again.text(), "");
  }
  assert.equal((await app.request("/assets/dashboard.css", { method: "POST" })).status, 405);
});

Deno.test("scripts are the generated ones, and a new build is seen", async () => {
  await using folder = await assetFolder();
  const app = appOf(folder.url);
  assert.equal(await (await app.request("/assets/peer.js")).text(), "first");
  const script = new URL("generated/peer.js", folder.url);
  await Deno.writeTextFile(script, "second");
  await Deno.utime(script, new Date(), new Date(Date.now() + 5000));
  assert.equal(await (await app.request("/assets/peer.js")).text(), "second");
  await Deno.remove(script);
  const missing = await app.request("/assets/peer.js");
  assert.equal(missing.status, 404);
  assert.match((await missing.json()).detail, /deno task bundle/);
});

Deno.test("nothing but plain names of known types is served", async () => {
  await using folder = await assetFolder();
  const app = appOf(folder.url);
  for (
    const name of ["secret.txt", "..%2Fsecret.css", "%2e%2e%2fx.js", "generated%2Fpeer.js", ".css", "a..css", "A.css"]
  ) {
    assert.equal((await app.request(`/assets/${name}`)).status, 404, name);
  }
  assert.equal(assetContentType("icon.svg"), "image/svg+xml");
  assert.equal(assetContentType("../icon.svg"), undefined);
  assert.equal(assetContentType("icon.svg\0"), undefined);
  assert.equal(assetContentType("icon.html"), undefined);
});
