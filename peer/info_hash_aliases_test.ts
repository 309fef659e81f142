import assert from "node:assert/strict";
import { parseInfoHash } from "../shared/ids.ts";
import { InfoHashAliases } from "./info_hash_aliases.ts";

const [v1, v2, other] = ["1", "2", "3"].map((digit) => parseInfoHash(digit.repeat(40)));

Deno.test("a torrent is found by each of its info-hashes, until it goes", () => {
  assert.ok(v1 !== undefined && v2 !== undefined && other !== undefined);
  const aliases = new InfoHashAliases();
  aliases.add(v1, [v1, v2]);
  assert.equal(aliases.resolve(v2), v1);
  assert.deepEqual([...aliases.all()], [v2]);
  assert.equal(aliases.resolve(v1), v1);
  assert.equal(aliases.resolve(other), other);
  aliases.drop(v1, [v1, v2]);
  assert.equal(aliases.resolve(v2), v2);
});

Deno.test("what another torrent has taken over is not forgotten with the first", () => {
  assert.ok(v1 !== undefined && v2 !== undefined && other !== undefined);
  const aliases = new InfoHashAliases();
  aliases.add(v1, [v2]);
  aliases.add(other, [v2]);
  aliases.drop(v1, [v2]);
  assert.equal(aliases.resolve(v2), other);
});
