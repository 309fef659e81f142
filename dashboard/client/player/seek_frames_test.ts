import assert from "node:assert/strict";
import { type Frame, MAX_FRAMES, SeekFrames } from "./seek_frames.ts";

class Picture implements Frame {
  isClosed = false;
  constructor(readonly seconds: number) {}
  close(): void {
    this.isClosed = true;
  }
}

/** A film of 200 s of which the part before `hereSeconds` is here, and the pictures that were asked for. */
function film(hereSeconds = 200) {
  const here = { seconds: hereSeconds };
  const asked: Picture[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  let settled = Promise.withResolvers<void>();
  const frames = new SeekFrames<Picture>({
    rest: () => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return gate.promise;
    },
    ask: (seconds) => {
      const picture = new Picture(seconds);
      asked.push(picture);
      settled.resolve();
      settled = Promise.withResolvers();
      return Promise.resolve(seconds < here.seconds ? picture : undefined);
    },
  });
  /** Lets the pointer rest, and waits for the answer. */
  const rest = async () => {
    const asking = settled.promise;
    gates.shift()?.resolve();
    await asking;
    await new Promise((resolve) => setTimeout(resolve));
  };
  /** The second that the picture is of, and whether it is the one pointed at. */
  const shown = () => {
    const now = frames.shown.value;
    return now === undefined ? "nothing" : `${now.picture.seconds}${now.isRight ? "" : " before"}`;
  };
  return { here, frames, asked, gates, rest, shown };
}

Deno.test("a pointer on its way asks for nothing, one that rests for one picture, which is kept", async () => {
  const { frames, asked, gates, rest, shown } = film();
  for (const seconds of [10, 20, 30.4]) frames.look(seconds, 200);
  assert.equal(asked.length, 0);
  gates.shift()?.resolve(); // That was for the first moment, which it has left.
  await new Promise((resolve) => setTimeout(resolve));
  await rest();
  assert.deepEqual(asked.map(({ seconds }) => seconds), [30]);
  assert.equal(shown(), "30");
  frames.look(29.8, 200);
  frames.leave();
  assert.equal(shown(), "nothing");
  frames.look(30, 200);
  assert.equal(shown(), "30");
  assert.equal(asked.length, 1);
});

Deno.test("until the next picture comes the one before is there, as one of another moment", async () => {
  const { here, frames, rest, shown } = film(100);
  frames.look(50, 200);
  await rest();
  frames.look(60, 200);
  assert.equal(shown(), "50 before");
  await rest();
  assert.equal(shown(), "60");
  // What is not here has none, and is asked for again when more of the film has come.
  frames.look(150, 200);
  await rest();
  assert.equal(shown(), "nothing");
  here.seconds = 160;
  frames.lookAgain();
  await rest();
  assert.equal(shown(), "150");
  frames.look(60, 200);
  assert.equal(shown(), "60");
});

Deno.test("a bounded number is kept, the ones not looked at for longest go first, and all go at the end", async () => {
  const { frames, asked, rest, shown } = film(10_000);
  for (let step = 0; step <= MAX_FRAMES; step++) {
    frames.look(step, 200);
    await rest();
    frames.look(0, 200); // Looked at again and again: it stays.
  }
  assert.deepEqual(asked.filter(({ isClosed }) => isClosed).map(({ seconds }) => seconds), [1]);
  frames[Symbol.dispose]();
  assert.ok(asked.every(({ isClosed }) => isClosed));
  frames.look(5, 200);
  assert.equal(shown(), "nothing");
});

Deno.test("what comes while it is asked for is not missed", async () => {
  const answers: PromiseWithResolvers<Picture | undefined>[] = [];
  let asked = Promise.withResolvers<void>();
  const frames = new SeekFrames<Picture>({
    rest: () => Promise.resolve(),
    ask: () => {
      const answer = Promise.withResolvers<Picture | undefined>();
      answers.push(answer);
      asked.resolve();
      return answer.promise;
    },
  });
  frames.look(50, 200);
  await asked.promise;
  asked = Promise.withResolvers();
  frames.lookAgain();
  answers[0]?.resolve(undefined);
  await asked.promise;
  answers[1]?.resolve(new Picture(50));
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(frames.shown.value?.picture.seconds, 50);
  frames[Symbol.dispose]();
});
