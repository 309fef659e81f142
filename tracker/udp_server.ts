/**
 * The UDP tracker's sockets: many datagrams at a time where the system can, one by one elsewhere.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { ADDRESS_WORDS, addressWords } from "./address_words.ts";
import { sourceHost } from "./announce_desk.ts";
import type { AnswerTimes } from "./answer_times.ts";
import { BatchSocket, DatagramBatch, SLOT_LENGTH } from "./datagram_batches.ts";
import { MAX_ANSWER_LENGTH, UdpResponder, type UdpResponderOptions } from "./udp_responder.ts";

/** Longer than any request: the longest scrape has 1,496 bytes, an announce 98 and a path of BEP 41. */
const MAX_DATAGRAM_LENGTH: number = SLOT_LENGTH;

/** So many failed reads in a row mean a broken socket, not an unlucky datagram: trying on would only burn the processor. */
const MAX_FAILURES = 100;

/** Batches in a row before HTTP and timers get their turn: a millisecond or two of work. */
const MAX_BATCHES = 4;

const logger = getLogger(["playswarm", "tracker", "udp"]);

/** A socket of either kind. */
export type DatagramSocket = BatchSocket | Deno.DatagramConn;

/** What a {@link UdpServer} is made of. */
export interface UdpServerOptions extends UdpResponderOptions {
  /** Now in milliseconds, on the clock of the connection ids and of leases. */
  readonly now: () => number;
  /** Measures how long answers take. */
  readonly times?: AnswerTimes;
}

/** Answers the datagrams of one or more sockets until it is disposed of. */
export class UdpServer implements AsyncDisposable {
  readonly #sockets: readonly DatagramSocket[];
  readonly #responder: UdpResponder;
  readonly #times: AnswerTimes | undefined;
  readonly #now: () => number;
  /** Where the datagram that is answered came from. */
  readonly #source = new Uint32Array(ADDRESS_WORDS);
  readonly #loops: readonly Promise<void>[];
  #isClosed = false;

  /**
   * Begins to serve.
   *
   * @param sockets belong to the server from now on
   */
  constructor(sockets: readonly DatagramSocket[], options: UdpServerOptions) {
    this.#sockets = sockets;
    this.#responder = new UdpResponder(options);
    this.#times = options.times;
    this.#now = options.now;
    this.#loops = sockets.map((socket) =>
      socket instanceof BatchSocket ? this.#serveBatches(socket) : this.#serveEach(socket)
    );
  }

  /** Closes the sockets, and waits until their last answers are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const socket of this.#sockets) {
      // A batch is closed by its loop, when nobody waits for it any more.
      if (socket instanceof BatchSocket) socket.wake();
      else socket.close();
    }
    await Promise.all(this.#loops);
  }

  async #serveBatches(socket: BatchSocket): Promise<void> {
    const requests = new DatagramBatch();
    const answers = new DatagramBatch();
    while (!this.#isClosed) {
      await socket.readable();
      for (let batch = 0; batch < MAX_BATCHES && !this.#isClosed; batch++) {
        const count = socket.receive(requests);
        if (count > 0) socket.send(answers, this.#answerBatch(requests, { count, answers }));
        // A wait costs as much as some answers: while these were made, more have come most likely.
        if (count === 0) break;
      }
    }
    socket.close();
  }

  /** Answers the first `count` of a batch; gives the number of answers. */
  #answerBatch(
    requests: DatagramBatch,
    to: { readonly count: number; readonly answers: DatagramBatch },
  ): number {
    const { count, answers } = to;
    const request = { view: requests.view, offset: 0, length: 0, source: this.#source, nowMs: this.#now() };
    const answer = { view: answers.view, offset: 0 };
    let answerCount = 0;
    for (let slot = 0; slot < count; slot++) {
      const begun = this.#times?.begin() ?? NaN;
      requests.readAddress(slot, request.source);
      request.offset = slot * SLOT_LENGTH;
      request.length = requests.lengthOf(slot);
      answer.offset = answerCount * SLOT_LENGTH;
      const length = this.#responder.respond(request, answer);
      this.#times?.end(begun);
      if (length === 0) continue;
      answers.reply(answerCount, { batch: requests, slot, length });
      answerCount++;
    }
    return answerCount;
  }

  async #serveEach(socket: Deno.DatagramConn): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM_LENGTH);
    const answer = new Uint8Array(MAX_ANSWER_LENGTH);
    const to = { view: new DataView(answer.buffer), offset: 0 };
    let failureCount = 0;
    while (failureCount < MAX_FAILURES && !this.#isClosed) {
      const received = await this.#receive(socket, buffer);
      failureCount = received === undefined ? failureCount + 1 : 0;
      const [bytes, address] = received ?? [];
      if (bytes === undefined || address?.transport !== "udp") continue;
      const begun = this.#times?.begin() ?? NaN;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const source = addressWords(sourceHost(address.hostname));
      const request = { view, offset: 0, length: bytes.length, source, nowMs: this.#now() };
      const length = this.#responder.respond(request, to);
      this.#times?.end(begun);
      if (length > 0) await this.#send(socket, answer.subarray(0, length), address);
    }
    if (!this.#isClosed) logger.error("The UDP socket is broken; announces over HTTP still work");
  }

  async #receive(socket: Deno.DatagramConn, buffer: Uint8Array): Promise<[Uint8Array, Deno.Addr] | undefined> {
    try {
      return await socket.receive(buffer);
    } catch (error) {
      // Closing ends the last read so. Windows also reports here that an earlier answer found its port closed.
      if (!(error instanceof Error)) throw error;
      if (!this.#isClosed) logger.warn("Cannot receive a datagram: {error}", { error });
      return undefined;
    }
  }

  async #send(socket: Deno.DatagramConn, bytes: Uint8Array, address: Deno.NetAddr): Promise<void> {
    try {
      await socket.send(bytes, address);
    } catch (error) {
      // Whatever the system has against this address (port 0, no route, a firewall) is not our socket's fault.
      if (!(error instanceof Error)) throw error;
      if (!this.#isClosed) logger.debug("Cannot answer {address}: {error}", { address, error });
    }
  }
}
