import assert from "node:assert/strict";
import type { AnnounceResponse } from "../../shared/wire/announce.ts";
import { AnnouncerRig, down, turn } from "./test_announcer.ts";
import { someResponse } from "./test_tracker.ts";

Deno.test("stopping tells every tracker that knows of a torrent, within two seconds", async () => {
  const clockedOut: string[] = [];
  const rig = new AnnouncerRig(({ url, announce }, signal) => {
    if (url === "udp://never:1") down(url);
    if (announce.event !== "stopped" || url !== "udp://slow:1") return someResponse;
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        clockedOut.push(url);
        reject(signal.reason);
      })
    );
  });
  for (let number = 0; number < 100; number++) rig.add(number);
  rig.add(200, { trackers: [["udp://slow:1"]] });
  rig.add(201, { trackers: [["udp://never:1"]] });
  await rig.pass(1000);
  rig.take();
  const stopped = rig.announcer.stop();
  assert.equal(rig.announcer.stop(), stopped);
  await turn();
  assert.equal(
    rig.asked.filter(({ announce, url }) => announce.event === "stopped" && url !== "udp://slow:1").length,
    100,
  );
  assert.ok(!rig.asked.some(({ url }) => url === "udp://never:1"));
  assert.deepEqual(clockedOut, []);
  rig.clock.advance(2000);
  await stopped;
  assert.deepEqual(clockedOut, ["udp://slow:1"]);
  assert.throws(() => rig.add(300), TypeError);
  await rig[Symbol.asyncDispose]();
});

Deno.test("what is being announced when we stop, or when it is removed, is told too", async () => {
  let held = Promise.withResolvers<AnnounceResponse>();
  const rig = new AnnouncerRig(({ announce }, signal) => {
    if (announce.event !== "started") return someResponse;
    signal.addEventListener("abort", () => held.reject(signal.reason));
    return held.promise;
  });
  const first = rig.add(1);
  rig.announcer.remove(first);
  held.resolve(someResponse);
  await turn();
  assert.deepEqual(rig.take(), ["started udp://a:1/announce", "stopped udp://a:1/announce"]);
  held = Promise.withResolvers();
  rig.add(2);
  const third = rig.add(3);
  rig.announcer.remove(third);
  await rig.announcer.stop();
  assert.deepEqual(rig.take().sort(), [
    "started udp://a:1/announce",
    "started udp://a:1/announce",
    "stopped udp://a:1/announce",
    "stopped udp://a:1/announce",
  ]);
  await rig[Symbol.asyncDispose]();
});
