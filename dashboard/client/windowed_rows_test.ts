import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ApiProblem } from "./api_call.ts";
import { BLOCK_LENGTH, type BlockRequest, rowAt, WindowedRows } from "./windowed_rows.ts";

/** Numbers that are multiples of the question; answers when told. */
function createRows(options: { readonly count: number }) {
  const requests: BlockRequest<number>[] = [];
  const answers: (() => void)[] = [];
  let { count } = options;
  let problem: ApiProblem | undefined;
  const windowed = new WindowedRows<number, number>(async (request) => {
    requests.push(request);
    await new Promise<void>((resolve) => answers.push(resolve));
    request.signal.throwIfAborted();
    if (problem !== undefined) throw problem;
    const { offset, limit, question } = request;
    const length = Math.max(0, Math.min(limit, count - offset));
    const rows = Array.from({ length }, (_, index) => (offset + index) * question);
    return { rows, totalCount: count, version: String(count) };
  });
  return {
    windowed,
    requests,
    offsets: () => requests.splice(0).map(({ offset }) => offset),
    answer: () => answers.splice(0).forEach((answer) => answer()),
    become: (next: number, nextProblem?: ApiProblem) => (count = next, problem = nextProblem),
  };
}

const at = (windowed: WindowedRows<number, number>, index: number) => rowAt(windowed.state.value, index);

Deno.test("any part of the list is asked for when it is shown, and once", async () => {
  const { windowed, answer, offsets } = createRows({ count: 10_000 });
  const asked = windowed.ask(1);
  strictEqual(windowed.state.value.phase, "loading");
  answer();
  await asked;
  strictEqual(windowed.state.value.totalCount, 10_000);
  strictEqual(at(windowed, 7), 7);
  strictEqual(at(windowed, 9_000), undefined);
  deepStrictEqual(offsets(), [0]);
  const shown = [windowed.show({ first: 8_990, end: 9_020 }), windowed.show({ first: 8_991, end: 9_021 })];
  deepStrictEqual(offsets(), [8_900, 9_000]);
  answer();
  await Promise.all(shown);
  strictEqual(at(windowed, 8_999), 8_999);
  strictEqual(at(windowed, 9_020), 9_020);
  strictEqual(at(windowed, 7), undefined, "what is far away is given up");
});

Deno.test("the end of the list, and a list with nothing in it", async () => {
  const { windowed, answer, become, offsets } = createRows({ count: BLOCK_LENGTH + 3 });
  const asked = windowed.ask(1);
  answer();
  await asked;
  const shown = windowed.show({ first: 90, end: 150 });
  answer();
  await shown;
  strictEqual(at(windowed, BLOCK_LENGTH + 2), BLOCK_LENGTH + 2);
  strictEqual(at(windowed, BLOCK_LENGTH + 3), undefined);
  deepStrictEqual(offsets(), [0, BLOCK_LENGTH]);
  become(0);
  const empty = windowed.ask(2);
  answer();
  await empty;
  deepStrictEqual([windowed.state.value.phase, windowed.state.value.totalCount], ["ready", 0]);
});

Deno.test("a newer question overtakes an older one", async () => {
  const { windowed, answer, requests } = createRows({ count: 5 });
  const older = windowed.ask(2);
  const newer = windowed.ask(3);
  strictEqual(requests[0]?.signal.aborted, true);
  answer();
  await Promise.all([older, newer]);
  strictEqual(at(windowed, 1), 3);
});

Deno.test("a refresh keeps what is shown until the new rows are here, and happens once more when wanted", async () => {
  const { windowed, answer, become, offsets } = createRows({ count: 1_000 });
  const asked = windowed.ask(1);
  answer();
  await asked;
  const scrolled = windowed.show({ first: 500, end: 510 });
  answer();
  await scrolled;
  become(600);
  offsets();
  const refreshed = windowed.refresh();
  strictEqual(at(windowed, 505), 505);
  strictEqual(windowed.state.value.totalCount, 1_000);
  await windowed.refresh();
  deepStrictEqual(offsets(), [500]);
  become(700);
  answer();
  await new Promise((resolve) => setTimeout(resolve, 0));
  deepStrictEqual(offsets(), [500], "once more");
  answer();
  await refreshed;
  strictEqual(windowed.state.value.totalCount, 700);
});

Deno.test("a problem is shown in place of nothing, beside what is there", async () => {
  const { windowed, answer, become } = createRows({ count: 3 });
  become(3, new ApiProblem("away", { status: 0 }));
  const asked = windowed.ask(1);
  answer();
  await asked;
  deepStrictEqual([windowed.state.value.phase, windowed.state.value.message], ["failed", "away"]);
  become(3);
  const refreshed = windowed.refresh();
  answer();
  await refreshed;
  deepStrictEqual([windowed.state.value.phase, windowed.state.value.message], ["ready", undefined]);
  become(3, new ApiProblem("away again", { status: 0 }));
  const again = windowed.refresh();
  answer();
  await again;
  deepStrictEqual([windowed.state.value.phase, windowed.state.value.message], ["ready", "away again"]);
  strictEqual(at(windowed, 2), 2);
});

Deno.test("what is forgotten is not shown again, neither by what was under way", async () => {
  const { windowed, answer, become } = createRows({ count: 3 });
  const asked = windowed.ask(1);
  answer();
  await asked;
  const late = windowed.refresh();
  windowed.forget();
  strictEqual(windowed.state.value.phase, "loading");
  become(2);
  const fresh = windowed.refresh();
  answer();
  await Promise.all([late, fresh]);
  strictEqual(windowed.state.value.totalCount, 2);
});
