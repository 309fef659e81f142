/**
 * Files on their way from the browser into the first share, one after the other. XMLHttpRequest does it, because fetch
 * cannot tell how much of a body has been sent.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { problemOfText } from "./api_call.ts";

/** One file and how far it is. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly state: "waiting" | "sending" | "done" | "failed";
  /** Why it failed, as a sentence. */
  readonly message?: string;
}

/** The part of an XMLHttpRequest that is used. */
export interface UploadRequest {
  readonly status: number;
  readonly responseText: string;
  /** Tells the progress of the body. */
  readonly upload: {
    /** As an EventTarget's. */
    addEventListener(type: "progress", listener: (event: Event) => void): void;
  };
  /** As an EventTarget's. */
  addEventListener(type: "load" | "error", listener: () => void): void;
  /** Names the route. */
  open(method: string, url: string): void;
  /** Sets a header. */
  setRequestHeader(name: string, value: string): void;
  /** Begins to send. */
  send(body: XMLHttpRequestBodyInit): void;
  /** Ends it without an event that is listened to. */
  abort(): void;
}

/** The part of a File that is used. */
export interface UploadFile {
  readonly name: string;
  readonly size: number;
}

/** Uploads, the first of them being sent. */
export class UploadQueue<File extends UploadFile & XMLHttpRequestBodyInit> {
  readonly #createRequest: () => UploadRequest;
  readonly #uploads = signal<readonly Upload[]>([]);
  readonly #files = new Map<number, File>();
  #sending: { readonly id: number; readonly request: UploadRequest } | undefined;
  #lastId = 0;

  /** All uploads of this page, in the order of their coming. */
  readonly uploads: ReadonlySignal<readonly Upload[]> = this.#uploads;

  /**
   * An empty queue.
   *
   * @param createRequest makes a fresh request for each file
   */
  constructor(createRequest: () => UploadRequest) {
    this.#createRequest = createRequest;
  }

  /**
   * Puts files at the end of the queue.
   *
   * @param files the files
   */
  add(files: Iterable<File>): void {
    for (const file of files) {
      const id = ++this.#lastId;
      this.#files.set(id, file);
      const upload: Upload = { id, name: file.name, sizeBytes: file.size, sentBytes: 0, state: "waiting" };
      this.#uploads.value = [...this.#uploads.value, upload];
    }
    this.#sendNext();
  }

  /**
   * Stops an upload, or takes a finished one off the list.
   *
   * @param id which
   */
  remove(id: number): void {
    this.#files.delete(id);
    this.#uploads.value = this.#uploads.value.filter((upload) => upload.id !== id);
    if (this.#sending?.id !== id) return;
    const { request } = this.#sending;
    this.#sending = undefined;
    request.abort();
    this.#sendNext();
  }

  #sendNext(): void {
    if (this.#sending !== undefined) return;
    const next = this.#files.entries().next();
    if (next.done === true) return;
    const [id, file] = next.value;
    const request = this.#createRequest();
    this.#sending = { id, request };
    this.#change(id, { state: "sending" });
    request.upload.addEventListener("progress", (event) => {
      if (event instanceof ProgressEvent) this.#change(id, { sentBytes: event.loaded });
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) this.#finish(id, { state: "done", sentBytes: file.size });
      else this.#finish(id, { state: "failed", message: problemOfText(request.responseText, request.status).message });
    });
    request.addEventListener("error", () => {
      this.#finish(id, { state: "failed", message: "The connection to Playswarm was lost while sending." });
    });
    request.open("PUT", `/api/uploads/${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  }

  #finish(id: number, change: Partial<Upload>): void {
    if (this.#sending?.id !== id) return;
    this.#sending = undefined;
    this.#files.delete(id);
    this.#change(id, change);
    this.#sendNext();
  }

  #change(id: number, change: Partial<Upload>): void {
    this.#uploads.value = this.#uploads.value.map((upload) => upload.id === id ? { ...upload, ...change } : upload);
  }
}
