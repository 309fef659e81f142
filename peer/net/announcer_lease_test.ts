import assert from "node:assert/strict";
import type { InfoHash } from "../../shared/ids.ts";
import { AnnouncerRig, down, turn } from "./test_announcer.ts";
import { infoHashOf, someResponse } from "./test_tracker.ts";

Deno.test("ten thousand torrents that nobody waits for cost one announce an interval", async () => {
  await using rig = new AnnouncerRig();
  for (let number = 0; number < 10_000; number++) {
    rig.add(number, { leaseShared: true, trackers: [["udp://a:1", "http://a:1"]] });
  }
  await rig.pass(0);
  while (rig.asked.length < 10_000) await turn();
  await rig.pass(0);
  assert.ok(rig.mostAtOnce <= 16);
  assert.ok(rig.asked.every(({ announce }) => announce.event === "started" && announce.numWant === 0));
  assert.equal(rig.clock.timerCount, 1);
  rig.take();
  await rig.pass(600_000);
  assert.ok(rig.asked.length >= 9 && rig.asked.length <= 10, `${rig.asked.length} announces in ten intervals`);
  assert.equal(new Set(rig.asked.map(({ announce }) => announce.infoHash)).size, rig.asked.length);
  assert.ok((rig.announcer.status(infoHashOf(1))[0]?.nextAnnounceAtMs ?? 0) > 0);
});

Deno.test("the announces of a busy torrent keep the quiet ones", async () => {
  await using rig = new AnnouncerRig();
  const quiet = rig.add(1, { leaseShared: true });
  const busy = rig.add(2);
  await rig.pass(600_000);
  const count = (infoHash: InfoHash) => rig.asked.filter(({ announce }) => announce.infoHash === infoHash).length;
  assert.equal(count(quiet), 1);
  assert.ok(count(busy) >= 10);
  // When the busy one has gone, the quiet one keeps itself.
  rig.announcer.remove(busy);
  await rig.pass(120_000);
  assert.ok(count(quiet) >= 2);
  // A quiet one that finishes, or whose owner wants peers, speaks for itself.
  rig.take();
  rig.announcer.completed(quiet);
  await rig.pass(0);
  assert.deepEqual(rig.take(), ["completed udp://a:1/announce"]);
});

Deno.test("a torrent may become quiet, or wake up, at any time", async () => {
  await using rig = new AnnouncerRig();
  let leaseShared = false;
  rig.announcer.add(infoHashOf(1), {
    trackers: [["udp://a:1/announce"]],
    state: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
    onPeers: () => {},
    get leaseShared() {
      return leaseShared;
    },
  });
  const other = rig.add(2);
  await rig.pass(0);
  leaseShared = true;
  await rig.pass(600_000);
  const count = () => rig.take().length;
  const quietCount = count();
  assert.ok(quietCount <= 2 + 1 + 11, `${quietCount}`);
  leaseShared = false;
  rig.announcer.announceSoon(infoHashOf(1));
  rig.announcer.remove(other);
  await rig.pass(300_000);
  const awakeCount = count();
  assert.ok(awakeCount >= 6, `${awakeCount}`);
});

Deno.test("when the tracker was away for longer than a lease, all that it kept are announced anew", async () => {
  let isDown = false;
  await using rig = new AnnouncerRig(({ url }) => isDown ? down(url) : someResponse);
  for (let number = 0; number < 20; number++) rig.add(number, { leaseShared: true });
  await rig.pass(60_000);
  isDown = true;
  await rig.pass(300_000);
  isDown = false;
  rig.take();
  await rig.pass(310_000);
  assert.equal(new Set(rig.asked.map(({ announce }) => announce.infoHash)).size, 20);
  // Those that asked and failed meanwhile were known there, so theirs is a regular announce, which does as well.
  const started = rig.asked.filter(({ announce }) => announce.event === "started");
  assert.ok(started.length >= 10, `${started.length} of 20`);
});
