import { gitlabFetchAgainSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

gitlabFetchAgainSuite(startEmbeddedHandle);
