import type { Topic } from '../case.ts';
import { access } from './access.ts';
import { change } from './change.ts';
import { create } from './create.ts';
import { deletion } from './delete.ts';
import { invalid } from './invalid.ts';
import { read } from './read.ts';
import { running } from './running.ts';

/** Everything that is compared. */
export const topics: readonly Topic[] = [create, invalid, change, read, deletion, access, running];
