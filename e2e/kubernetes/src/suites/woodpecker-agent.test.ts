import { woodpeckerAgentSuite } from '@millrace/e2e-suites';
import { startRealHandle } from '../handle/start-real-handle.ts';

woodpeckerAgentSuite(startRealHandle);
