export { collectPair, portNumber, wholeNumber } from './argument-values.ts';
export { isClosedPipe } from './closed-pipe.ts';
export { isColored, type Host } from './host.ts';
export { interruptible, type Interruption } from './interruptible.ts';
export { newProgram, runProgram, type ProgramFacts } from './program.ts';
export { writeOut } from './write-out.ts';
