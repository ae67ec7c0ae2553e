import type { NodePlatform } from '@millrace/core';

/** What the labels of a node selector say about the nodes; a label that is not there says nothing. */
export const platformOf = (nodeSelector: Readonly<Record<string, string>>): NodePlatform => ({
  os: nodeSelector['kubernetes.io/os'],
  architecture: nodeSelector['kubernetes.io/arch'],
  windowsBuild: nodeSelector['node.kubernetes.io/windows-build'],
});
