import { woodpeckerExecSuite } from '@millrace/e2e-suites';
import { startRealHandle } from '../handle/start-real-handle.ts';

woodpeckerExecSuite(startRealHandle);
