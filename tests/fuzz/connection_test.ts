/**
 * A stranger says every message, good, extreme and broken, to a torrent in every state: before its metadata, leeching,
 * seeding, paused; choked and unchoked, with and without the fast extension. Whatever it says ends its connection with a
 * reason or changes nothing, and nothing of it is left when it is gone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Bitfield } from "../../shared/bitfield.ts";
import type { Block } from "../../shared/geometry.ts";
import { encodePeerMessage } from "../../shared/wire/peer_message.ts";
import { PeerConnection } from "../../peer/net/connection.ts";
import type { Session } from "../../peer/session.ts";
import { lookAt } from "../../peer/storage/share_scan.ts";
import { type TestTorrent, testTorrent } from "../../peer/storage/test_torrent.ts";
import { Torrent } from "../../peer/torrent.ts";
import { seededRandom } from "../simulation/seeded_random.ts";
import { Scene } from "../session_scene.ts";
import { allMessages, type Features, type Script, ScriptedSocket, strangerHandshake } from "./stranger.ts";

const SEED = Number(Deno.env.get("PLAYSWARM_FUZZ_SEED") ?? 1);

/** Connections with a random talk of some hundred messages, for each state. */
const TALKS = 200;
const TALK_LENGTH = 200;

/** How a torrent can be when a stranger comes. */
const STATES = [
  "without metadata",
  "leeching v1",
  "leeching hybrid",
  "leeching v2 without its layers",
  "seeding",
  "paused",
] as const;
type State = (typeof STATES)[number];

/** What may be said again and again: most of the other messages end a talk. */
const LEGAL = [
  "keep-alive",
  "choke",
  "unchoke",
  "interested",
  "not-interested",
  "have 0",
  "have 4",
  "bitfield 1 128",
  "request 0",
  "cancel 0",
  "hash-request 0",
  "hash-reject 0",
  "extension handshake",
  "metadata request",
  "metadata reject",
  "peer exchange",
];

/** What a stranger said before. */
const PRELUDES: Readonly<Record<string, readonly Uint8Array[]>> = {
  "first": [],
  "after have all and unchoke": [
    encodePeerMessage({ type: "have-all" }),
    encodePeerMessage({ type: "unchoke" }),
  ],
  "after a bitfield, unchoke and interested": [
    encodePeerMessage({ type: "bitfield", bytes: Bitfield.full(5).toBytes() }),
    encodePeerMessage({ type: "unchoke" }),
    encodePeerMessage({ type: "interested" }),
  ],
  "after unchoke and choke": [encodePeerMessage({ type: "unchoke" }), encodePeerMessage({ type: "choke" })],
};

const FEATURES: readonly Features[] = [
  { supportsFast: true, supportsExtensions: true, supportsV2: true },
  { supportsFast: false, supportsExtensions: false, supportsV2: false },
];

function contentFor(state: State): TestTorrent {
  const version = state === "leeching v1" ? "v1" : state.includes("v2") ? "v2" : "hybrid";
  return testTorrent({ version, lengths: [4 * 65_536 + 20_000] });
}

/** A torrent in a state, with strangers to meet. */
class Meeting implements AsyncDisposable {
  readonly torrent: Torrent;
  readonly #content: TestTorrent;
  #count = 0;

  private constructor(torrent: Torrent, content: TestTorrent) {
    this.torrent = torrent;
    this.#content = content;
  }

  static async create(state: State, options: { readonly session: Session; readonly folder: string }): Promise<Meeting> {
    const { session, folder } = options;
    const content = contentFor(state);
    const { info, pieceLayers } = content;
    const path = `${folder}/0.bin`;
    const isShare = state === "seeding";
    if (isShare) await Deno.writeFile(path, content.files[0] ?? new Uint8Array());
    const verified = Bitfield.full(info.geometry.pieceCount).toBytes();
    const torrent = new Torrent({
      engine: session.engine,
      infoHash: info.infoHash,
      name: state,
      trackers: [],
      addedAtMs: 0,
      memory: { saveRecord: () => {}, saveMetainfo: () => {} },
      onChange: () => {},
      isPaused: state === "paused",
      place: isShare ? { type: "share", path } : { type: "download", folder },
      ...(isShare ? { record: { verified, stamps: [await lookAt(path)] } } : {}),
      ...(info.infoHashV2 === undefined ? {} : { infoHashV2: info.infoHashV2 }),
      ...(state === "without metadata" ? {} : {
        metainfo: { info, trackers: [], pieceLayers: state.includes("layers") ? new Map() : pieceLayers },
      }),
    });
    await torrent.whenOpen();
    return new Meeting(torrent, content);
  }

  /** Meets one stranger, and waits until it is gone. */
  async meet(script: Script, features: Features): Promise<void> {
    const { infoHash } = this.torrent;
    const number = ++this.#count;
    const closed = Promise.withResolvers<void>();
    const connection = new PeerConnection({
      socket: new ScriptedSocket(script),
      // Each from an address of its own: a banned one does not spare us those that follow.
      endpoint: { host: `10.${number >> 16}.${number >> 8 & 255}.${number & 255}`, port: 7_000 },
      isOutgoing: false,
      handshake: strangerHandshake(infoHash, number, features),
      onClosed: () => closed.resolve(),
    });
    this.torrent.adopt(connection);
    await closed.promise;
    if (connection.fault !== undefined) assert.ok(connection.fault.message.length > 0);
  }

  /** What answers a request, truly or not. */
  answer(asked: Block[], isTrue: boolean): Uint8Array | undefined {
    const block = asked.shift();
    if (block === undefined) return undefined;
    const data = isTrue ? this.#content.bytes(block) : new Uint8Array(block.length);
    return encodePeerMessage({ type: "piece", piece: block.piece, begin: block.begin, data });
  }

  get messages(): ReadonlyMap<string, Uint8Array> {
    return allMessages(this.#content.info);
  }

  /** Nothing of the strangers is left but bans and addresses. */
  check(phase: string): void {
    const { machine, peers } = this.torrent.swarm;
    const { candidates, bans, pieces, spreading, hashes, ...ofPeers } = machine.footprint();
    assert.equal(peers.size, 0, "connections are left");
    for (const [name, count] of Object.entries(ofPeers)) assert.equal(count, 0, `${name} are left`);
    assert.ok(candidates <= 1_000 && bans <= 4_000 && pieces <= 15 && spreading <= 15 && hashes <= 100);
    assert.equal(this.torrent.phase, phase);
    assert.equal(this.torrent.failure, undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.torrent[Symbol.asyncDispose]();
  }
}

async function stage(state: State, act: (meeting: Meeting) => Promise<void>): Promise<void> {
  await using scene = await Scene.create();
  await using session = await scene.session("peer", {});
  await using meeting = await Meeting.create(state, { session, folder: await scene.folder("files") });
  const { phase } = meeting.torrent;
  await act(meeting);
  // Its own end of a connection is the last thing that a torrent hears of.
  await new Promise((resolve) => setImmediate(resolve));
  meeting.check(phase);
  assert.ok(session.engine.buffers.usedBytes <= 5 * 65_536, "pieces of strangers stay in memory");
}

for (const state of STATES) {
  Deno.test(`fuzz: every message to a torrent ${state}`, async () => {
    await stage(state, async (meeting) => {
      for (const [prelude, before] of Object.entries(PRELUDES)) {
        for (const [name, message] of meeting.messages) {
          for (const features of FEATURES) {
            const words = [...before, message];
            try {
              await meeting.meet(() => words.shift(), features);
              // Again, as two messages of one read.
              await meeting.meet(once(Uint8Array.from([...message, ...message])), features);
            } catch (error) {
              throw new Error(`${name} ${prelude}`, { cause: error });
            }
          }
        }
        meeting.torrent.tick();
      }
    });
  });

  Deno.test(`fuzz: random talk with a torrent ${state} (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    await stage(state, async (meeting) => {
      const messages = [...meeting.messages.values()];
      const legal = LEGAL.map((name) => meeting.messages.get(name));
      for (let talk = 0; talk < TALKS; talk++) {
        let left = TALK_LENGTH;
        const isHonest = random() < 0.5;
        const features = FEATURES[talk % 2] ?? FEATURES[0];
        if (features === undefined) return;
        const words = Object.values(PRELUDES)[Math.floor(random() * 4)]?.slice() ?? [];
        await meeting.meet((asked) => {
          if (left-- === 0) return undefined;
          if (left % 20 === 0) meeting.torrent.tick();
          const word = words.shift();
          if (word !== undefined) return word;
          const answer = random() < 0.7 ? meeting.answer(asked, isHonest || random() < 0.9) : undefined;
          if (answer !== undefined) return answer;
          const choice = random() < 0.98 ? legal : messages;
          return choice[Math.floor(random() * choice.length)];
        }, features);
      }
    });
  });
}

function once(bytes: Uint8Array): Script {
  let isSaid = false;
  return () => {
    if (isSaid) return undefined;
    isSaid = true;
    return bytes;
  };
}
