/**
 * A UDP socket that takes and gives many datagrams at one call of the system: Linux's `recvmmsg(2)` and `sendmmsg(2)`
 * through the C library. Deno's own socket costs one promise a datagram, which is most of what an announce costs.
 * Invariant: buffers and the structures that point to them are made once and live as long as the socket.
 *
 * @module
 */
import { ADDRESS_WORDS, type AddressWords } from "./address_words.ts";

/** Datagrams of one batch: more save nothing, and answers of the first would wait for the last. */
export const BATCH_SIZE = 64;

/** Bytes of a slot: longer than any request and any answer. The longest scrape has 1,496, an answer with 200 peers 1,220. */
export const SLOT_LENGTH = 2048;

/** `struct sockaddr_in6`: family, port, flow, address, scope. An IPv4 address is a mapped one (RFC 4291). */
const NAME_LENGTH = 28;
const NAME_PORT_OFFSET = 2;
const NAME_ADDRESS_OFFSET = 8;

/** `struct mmsghdr` and `struct iovec` of 64-bit Linux. */
const HEADER_LENGTH = 64;
const HEADER_RECEIVED_OFFSET = 56;
const VECTOR_LENGTH = 16;

/** From the headers of Linux, the same on x86-64 and ARM64. */
const AF_INET6 = 10;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const MSG_DONTWAIT = 0x40;
const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const POLLIN = 1;
const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;

/** What a burst may pile up while we are busy, and as much as the system allows; it gives less without a word. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "pointer"], result: "i32" },
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32", nonblocking: true },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** The datagrams of one direction: fixed slots, each with its address. */
export class DatagramBatch {
  /** All slots, {@link SLOT_LENGTH} bytes each. Owned by the socket. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BATCH_SIZE * SLOT_LENGTH);
  /** The same bytes. */
  readonly view: DataView = new DataView(this.bytes.buffer);
  /** The `mmsghdr` structures that the system reads and writes. */
  readonly headers: Uint8Array<ArrayBuffer> = new Uint8Array(BATCH_SIZE * HEADER_LENGTH);
  readonly #headersView = new DataView(this.headers.buffer);
  readonly #names = new Uint8Array(BATCH_SIZE * NAME_LENGTH);
  readonly #namesView = new DataView(this.#names.buffer);
  readonly #vectors = new BigUint64Array(BATCH_SIZE * VECTOR_LENGTH / 8);
  /** The same in halves, the lower first: a length is written without a bigint. */
  readonly #vectorWords = new Uint32Array(this.#vectors.buffer);

  /** Empty slots of the full length. */
  constructor() {
    const bytesAt = addressOf(this.bytes);
    const namesAt = addressOf(this.#names);
    const vectorsAt = addressOf(this.#vectors);
    for (let slot = 0; slot < BATCH_SIZE; slot++) {
      this.#vectors[slot * 2] = bytesAt + BigInt(slot * SLOT_LENGTH);
      this.#vectors[slot * 2 + 1] = BigInt(SLOT_LENGTH);
      const header = slot * HEADER_LENGTH;
      this.#headersView.setBigUint64(header, namesAt + BigInt(slot * NAME_LENGTH), true);
      this.#headersView.setUint32(header + 8, NAME_LENGTH, true);
      this.#headersView.setBigUint64(header + 16, vectorsAt + BigInt(slot * VECTOR_LENGTH), true);
      this.#headersView.setBigUint64(header + 24, 1n, true);
    }
  }

  /** Length of what was received into a slot. */
  lengthOf(slot: number): number {
    return this.#headersView.getUint32(slot * HEADER_LENGTH + HEADER_RECEIVED_OFFSET, true);
  }

  /** The words of a slot's address. */
  readAddress(slot: number, into: AddressWords): void {
    const offset = slot * NAME_LENGTH + NAME_ADDRESS_OFFSET;
    for (let index = 0; index < ADDRESS_WORDS; index++) into[index] = this.#namesView.getUint32(offset + index * 4);
  }

  /** Addresses a slot that is to be sent, with so many bytes, to where another batch's slot came from. */
  reply(slot: number, to: { readonly batch: DatagramBatch; readonly slot: number; readonly length: number }): void {
    const from = to.slot * NAME_LENGTH;
    const into = slot * NAME_LENGTH;
    for (let offset = 0; offset < NAME_LENGTH; offset += 4) {
      this.#namesView.setUint32(into + offset, to.batch.#namesView.getUint32(from + offset));
    }
    this.setLength(slot, to.length);
  }

  /** Addresses a slot that is to be sent. */
  setDestination(slot: number, to: { readonly address: AddressWords; readonly port: number }): void {
    writeName(this.#names.subarray(slot * NAME_LENGTH, (slot + 1) * NAME_LENGTH), to);
  }

  /** Sets how many bytes of a slot are sent. */
  setLength(slot: number, length: number): void {
    this.#vectorWords[slot * 4 + 2] = length;
  }
}

/** A bound UDP socket, IPv6 with IPv4 beside it. */
export class BatchSocket {
  /** The port that it is bound to. */
  readonly port: number;
  readonly #library: Library;
  readonly #fd: number;
  readonly #wakeFd: number;
  readonly #polled: Uint8Array<ArrayBuffer>;
  #isClosed = false;

  private constructor(library: Library, fd: number, port: number) {
    this.#library = library;
    this.#fd = fd;
    this.port = port;
    this.#wakeFd = library.symbols.eventfd(0, EFD_NONBLOCK_CLOEXEC);
    this.#polled = new Uint8Array(16);
    const view = new DataView(this.#polled.buffer);
    for (const [index, polledFd] of [fd, this.#wakeFd].entries()) {
      view.setInt32(index * 8, polledFd, true);
      view.setInt16(index * 8 + 4, POLLIN, true);
    }
  }

  /**
   * Binds a socket; undefined where the system has no such calls, or no IPv6.
   *
   * @param address all zero for every address of this machine, IPv4 too
   * @throws {Deno.errors.AddrInUse} when the port is taken
   * @throws {Deno.errors.AddrNotAvailable} when the address is none of this machine's
   */
  static bind(address: AddressWords, port: number): BatchSocket | undefined {
    const library = openLibrary();
    if (library === undefined) return undefined;
    const { symbols } = library;
    const fd = symbols.socket(AF_INET6, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      library.close();
      return undefined;
    }
    symbols.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, new Int32Array([0]), 4);
    for (const option of [SO_RCVBUF, SO_SNDBUF]) {
      symbols.setsockopt(fd, SOL_SOCKET, option, new Int32Array([SOCKET_BUFFER_BYTES]), 4);
    }
    const name = new Uint8Array(NAME_LENGTH);
    writeName(name, { address, port });
    if (symbols.bind(fd, name, NAME_LENGTH) < 0) {
      const code = errno(library);
      symbols.close(fd);
      library.close();
      throw bindingError(code, port);
    }
    symbols.getsockname(fd, name, new Uint32Array([NAME_LENGTH]));
    return new BatchSocket(library, fd, new DataView(name.buffer).getUint16(NAME_PORT_OFFSET));
  }

  /** Waits until something is there to be received, or the socket is about to be closed. */
  async readable(): Promise<void> {
    await this.#library.symbols.poll(this.#polled, 2n, -1);
  }

  /** Takes what is there, up to {@link BATCH_SIZE} datagrams, without waiting; gives their number. */
  receive(batch: DatagramBatch): number {
    return Math.max(0, this.#library.symbols.recvmmsg(this.#fd, batch.headers, BATCH_SIZE, MSG_DONTWAIT, null));
  }

  /** Sends the first `count` slots. What the system does not take is lost, as datagrams are. Gives how many it took. */
  send(batch: DatagramBatch, count: number): number {
    let sentCount = 0;
    let slot = 0;
    while (slot < count) {
      const headers = slot === 0 ? batch.headers : batch.headers.subarray(slot * HEADER_LENGTH);
      const taken = this.#library.symbols.sendmmsg(this.#fd, headers, count - slot, MSG_DONTWAIT);
      // The system says no to the first that it has something against: an address without a route, a port 0.
      slot += Math.max(1, taken);
      sentCount += Math.max(0, taken);
    }
    return sentCount;
  }

  /** Ends a wait; nothing may be received afterwards. */
  wake(): void {
    this.#library.symbols.write(this.#wakeFd, new BigUint64Array([1n]), 8n);
  }

  /** Closes the socket. Nobody may be waiting. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#library.symbols.close(this.#fd);
    this.#library.symbols.close(this.#wakeFd);
    this.#library.close();
  }
}

function openLibrary(): Library | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.dlopen("libc.so.6", SYMBOLS);
  } catch (error) {
    // A Linux with another C library, or a run without permission: the plain socket does the work.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

function writeName(name: Uint8Array, to: { readonly address: AddressWords; readonly port: number }): void {
  const view = new DataView(name.buffer, name.byteOffset, NAME_LENGTH);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(NAME_PORT_OFFSET, to.port);
  to.address.forEach((word, index) => view.setUint32(NAME_ADDRESS_OFFSET + index * 4, word));
}

function errno(library: Library): number {
  const pointer = library.symbols.__errno_location();
  return pointer === null ? 0 : new Deno.UnsafePointerView(pointer).getInt32();
}

function bindingError(code: number, port: number): Error {
  if (code === EADDRINUSE) {
    return new Deno.errors.AddrInUse(`Cannot listen on UDP port ${port}: another program uses it`);
  }
  if (code === EADDRNOTAVAIL) {
    return new Deno.errors.AddrNotAvailable("Cannot listen there: no address of this machine");
  }
  return new Error(`Cannot listen on UDP port ${port}: the system's error is ${code}`);
}

function addressOf(array: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>): bigint {
  const pointer = Deno.UnsafePointer.of(array);
  if (pointer === null) throw new TypeError("Cannot find an array in memory: it is empty");
  return Deno.UnsafePointer.value(pointer);
}
