import assert from "node:assert/strict";
import { infoHash as infoHashFrom, truncateInfoHash } from "../../shared/ids.ts";
import { createHash } from "node:crypto";
import { MAX_INFO_LENGTH } from "../../shared/metainfo.ts";
import { MetainfoSyntaxError } from "../../shared/metainfo_fields.ts";
import { createMetainfo } from "../../shared/metainfo_create.ts";
import { ProtocolError, type ProtocolErrorCode } from "../../shared/protocol_error.ts";
import { encodeExtensionHandshake, type ExtensionHandshake } from "../../shared/wire/extension.ts";
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  METADATA_PIECE_LENGTH,
} from "../../shared/wire/metadata_message.ts";
import { handlerOf, ourPeerId, someHandshake, theirPeerId } from "./connected_pair.ts";
import { PeerConnection } from "./connection.ts";
import { DialFailure } from "./dialer.ts";
import { PeerListener } from "./listener.ts";
import { ManualClock } from "./manual_clock.ts";
import { fetchMetadata, type MetadataFetchOptions } from "./metadata_fetch.ts";

const THEIR_METADATA_ID = 9;

/** 2,000 pieces: an info dictionary of four metadata pieces. */
const { info } = createMetainfo("film.mp4", {
  length: 2000 * 16_384,
  pieceLength: 16_384,
  pieceHashes: new Uint8Array(2000 * 20).fill(7),
  leaves: new Uint8Array(2000 * 32).fill(8),
});

interface Seeder {
  /** What it says first. */
  readonly greeting?: Partial<ExtensionHandshake>;
  /** What it answers to the request for a piece: messages' payloads. */
  readonly answer?: (piece: number) => Uint8Array | undefined;
  readonly bytes?: Uint8Array;
}

function dataOf(bytes: Uint8Array, piece: number): Uint8Array {
  const data = bytes.subarray(piece * METADATA_PIECE_LENGTH, (piece + 1) * METADATA_PIECE_LENGTH);
  return encodeMetadataMessage({ type: "data", piece, totalLength: bytes.length, data });
}

/** Fetches from a peer that behaves as given. */
async function fetchFrom(
  seeder: Seeder,
  options: Partial<MetadataFetchOptions> & { infoHash?: typeof info.infoHash } = {},
) {
  const bytes = seeder.bytes ?? info.infoBytes;
  const runs: Promise<string>[] = [];
  await using listener = PeerListener.listen({
    host: "127.0.0.1",
    port: 0,
    route: ({ infoHash }) => ({ infoHash, peerId: theirPeerId }),
    onConnection: (connection) => {
      const payload = encodeExtensionHandshake({
        extensions: new Map([["ut_metadata", THEIR_METADATA_ID]]),
        metadataLength: bytes.length,
        ...seeder.greeting,
      });
      connection.send({ type: "extended", id: 0, payload });
      connection.send({ type: "have-all" });
      runs.push(connection.run(handlerOf({
        onMessage: (message) => {
          if (message.type !== "extended" || message.id !== THEIR_METADATA_ID) return;
          const request = decodeMetadataMessage(message.payload);
          if (request.type !== "request") return;
          const answer = (seeder.answer ?? ((piece) => dataOf(bytes, piece)))(request.piece);
          if (answer === undefined) connection.close("enough");
          else connection.send({ type: "extended", id: 1, payload: answer });
        },
      })));
    },
  });
  try {
    return await fetchMetadata(options.infoHash ?? info.infoHash, { host: "127.0.0.1", port: listener.port }, {
      peerId: ourPeerId,
      ...options,
    });
  } finally {
    await Promise.all(runs);
  }
}

function refusal(code: ProtocolErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof ProtocolError, `${error}`);
    assert.equal(error.code, code, error.message);
    return true;
  };
}

Deno.test("fetches the info dictionary by its v1 and by its truncated v2 info-hash", async () => {
  assert.ok(info.infoBytes.length > 2 * METADATA_PIECE_LENGTH);
  assert.deepEqual((await fetchFrom({})).infoBytes, info.infoBytes);
  assert.ok(info.infoHashV2);
  const byV2 = await fetchFrom({}, { infoHash: truncateInfoHash(info.infoHashV2) });
  assert.equal(byV2.infoHash, info.infoHash);
});

Deno.test("what hashes to something else is not believed", async () => {
  const bytes = info.infoBytes.slice();
  bytes[bytes.length - 100] = 1;
  await assert.rejects(fetchFrom({ bytes }), refusal("wrong-hash"));
});

Deno.test("what hashes right and is no info dictionary is said so", async () => {
  const bytes = new TextEncoder().encode("d4:name1:ae");
  const infoHash = infoHashFrom(createHash("sha1").update(bytes).digest());
  await assert.rejects(fetchFrom({ bytes }, { infoHash }), MetainfoSyntaxError);
});

Deno.test("a peer without metadata, without the extension, or that rejects, is refused", async () => {
  await assert.rejects(fetchFrom({ greeting: { extensions: new Map() } }), refusal("unexpected"));
  await assert.rejects(
    fetchFrom({ answer: (piece) => encodeMetadataMessage({ type: "reject", piece }) }),
    refusal("unexpected"),
  );
});

Deno.test("a length beyond the limit is refused before room is made", async () => {
  await assert.rejects(fetchFrom({ greeting: { metadataLength: MAX_INFO_LENGTH + 1 } }), refusal("too-long"));
  await assert.rejects(fetchFrom({ greeting: { metadataLength: 2 ** 40 } }), refusal("too-long"));
});

Deno.test("pieces that were not asked for, or of another total, are refused", async () => {
  const other = new Uint8Array(info.infoBytes.length + 1);
  await assert.rejects(fetchFrom({ answer: (piece) => dataOf(other, piece) }), refusal("unexpected"));
  const long = new Uint8Array(20 * METADATA_PIECE_LENGTH);
  await assert.rejects(fetchFrom({ bytes: long, answer: () => dataOf(long, 15) }), refusal("unexpected"));
});

Deno.test("a payload that is no message ends it", async () => {
  await assert.rejects(fetchFrom({ answer: () => new TextEncoder().encode("x") }), refusal("malformed"));
});

Deno.test("a connection that breaks is a failure of the address", async () => {
  await assert.rejects(fetchFrom({ answer: () => undefined }), DialFailure);
});

Deno.test("a peer that speaks no extensions is refused with its first message", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const remote = (async () => {
    const socket = await listener.accept();
    const { encodeHandshake } = await import("../../shared/wire/handshake.ts");
    await socket.write(encodeHandshake({ ...someHandshake, infoHash: info.infoHash, supportsExtensions: false }));
    await socket.read(new Uint8Array(68));
    const connection = new PeerConnection({
      socket,
      endpoint: { host: "127.0.0.1", port: 1 },
      isOutgoing: false,
      handshake: someHandshake,
    });
    connection.send({ type: "have-none" });
    await connection.run(handlerOf());
  })();
  await assert.rejects(
    fetchMetadata(info.infoHash, { host: "127.0.0.1", port: listener.addr.port }, { peerId: ourPeerId }),
    refusal("unexpected"),
  );
  await remote;
});

Deno.test("the time limit and the signal end it", async () => {
  const clock = new ManualClock();
  const late = fetchFrom({
    answer: (piece) => {
      clock.advance(30_000);
      return dataOf(info.infoBytes, piece);
    },
  }, { clock });
  await assert.rejects(late, refusal("timeout"));
  assert.equal(clock.timerCount, 0);
  const ending = new AbortController();
  const ended = fetchFrom({
    answer: (piece) => {
      ending.abort(new Error("over"));
      return dataOf(info.infoBytes, piece);
    },
  }, { signal: ending.signal });
  await assert.rejects(ended, /over/);
});
