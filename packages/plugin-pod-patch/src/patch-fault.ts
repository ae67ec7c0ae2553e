/** At which step a patch failed, for peers that word each differently. */
export type PatchStep = 'choose' | 'load' | 'parse' | 'type' | 'apply';

/** A patch that cannot be applied. */
export class PatchFault extends Error {
  readonly step: PatchStep;

  constructor(step: PatchStep, message: string) {
    super(message);
    this.name = 'PatchFault';
    this.step = step;
  }
}
