import { executorTroublesSuite } from '@millrace/e2e-suites';
import { startEmbeddedHandle } from '@millrace/testkit';

executorTroublesSuite(startEmbeddedHandle);
