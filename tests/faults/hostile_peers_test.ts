import assert from "node:assert/strict";
import { createPeerId, type InfoHash, parseInfoHash } from "../../shared/ids.ts";
import { encodeHandshake, HANDSHAKE_LENGTH } from "../../shared/wire/handshake.ts";
import { encodePeerMessage } from "../../shared/wire/peer_message.ts";
import { readHandshakeBytes, whenClosed } from "../../peer/net/connected_pair.ts";
import type { PeerProgram } from "../end_to_end/community.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { assertFile, inTime, MIB, type Stage, stageTest } from "./stage.ts";

/** What a thousand idle connections may cost: some KiB of buffers each, and room for the garbage collector. */
const MAX_GROWTH_BYTES = 80 * MIB;

stageTest("frames that break the protocol end their connection, and no other", async (stage) => {
  const { seeder, infoHash, content, port } = await scene(stage);
  const before = await memoryOf(seeder);
  const header = (length: number, id: number) => {
    const bytes = new Uint8Array(5);
    new DataView(bytes.buffer).setUint32(0, length);
    bytes[4] = id;
    return bytes;
  };
  const attacks: Readonly<Record<string, Uint8Array>> = {
    "a frame of 4 GiB": header(0xffff_ffff, 7),
    "a frame longer than the limit": header(64 * MIB, 20),
    "a bitfield of another length": encodePeerMessage({ type: "bitfield", bytes: new Uint8Array(9999) }),
    "a piece that is not there": encodePeerMessage({ type: "have", piece: 4_000_000 }),
    "a block far too long": encodePeerMessage({ type: "request", piece: 0, begin: 0, length: 2 ** 30 }),
    "a block beyond the end": encodePeerMessage({ type: "request", piece: 0, begin: 2 ** 31, length: 16_384 }),
    "a request cut short": Uint8Array.of(0, 0, 0, 5, 6, 0, 0, 0, 0),
  };
  for (const [what, bytes] of Object.entries(attacks)) {
    using socket = await Deno.connect({ hostname: "127.0.0.1", port });
    await socket.write(handshakeOf(infoHash));
    await readHandshakeBytes(socket);
    await socket.write(bytes);
    await inTime(whenClosed(socket), `the end after ${what}`);
  }
  await expectServed(stage, { port, infoHash, content, to: "after" });
  const growth = await memoryOf(seeder) - before;
  assert.ok(growth < MAX_GROWTH_BYTES, `memory grew by ${growth} bytes`);
});

stageTest("a handshake for another torrent, or none at all, is not answered", async (stage) => {
  const { port, infoHash, content } = await scene(stage);
  const greetings = [
    handshakeOf(parseInfoHash("ab".repeat(20))),
    new TextEncoder().encode("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".padEnd(HANDSHAKE_LENGTH)),
    new Uint8Array(HANDSHAKE_LENGTH),
  ];
  for (const greeting of greetings) {
    using socket = await Deno.connect({ hostname: "127.0.0.1", port });
    await socket.write(greeting);
    const answer = await inTime(readAll(socket), "the end of the connection");
    assert.equal(answer.length, 0, `${answer.length} bytes were answered`);
  }
  await expectServed(stage, { port, infoHash, content, to: "after" });
});

stageTest("a thousand connections from one address: the peer stays responsive and its memory flat", async (stage) => {
  const { seeder, port, infoHash, content } = await scene(stage);
  const before = await memoryOf(seeder);
  const sockets: Deno.TcpConn[] = [];
  stage.use({ [Symbol.dispose]: () => sockets.forEach((socket) => socket.close()) });
  const greeting = handshakeOf(infoHash);
  for (let index = 0; index < 1000; index++) {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    sockets.push(socket);
    // Half of them say nothing, the others are leechers (all of one name) that never ask for anything.
    if (index % 2 === 0) await writeOrLeave(socket, greeting);
  }
  const askedAtMs = performance.now();
  await seeder.status();
  const tookMs = performance.now() - askedAtMs;
  assert.ok(tookMs < 1_000, `the dashboard took ${tookMs} ms`);
  await expectServed(stage, { port, infoHash, content, to: "during" });
  const growth = await memoryOf(seeder) - before;
  console.log(
    `1000 connections: ${Math.round(growth / MIB)} MiB more, the dashboard answered in ${Math.round(tookMs)} ms`,
  );
  assert.ok(growth < MAX_GROWTH_BYTES, `memory grew by ${growth} bytes`);
});

async function scene(stage: Stage) {
  const content = seededBytes(9, 3 * MIB);
  const share = await stage.write("films", "film.mp4", content);
  const tracker = await stage.tracker();
  const seeder = await stage.peer("seeder", "--tracker", tracker.address, "--share", share);
  const row = await seeder.row("film.mp4");
  const { port } = await seeder.status();
  return { content, seeder, port, infoHash: parseInfoHash(row.infoHash) };
}

/** An honest peer that knows nothing but the address gets the file. */
async function expectServed(
  stage: Stage,
  options: { readonly port: number; readonly infoHash: InfoHash; readonly content: Uint8Array; readonly to: string },
): Promise<void> {
  const { port, infoHash, content, to } = options;
  const download = stage.download(to, [infoHash, "--peer", `127.0.0.1:${port}`]);
  assert.equal(await inTime(download.exitCode(), "an honest download"), 0, download.output);
  await assertFile(`${stage.folder.path}/${to}/film.mp4`, content);
}

function handshakeOf(infoHash: InfoHash): Uint8Array {
  return encodeHandshake({
    infoHash,
    peerId: createPeerId(new Uint8Array(12).fill(7)),
    supportsFast: true,
    supportsExtensions: false,
    supportsDht: false,
    supportsV2: false,
  });
}

/** Resident bytes of a process. */
async function memoryOf({ program }: PeerProgram): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${program.pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** A peer that has enough connections may close this one meanwhile. */
async function writeOrLeave(socket: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  try {
    await socket.write(bytes);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe) && !(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

async function readAll(socket: Deno.TcpConn): Promise<Uint8Array> {
  const bytes = new Uint8Array(1024);
  let length = 0;
  try {
    while (length < bytes.length) {
      const count = await socket.read(bytes.subarray(length));
      if (count === null) break;
      length += count;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return bytes.subarray(0, length);
}
