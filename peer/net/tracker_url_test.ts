import assert from "node:assert/strict";
import { TrackerFailure } from "./tracker_failure.ts";
import { authorityOf, parseTrackerUrl } from "./tracker_url.ts";

Deno.test("reads every kind of announce address", () => {
  assert.deepEqual(parseTrackerUrl("udp://Tracker.Example:6969/announce?a=b"), {
    transport: "udp",
    host: "tracker.example",
    port: 6969,
    path: "/announce?a=b",
    authority: "tracker.example:6969",
  });
  assert.deepEqual(parseTrackerUrl("https://t.example/announce"), {
    transport: "http",
    host: "t.example",
    port: 443,
    path: "/announce",
    authority: "t.example:443",
  });
  assert.equal(parseTrackerUrl("http://t.example/a").port, 80);
  assert.equal(parseTrackerUrl("udp://[2001:DB8:0::1]:7").host, "2001:db8::1");
  assert.equal(parseTrackerUrl("udp://1.2.3.4:7").path, "");
});

Deno.test("UDP and HTTP of one port are one tracker", () => {
  for (const host of ["1.2.3.4", "[::1]", "name"]) {
    assert.equal(authorityOf(`udp://${host}:6969/announce`), authorityOf(`http://${host}:6969/x/announce`));
  }
  assert.equal(authorityOf("nonsense"), "nonsense");
});

Deno.test("refuses what cannot be asked, for ever", () => {
  for (const text of ["", "nonsense", "wss://a:1", "udp://a", "udp://a:0", "udp:///announce", "http://"]) {
    assert.throws(
      () => parseTrackerUrl(text),
      (error) => error instanceof TrackerFailure && error.retryInSeconds === Infinity,
      text,
    );
  }
});
