import assert from "node:assert/strict";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { FrameBuffer } from "../../shared/wire/frame_buffer.ts";
import { decodePeerMessage, type PeerMessage } from "../../shared/wire/peer_message.ts";
import { SendQueue } from "./send_queue.ts";

const limits = { maxQueuedUploads: 1000, maxQueuedControlBytes: 100_000 };

function drain(queue: SendQueue, targetLength: number): PeerMessage[] {
  const frames = new FrameBuffer();
  const messages: PeerMessage[] = [];
  while (queue.controlLength > 0) {
    const target = new Uint8Array(targetLength);
    const count = queue.takeControl(target);
    frames.writable().set(target.subarray(0, count));
    frames.commit(count);
    for (let frame = frames.next(); frame; frame = frames.next()) messages.push(decodePeerMessage(frame));
  }
  return messages;
}

Deno.test("control frames leave in order, through a target of any size", () => {
  for (const targetLength of [1, 7, 64, 100_000]) {
    const queue = new SendQueue(limits);
    const sent: PeerMessage[] = [];
    for (let piece = 0; piece < 500; piece++) {
      const message: PeerMessage = piece % 3 === 0 ? { type: "have", piece } : { type: "choke" };
      sent.push(message);
      queue.push(message);
    }
    assert.deepEqual(drain(queue, targetLength), sent);
    assert.equal(queue.controlLength, 0);
  }
});

Deno.test("frames pushed while others leave keep their place", () => {
  const queue = new SendQueue(limits);
  const bytes = new Uint8Array(40);
  for (let piece = 0; piece < 60; piece++) queue.push({ type: "have", piece });
  const taken: number[] = [];
  const frames = new FrameBuffer();
  for (let piece = 60; queue.controlLength > 0; piece++) {
    const count = queue.takeControl(bytes);
    frames.writable().set(bytes.subarray(0, count));
    frames.commit(count);
    for (let frame = frames.next(); frame; frame = frames.next()) {
      const message = decodePeerMessage(frame);
      if (message.type === "have") taken.push(message.piece);
    }
    if (piece < 200) queue.push({ type: "have", piece });
  }
  assert.deepEqual(taken, Array.from({ length: taken.length }, (_, index) => index));
  assert.ok(taken.length > 60);
});

Deno.test("a remote that never reads cannot make the queue grow", () => {
  const queue = new SendQueue(limits);
  const push = () => {
    for (let count = 0; count < 100; count++) queue.push({ type: "extended", id: 1, payload: new Uint8Array(16_384) });
  };
  assert.throws(push, (error) => error instanceof ProtocolError && error.code === "limit");
  assert.ok(queue.controlLength <= limits.maxQueuedControlBytes);
});

Deno.test("blocks keep their order, can be taken back, and are limited", () => {
  const queue = new SendQueue(limits);
  const block = (piece: number) => ({ piece, begin: 0, length: 16_384 });
  for (let piece = 0; piece < 1000; piece++) queue.pushUpload(block(piece));
  assert.throws(
    () => queue.pushUpload(block(1000)),
    (error) => error instanceof ProtocolError && error.code === "limit",
  );
  assert.equal(queue.cancelUpload(block(500)), true);
  assert.equal(queue.cancelUpload(block(500)), false);
  const left: number[] = [];
  for (let first = queue.peekUpload(); first; first = queue.peekUpload()) {
    left.push(first.piece);
    queue.dropUpload();
    assert.equal(queue.cancelUpload(first), false);
  }
  assert.deepEqual(left, Array.from({ length: 1000 }, (_, piece) => piece).filter((piece) => piece !== 500));
  assert.equal(queue.uploadCount, 0);
});
