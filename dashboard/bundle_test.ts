/** Tests of the client build, on a small project of its own. @module */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { bundleDashboard, BundleError } from "./bundle.ts";

interface Project extends AsyncDisposable {
  readonly root: URL;
}

async function smallProject(): Promise<Project> {
  const path = await Deno.makeTempDir({ prefix: "playswarm-bundle-" });
  const root = pathToFileURL(`${path}/`);
  await Deno.mkdir(new URL("dashboard/client/", root), { recursive: true });
  await Deno.mkdir(new URL("shared/", root));
  await Deno.writeTextFile(new URL("deno.json", root), "{}");
  await Deno.writeTextFile(new URL("shared/words.ts", root), `export const word: string = "hello";`);
  await Deno.writeTextFile(
    new URL("dashboard/client/peer.tsx", root),
    `import { word } from "../../shared/words.ts";\nconsole.log(word);\n`,
  );
  return { root, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function generated(root: URL): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL("dashboard/assets/generated/", root)));
  return entries.map((entry) => entry.name);
}

Deno.test("a script is built, left alone while fresh, and built again after a change", async () => {
  await using project = await smallProject();
  const { root } = project;
  assert.deepEqual(await bundleDashboard({ root, names: ["peer.js"] }), ["peer.js"]);
  const script = new URL("dashboard/assets/generated/peer.js", root);
  assert.match(await Deno.readTextFile(script), /hello/);
  assert.deepEqual(await bundleDashboard({ root, names: ["peer.js"] }), []);
  await Deno.writeTextFile(new URL("shared/words.ts", root), `export const word: string = "goodbye";`);
  await Deno.utime(new URL("shared/words.ts", root), new Date(), new Date(Date.now() + 60_000));
  assert.deepEqual(await bundleDashboard({ root, names: ["peer.js"] }), ["peer.js"]);
  assert.match(await Deno.readTextFile(script), /goodbye/);
  assert.deepEqual(await generated(root), ["peer.js"]);
});

Deno.test("the rooms of the style sheet become one sheet, in their order", async () => {
  await using project = await smallProject();
  const { root } = project;
  const styles = new URL("dashboard/assets/styles/", root);
  await Deno.mkdir(styles, { recursive: true });
  await Deno.writeTextFile(new URL("dashboard.css", styles), `@import "./general.css";\n@import "./near.css";\n`);
  await Deno.writeTextFile(new URL("near.css", styles), "p { top: 2px }");
  await Deno.writeTextFile(new URL("general.css", styles), "p { top: 1px }");
  assert.deepEqual(await bundleDashboard({ root, names: ["dashboard.css"] }), ["dashboard.css"]);
  const sheet = await Deno.readTextFile(new URL("dashboard/assets/generated/dashboard.css", root));
  assert.match(sheet, /top:\s*1px.*top:\s*2px/);
  assert.doesNotMatch(sheet, /@import/);
  assert.deepEqual(await bundleDashboard({ root, names: ["dashboard.css"] }), []);
});

Deno.test("a script that cannot be built fails with what is wrong and leaves nothing behind", async () => {
  await using project = await smallProject();
  const { root } = project;
  await Deno.writeTextFile(new URL("dashboard/client/peer.tsx", root), `import "./missing.ts";\n`);
  await assert.rejects(
    bundleDashboard({ root, names: ["peer.js"] }),
    (error) => error instanceof BundleError && /missing\.ts/.test(error.message),
  );
  assert.deepEqual(await generated(root), []);
});

Deno.test("what a page loads stays under 150 kB, as it goes over the wire", async () => {
  await bundleDashboard();
  const generated = new URL("./assets/generated/", import.meta.url);
  for (const script of ["peer.js", "tracker.js"]) {
    const files = await Promise.all([script, "dashboard.css"].map((name) => Deno.readFile(new URL(name, generated))));
    const lengths = files.map((bytes) => gzipSync(bytes).length);
    assert.ok(lengths.reduce((sum, length) => sum + length, 0) < 150_000, `${script} and the sheet: ${lengths}`);
  }
});
