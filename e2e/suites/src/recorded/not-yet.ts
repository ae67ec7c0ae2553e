/** Recorded cases that `explain` does not agree with yet, and why. A case that agrees must not be listed. */
export const notYet: Readonly<Record<string, string>> = {
  '219-events2-a':
    'the recorded lines are about events of a failed pod: the run says them, not the plan',
  '227-concrete-a': 'FF_CONCRETE is not supported; a warning says so',
  '251-autoscaler-a': 'pause pods are not supported; a warning says so',
  '253-suspend-a': 'suspended environments are not supported; a warning says so',
};
