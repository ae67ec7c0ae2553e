/** Says quickly where no literal can begin. */
export interface PositionFilter {
  /**
   * @returns a function that gives the next position at or after `from` where a literal may begin, and the data's length
   * when there is none. Near the end of the data it gives `from`, because the rest of a literal may still come.
   * Positions never go back.
   */
  readonly over: (data: Buffer) => (from: number) => number;
}
