import assert from "node:assert/strict";
import { parseInfoHash } from "../../shared/ids.ts";
import { keyHash } from "../../shared/wire/encryption_handshake.ts";
import { KeyHashIndex } from "./key_hash_index.ts";

Deno.test("torrents are found as they come, and looked at only when one is not", () => {
  const [first, second, third] = ["11", "22", "33"].map((byte) => parseInfoHash(byte.repeat(20)));
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const here = [first];
  let lookCount = 0;
  const index = new KeyHashIndex(() => {
    lookCount += 1;
    return here;
  });
  const find = (infoHash: typeof first) => index.find(keyHash(infoHash).toHex());
  assert.equal(find(first), first);
  here.push(second);
  assert.equal(find(second), second);
  assert.equal(find(first), first);
  assert.equal(lookCount, 2);
  here.shift();
  assert.equal(find(third), undefined);
  assert.equal(find(first), undefined);
});
