import assert from "node:assert/strict";
import { parseInfoHash } from "../shared/ids.ts";
import { AccessListSyntaxError, parseAccessList } from "./access_list.ts";

const V1 = "d540fc48eb12f2833163eed6421d449dd8f1ce1f";
const V2 = "0123456789abcdef".repeat(4);

Deno.test("a list has info-hashes of both versions, addresses, networks and comments", () => {
  const list = parseAccessList(`\uFEFF# ours\r\n${V1.toUpperCase()}  # a film\n\n  ${V2}\n192.0.2.0/24\n2001:db8::1\n`);
  assert.deepEqual([...list.infoHashes], [parseInfoHash(V1), parseInfoHash(V2.slice(0, 40))]);
  assert.ok(list.addresses.has("192.0.2.77") && list.addresses.has("2001:db8::1"));
  assert.ok(parseAccessList("# nothing").addresses.isEmpty);
});

Deno.test("a line that is neither is named", () => {
  for (const line of ["media.home", V1.slice(1), "1.2.3.4/99", "1.2.3.4 5.6.7.8"]) {
    assert.throws(
      () => parseAccessList(`# first\n${line}\n`),
      (error) => error instanceof AccessListSyntaxError && error.line === 2 && error.message.includes(line),
      line,
    );
  }
});
