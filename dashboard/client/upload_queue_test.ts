import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { UploadQueue } from "./upload_queue.ts";

class FakeRequest extends EventTarget {
  readonly upload = new EventTarget();
  status = 0;
  responseText = "";
  address = "";
  isAborted = false;
  open(_method: string, address: string): void {
    this.address = address;
  }
  setRequestHeader(): void {}
  send(): void {}
  abort(): void {
    this.isAborted = true;
  }
  progress(loaded: number): void {
    this.upload.dispatchEvent(new ProgressEvent("progress", { loaded }));
  }
  answer(status: number, text = ""): void {
    this.status = status;
    this.responseText = text;
    this.dispatchEvent(new Event("load"));
  }
}

function createQueue() {
  const requests: FakeRequest[] = [];
  const queue = new UploadQueue<File>(() => {
    const request = new FakeRequest();
    requests.push(request);
    return request;
  });
  const latest = () => requests.at(-1) ?? new FakeRequest();
  return { queue, requests, latest };
}

const files = [new File(["12345"], "a b.mp4"), new File(["123"], "c.mp4")];

Deno.test("files are sent one after the other, and their progress is told", () => {
  const { queue, requests, latest } = createQueue();
  queue.add(files);
  strictEqual(requests.length, 1);
  strictEqual(latest().address, "/api/uploads/a%20b.mp4");
  latest().progress(3);
  deepStrictEqual(queue.uploads.value.map((upload) => [upload.state, upload.sentBytes]), [["sending", 3], [
    "waiting",
    0,
  ]]);
  latest().answer(201);
  strictEqual(requests.length, 2);
  latest().answer(201);
  deepStrictEqual(queue.uploads.value.map((upload) => [upload.state, upload.sentBytes]), [["done", 5], ["done", 3]]);
});

Deno.test("a refusal is told in the server's words, and the next file goes on", () => {
  const { queue, requests, latest } = createQueue();
  queue.add(files);
  latest().answer(409, JSON.stringify({ detail: "A file of that name is there." }));
  strictEqual(queue.uploads.value[0]?.message, "A file of that name is there.");
  strictEqual(requests.length, 2);
  latest().dispatchEvent(new Event("error"));
  strictEqual(queue.uploads.value[1]?.state, "failed");
});

Deno.test("removing the one being sent aborts it, and the next goes on", () => {
  const { queue, requests, latest } = createQueue();
  queue.add(files);
  const first = latest();
  queue.remove(1);
  strictEqual(first.isAborted, true);
  first.answer(0);
  deepStrictEqual(queue.uploads.value.map((upload) => upload.name), ["c.mp4"]);
  strictEqual(requests.length, 2);
  queue.remove(2);
  deepStrictEqual(queue.uploads.value, []);
});
