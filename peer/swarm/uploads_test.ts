import assert from "node:assert/strict";
import { Geometry } from "../../shared/geometry.ts";
import { MAX_QUEUED_UPLOADS } from "./uploads.ts";
import { testInfo, TestSwarm } from "./test_swarm.ts";

function serving(supportsFast = true): TestSwarm {
  const swarm = new TestSwarm({ info: testInfo(600), verified: Array.from({ length: 590 }, (_, piece) => piece) });
  swarm.connect(1, { features: { supportsFast } });
  swarm.say(1, { type: "interested" });
  return swarm;
}

Deno.test("a verified range is uploaded, and taken back on cancel: who takes it back answers (BEP 6)", () => {
  const swarm = serving();
  const block = { piece: 0, begin: 100, length: 1_000 };
  assert.deepEqual(swarm.say(1, { type: "request", ...block }), [{ type: "upload-block", peer: 1, block }]);
  assert.deepEqual(swarm.say(1, { type: "request", ...block }), [], "asked twice, sent once");
  assert.deepEqual(swarm.say(1, { type: "cancel", ...block }), [{ type: "cancel-upload", peer: 1, block }]);
  assert.deepEqual(swarm.say(1, { type: "cancel", ...block }), []);
});

Deno.test("what was sent is counted", () => {
  const swarm = serving();
  const block = swarm.block(3, 0);
  swarm.say(1, { type: "request", ...block });
  swarm.handle({ type: "block-uploaded", peer: 1, block });
  assert.equal(swarm.machine.peerView(1)?.uploadedBytes, 16_384);
  assert.equal(swarm.say(1, { type: "request", ...block })[0]?.type, "upload-block", "it may be asked for again");
});

Deno.test("a block that could not be read may be asked for again", () => {
  const swarm = serving();
  const block = swarm.block(3, 0);
  swarm.say(1, { type: "request", ...block });
  assert.deepEqual(swarm.handle({ type: "upload-failed", peer: 1, block }), []);
  assert.equal(swarm.say(1, { type: "request", ...block })[0]?.type, "upload-block");
  assert.equal(swarm.machine.peerView(1)?.uploadedBytes, 0);
});

Deno.test("choked, unverified, too long: rejected with the fast extension, silent without", () => {
  for (const supportsFast of [true, false]) {
    const swarm = serving(supportsFast);
    swarm.connect(2, { features: { supportsFast } });
    const refused = [
      swarm.say(2, { type: "request", ...swarm.block(0, 0) }),
      swarm.say(1, { type: "request", ...swarm.block(595, 0) }),
      swarm.say(1, { type: "request", piece: 0, begin: 0, length: 32_768 }),
    ];
    for (const effects of refused) {
      assert.deepEqual(
        effects.map((effect) => effect.type === "send" && effect.message.type),
        supportsFast ? ["reject-request"] : [],
      );
    }
  }
});

Deno.test("more than a piece has, or more than anybody asks for, ends the connection", () => {
  const outside = serving().say(1, { type: "request", piece: 0, begin: 65_000, length: 16_384 });
  assert.equal(outside[0]?.type, "disconnect");
  const info = testInfo(1);
  const pieceLength = 262_144;
  const files = [{ path: ["large.bin"], length: pieceLength, offset: 0, isPad: false }];
  const large = { ...info, pieceLength, files, geometry: new Geometry({ pieceLength, files }) };
  const swarm = new TestSwarm({ info: large, verified: [0] });
  swarm.connect(1);
  assert.notEqual(swarm.say(1, { type: "request", piece: 0, begin: 0, length: 131_072 })[0]?.type, "disconnect");
  assert.equal(swarm.say(1, { type: "request", piece: 0, begin: 0, length: 131_073 })[0]?.type, "disconnect");
});

Deno.test("the queue has an end, and so has our patience", () => {
  const swarm = serving();
  let queuedCount = 0;
  let rejectedCount = 0;
  let isOver = false;
  for (let piece = 0; piece < 590 && !isOver; piece++) {
    for (let begin = 0; begin < 65_536 && !isOver; begin += 4_096) {
      const [effect] = swarm.say(1, { type: "request", piece, begin, length: 4_096 });
      if (effect?.type === "upload-block") queuedCount++;
      else if (effect?.type === "send") rejectedCount++;
      isOver = swarm.machine.peerView(1) === undefined;
    }
  }
  assert.equal(queuedCount, MAX_QUEUED_UPLOADS);
  assert.equal(rejectedCount, 2 * MAX_QUEUED_UPLOADS + 1);
  assert(isOver);
});
