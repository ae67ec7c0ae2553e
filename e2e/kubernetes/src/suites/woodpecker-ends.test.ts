import { woodpeckerEndsSuite } from '@millrace/e2e-suites';
import { startRealHandle } from '../handle/start-real-handle.ts';

woodpeckerEndsSuite(startRealHandle);
