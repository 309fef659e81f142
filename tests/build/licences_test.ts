import assert from "node:assert/strict";
import { thirdPartyLicences } from "./licences.ts";

Deno.test("the licences of all packages inside are told, those of the tests' own tools are not", async () => {
  const text = await thirdPartyLicences();
  const ids = [...text.matchAll(/^(\S+@\d\S*): (\S+)/gm)].map(([, id, licence]) => `${id} ${licence}`);
  for (const package_ of ["hono", "preact", "uplot", "music-metadata", "ioredis"]) {
    assert.ok(ids.some((id) => id.startsWith(`${package_}@`)), `${package_} is not among them`);
  }
  // Its licence asks that users are told where its source is.
  assert.match(text, /^mediabunny@[\d.]+: MPL-2\.0.*\nSource: https:\/\/www\.npmjs\.com\/package\/mediabunny\/v\//m);
  assert.match(text, /^Deno \d/);
  assert.match(text, /Copyright \(c\)/);
  assert.ok(!ids.some((id) => id.startsWith("playwright-core@") || id.startsWith("fast-check@")));
  assert.ok(!ids.some((id) => id.endsWith(" unnamed")), "a package names no licence");
});
