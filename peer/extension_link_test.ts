import assert from "node:assert/strict";
import { ProtocolError } from "../shared/protocol_error.ts";
import { encodeExtensionHandshake, EXTENSION_HANDSHAKE_ID } from "../shared/wire/extension.ts";
import type { ExtendedMessage, PeerMessage } from "../shared/wire/peer_message.ts";
import { ExtensionLink } from "./extension_link.ts";

function pair() {
  const sent: ExtendedMessage[] = [];
  const sink = {
    send: (message: PeerMessage) => void (message.type === "extended" ? sent.push(message) : assert.fail(message.type)),
  };
  return { link: new ExtensionLink(sink), sent };
}

Deno.test("two ends learn each other's numbers and then speak of metadata", () => {
  const [near, far] = [pair(), pair()];
  near.link.greet({ listenPort: 6881, isUploadOnly: false, metadataLength: 1234, takesPeers: true });
  const [greeting] = near.sent;
  assert.ok(greeting !== undefined);
  const input = far.link.receive(greeting);
  assert.ok(input?.type === "handshake");
  assert.equal(input.handshake.listenPort, 6881);
  assert.equal(input.handshake.metadataLength, 1234);
  assert.equal(far.link.takesMetadata, true);
  assert.equal(near.link.takesMetadata, false);

  far.link.sendMetadata({ type: "request", piece: 3 });
  const [request] = far.sent;
  assert.ok(request !== undefined);
  assert.deepEqual(near.link.receive(request), { type: "metadata", message: { type: "request", piece: 3 } });
  // To an end that has not said that it takes metadata none are sent.
  near.link.sendMetadata({ type: "request", piece: 0 });
  assert.equal(near.sent.length, 1);
});

Deno.test("a second handshake changes what it names, zero switches off, and the rest stays", () => {
  const { link } = pair();
  const say = (extensions: Readonly<Record<string, number>>) =>
    link.receive({
      type: "extended",
      id: EXTENSION_HANDSHAKE_ID,
      payload: encodeExtensionHandshake({ extensions: new Map(Object.entries(extensions)) }),
    });
  say({ ut_metadata: 7 });
  say({ ut_pex: 2 });
  assert.equal(link.takesMetadata, true);
  say({ ut_metadata: 0 });
  assert.equal(link.takesMetadata, false);
});

Deno.test("unknown extensions are passed over, broken messages are the remote's fault", () => {
  const { link } = pair();
  assert.equal(link.receive({ type: "extended", id: 99, payload: new Uint8Array(3) }), undefined);
  for (const id of [EXTENSION_HANDSHAKE_ID, 1]) {
    assert.throws(() => link.receive({ type: "extended", id, payload: new Uint8Array([1, 2, 3]) }), ProtocolError);
  }
});
