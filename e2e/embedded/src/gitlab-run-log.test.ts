import { gitlabRunLogSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabRunLogSuite(startEmbeddedHandle);
