import assert from "node:assert/strict";
import { parseInfoHash } from "../shared/ids.ts";
import { parseAccessList } from "./access_list.ts";
import { type AccessLists, Gatekeeper, OPEN_LISTS } from "./gatekeeper.ts";
import { BURST_SECONDS } from "./request_limits.ts";

const FILM = parseInfoHash("d540fc48eb12f2833163eed6421d449dd8f1ce1f");
const SONG = parseInfoHash("0540fc48eb12f2833163eed6421d449dd8f1ce1f");

const gateOf = (lists: { readonly allow?: string; readonly deny?: string }, requestsPerSecond = 0) =>
  new Gatekeeper({ lists: listsOf(lists), requestsPerSecond });
const listsOf = ({ allow = "", deny = "" }: { readonly allow?: string; readonly deny?: string }): AccessLists => ({
  allow: parseAccessList(allow),
  deny: parseAccessList(deny),
});

Deno.test("lists, as a table", () => {
  const table: readonly [lists: Parameters<typeof gateOf>[0], hosts: string, torrents: string][] = [
    [{}, "192.0.2.1 203.0.113.1 2001:db8::1", "film song"],
    [{ deny: "192.0.2.0/24" }, "203.0.113.1 2001:db8::1", "film song"],
    [{ allow: "192.0.2.0/24" }, "192.0.2.1", "film song"],
    [{ allow: "192.0.2.0/24\n2001:db8::/32", deny: "192.0.2.1" }, "2001:db8::1", "film song"],
    [{ deny: FILM }, "192.0.2.1 203.0.113.1 2001:db8::1", "song"],
    [{ allow: FILM }, "192.0.2.1 203.0.113.1 2001:db8::1", "film"],
    [{ allow: `${FILM}\n${SONG}`, deny: FILM }, "192.0.2.1 203.0.113.1 2001:db8::1", "song"],
  ];
  for (const [lists, hosts, torrents] of table) {
    const gate = gateOf(lists);
    const isIn = (host: string) => gate.refuse(host, 0) === undefined;
    assert.equal(["192.0.2.1", "203.0.113.1", "2001:db8::1"].filter(isIn).join(" "), hosts, JSON.stringify(lists));
    const names = [["film", FILM], ["song", SONG]] as const;
    const tracked = names.filter(([, infoHash]) => gate.refuseTorrent(infoHash, infoHash) === undefined).map(([name]) =>
      name
    );
    assert.equal(tracked.join(" "), torrents, JSON.stringify(lists));
    assert.ok(isIn("127.0.0.1") && isIn("::1"), "the own machine is always in");
  }
});

Deno.test("lists are replaced while it runs", () => {
  const gate = gateOf({ deny: "192.0.2.1" });
  assert.deepEqual(gate.refuse("192.0.2.1", 0)?.code, "denied");
  gate.setLists(OPEN_LISTS);
  assert.equal(gate.refuse("192.0.2.1", 0), undefined);
});

Deno.test("too many requests are refused with a time to come back; loopback has no limit", () => {
  const gate = gateOf({}, 1);
  for (let request = 0; request < BURST_SECONDS; request++) assert.equal(gate.refuse("192.0.2.1", 0), undefined);
  assert.deepEqual(gate.refuse("192.0.2.1", 0), {
    code: "too-many-requests",
    reason: "Too many requests from your address: try again in a minute",
    retryInSeconds: 60,
  });
  for (let request = 0; request < 2 * BURST_SECONDS; request++) assert.equal(gate.refuse("::1", 0), undefined);
  gate.sweep(120_000);
  assert.equal(gate.refuse("192.0.2.1", 120_000), undefined);
});
