import assert from "node:assert/strict";
import { announceUrlsOf, readTrackerAddress } from "./tracker_address.ts";

Deno.test("a tracker is named by its host, or by an address to announce to", () => {
  const tracker = { host: "media.home", port: 6969 };
  assert.deepEqual(readTrackerAddress("media.home"), { tracker });
  assert.deepEqual(readTrackerAddress("media.home:7000"), { tracker: { host: "media.home", port: 7000 } });
  assert.deepEqual(readTrackerAddress("udp://media.home/announce"), { tracker });
  assert.deepEqual(readTrackerAddress("UDP://[::1]:7000/announce"), { tracker: { host: "::1", port: 7000 } });
  assert.deepEqual(readTrackerAddress("http://media.home/announce"), { tracker: { host: "media.home", port: 80 } });
  assert.deepEqual(readTrackerAddress("http://media.home:6969/our%20secret/announce"), { tracker, key: "our secret" });
  for (
    const text of [
      "",
      "a b",
      "media.home:99999",
      "udp://media.home",
      "udp://media.home/a/b/announce",
      "http://media.home/%/announce",
      "https://media.home/announce",
      "udp://media.home/announce?x=1",
    ]
  ) assert.equal(readTrackerAddress(text), undefined, text);
});

Deno.test("a tracker that was read from an address to announce to has that address", () => {
  for (const address of ["udp://media.home:6969/announce", "http://[::1]:80/a%2Fb/announce"]) {
    const read = readTrackerAddress(address);
    assert.ok(read !== undefined && announceUrlsOf(read).includes(address), address);
  }
});
