/**
 * What is wrong with what was typed, at the foot of its form.
 *
 * @module
 */
import type { JSX } from "preact";

/** What is wrong. */
export interface FormProblemProps {
  /** What the field names in `aria-describedby`. */
  readonly id: string;
  /** A sentence; absent while nothing is wrong. */
  readonly text: string | undefined;
}

/**
 * The sentence, read out as it comes.
 *
 * @param props see {@link FormProblemProps}
 */
export function FormProblem({ id, text }: FormProblemProps): JSX.Element | null {
  return text === undefined ? null : <p class="wrong form-problem" role="alert" id={id}>{text}</p>;
}
