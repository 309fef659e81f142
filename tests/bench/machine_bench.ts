/**
 * How many blocks a second a swarm machine decides on: one leecher's machine with several seeders that answer every
 * request at once, against the machine of one seeder that is asked. Run: `deno run tests/bench/machine_bench.ts`.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import type { Block } from "../../shared/geometry.ts";
import { peerId } from "../../shared/ids.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import { SwarmMachine } from "../../peer/swarm/machine.ts";
import { defaultSwarmSettings } from "../../peer/swarm/settings.ts";
import type { SwarmEffect } from "../../peer/swarm/swarm_effect.ts";
import type { SwarmEvent } from "../../peer/swarm/swarm_event.ts";
import { sampleInfo } from "../simulation/sample_torrent.ts";
import { seededRandom } from "../simulation/seeded_random.ts";

const GIGABYTE = 1_073_741_824;

/** Virtual time that passes for each block: 1 GB/s. */
const BLOCK_MS = 0.016;

function handshakeOf(number: number): Handshake {
  return {
    infoHash: sampleInfo({ length: 1, pieceLength: 16_384 }).infoHash,
    peerId: peerId(new Uint8Array(20).fill(number)),
    supportsFast: true,
    supportsExtensions: true,
    supportsDht: false,
    supportsV2: false,
  };
}

function newMachine(): SwarmMachine {
  const ownPeerId = peerId(new Uint8Array(20).fill(99));
  return new SwarmMachine({ random: seededRandom(1), settings: defaultSwarmSettings, ownPeerId });
}

function report(name: string, options: { readonly blockCount: number; readonly startMs: number }): void {
  const seconds = (performance.now() - options.startMs) / 1000;
  console.log(`${name}: ${Math.round(options.blockCount / seconds).toLocaleString("en")} blocks/s`);
}

function download(options: { readonly seeders: number; readonly haves: number; readonly demands: boolean }): void {
  const info = sampleInfo({ length: GIGABYTE, pieceLength: 524_288 });
  const machine = newMachine();
  const queues = new Map<number, Block[]>();
  const kept = new Uint16Array(info.geometry.pieceCount);
  const verified: number[] = [];
  let nowMs = 1;
  let blockCount = 0;
  const handle = (event: SwarmEvent) => carryOut(machine.handle(event, nowMs));
  const carryOut = (effects: readonly SwarmEffect[]) => {
    for (const effect of effects) {
      if (effect.type === "request") {
        const queue = queues.get(effect.peer) ?? [];
        for (const block of effect.blocks) queue.push(block);
        queues.set(effect.peer, queue);
      } else if (effect.type === "keep-block") {
        const { piece } = effect.block;
        const count = (kept[piece] ?? 0) + 1;
        kept[piece] = count;
        if (count === info.geometry.blockCount(piece)) verified.push(piece);
      }
    }
  };
  handle({ type: "metadata-known", info, verified: new Bitfield(info.geometry.pieceCount), hasLayers: true });
  for (let peer = 1; peer <= options.seeders + options.haves; peer++) {
    const endpoint = { host: "127.0.0.1", port: peer };
    handle({ type: "peer-connected", peer, endpoint, isOutgoing: true, handshake: handshakeOf(peer) });
    handle({ type: "extension-handshake", peer, isUploadOnly: false, requestQueueLength: 2_000 });
    const isSeeder = peer <= options.seeders;
    handle({ type: "message-received", peer, message: { type: isSeeder ? "have-all" : "have-none" } });
    if (isSeeder) handle({ type: "message-received", peer, message: { type: "unchoke" } });
  }
  const startMs = performance.now();
  let nextTickMs = 0;
  while (!machine.view().isComplete) {
    for (let round = 0; round < 2_000; round++) {
      for (let peer = 1; peer <= options.seeders; peer++) {
        const block = queues.get(peer)?.shift();
        if (block === undefined) continue;
        nowMs += BLOCK_MS;
        blockCount++;
        handle({ type: "block-received", peer, block });
        const piece = verified.pop();
        if (piece !== undefined) handle({ type: "piece-verified", piece });
        if (piece !== undefined && options.haves > 0) {
          const leecher = options.seeders + 1 + blockCount % options.haves;
          handle({ type: "message-received", peer: leecher, message: { type: "have", piece } });
        }
      }
      if (nowMs < nextTickMs) continue;
      nextTickMs = nowMs + 100;
      handle({ type: "tick" });
      if (!options.demands) continue;
      const start = Math.min(GIGABYTE - 1, Math.floor(nowMs * 20_000));
      const demands = [{ id: 1, start, end: start + 67_108_864, rateBytesPerSecond: 20_000_000 }];
      handle({ type: "demand-moved", demands });
    }
    nowMs += 1;
  }
  report(`download from ${options.seeders} seeders, ${options.haves} leechers${options.demands ? ", a player" : ""}`, {
    blockCount,
    startMs,
  });
}

function upload(): void {
  const info = sampleInfo({ length: GIGABYTE, pieceLength: 524_288 });
  const machine = newMachine();
  machine.handle({
    type: "metadata-known",
    info,
    verified: Bitfield.full(info.geometry.pieceCount),
    hasLayers: true,
  }, 1);
  const endpoint = { host: "127.0.0.1", port: 1 };
  machine.handle({ type: "peer-connected", peer: 1, endpoint, isOutgoing: false, handshake: handshakeOf(1) }, 1);
  machine.handle({ type: "message-received", peer: 1, message: { type: "interested" } }, 1);
  const startMs = performance.now();
  let blockCount = 0;
  const queue: Block[] = [];
  for (let piece = 0; piece < info.geometry.pieceCount; piece++) {
    for (let blockIndex = 0; blockIndex < info.geometry.blockCount(piece); blockIndex++) {
      const block = info.geometry.block(piece, blockIndex);
      const message = { type: "request" as const, ...block };
      for (const effect of machine.handle({ type: "message-received", peer: 1, message }, blockCount * BLOCK_MS)) {
        if (effect.type === "upload-block") queue.push(effect.block);
      }
      const sent = queue.length > 500 ? queue.shift() : undefined;
      if (sent !== undefined) machine.handle({ type: "block-uploaded", peer: 1, block: sent }, blockCount * BLOCK_MS);
      blockCount++;
    }
  }
  report("upload to 1 leecher", { blockCount, startMs });
}

download({ seeders: 1, haves: 0, demands: false });
download({ seeders: 1, haves: 0, demands: false });
download({ seeders: 4, haves: 0, demands: false });
download({ seeders: 4, haves: 70, demands: false });
download({ seeders: 4, haves: 0, demands: true });
upload();
