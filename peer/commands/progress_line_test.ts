import assert from "node:assert/strict";
import { ProgressLine } from "./progress_line.ts";

/** Keeps what is written. */
function terminal(isTerminal: boolean) {
  const written: string[] = [];
  return {
    written,
    isTerminal: () => isTerminal,
    writeSync: (bytes: Uint8Array) => {
      written.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
}

Deno.test("a terminal gets a bar that is drawn over and leaves no trace", () => {
  const screen = terminal(true);
  {
    using line = new ProgressLine(screen);
    line.draw({ share: 0, text: "looking" });
    line.draw({ share: 0.5, text: "half" });
    line.draw({ share: 1, text: "done" });
  }
  assert.deepEqual(screen.written, [
    `\r\x1b[K${"░".repeat(20)}   0 %  looking`,
    `\r\x1b[K${"█".repeat(10)}${"░".repeat(10)}  50 %  half`,
    `\r\x1b[K${"█".repeat(20)} 100 %  done`,
    "\r\x1b[K",
  ]);
});

Deno.test("a file or a pipe gets nothing", () => {
  const pipe = terminal(false);
  {
    using line = new ProgressLine(pipe);
    line.draw({ share: 0.5, text: "half" });
    line.clear();
  }
  assert.deepEqual(pipe.written, []);
});

Deno.test("never full before it is", () => {
  const screen = terminal(true);
  using line = new ProgressLine(screen);
  line.draw({ share: 0.9999, text: "almost" });
  assert.match(screen.written[0] ?? "", /█{19}░ {2}99 %/);
});
