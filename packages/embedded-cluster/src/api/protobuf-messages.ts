/**
 * What a field of a message holds. `name` is the message of `message` and `messages`. A `count` of 0 and a `flag` that is
 * false say nothing, as an empty text does: Go sends them because its fields are no pointers.
 */
export interface ProtobufField {
  readonly key: string;
  readonly type:
    | 'string'
    | 'strings'
    | 'integer'
    | 'count'
    | 'boolean'
    | 'flag'
    | 'intOrString'
    | 'stringMap'
    | 'bytesMap'
    | 'quantityMap'
    | 'message'
    | 'messages';
  readonly name?: string;
}

type Row = string;

/** `key`, or `key: type`, or `key: Message`, or `key: Message[]`; an unnamed type is a string. */
function field(row: Row): ProtobufField {
  const [key = '', type = 'string'] = row.split(': ');
  switch (type) {
    case 'string':
    case 'strings':
    case 'integer':
    case 'count':
    case 'boolean':
    case 'flag':
    case 'intOrString':
    case 'stringMap':
    case 'bytesMap':
    case 'quantityMap':
      return { key, type };
    default:
      return type.endsWith('[]')
        ? { key, type: 'messages', name: type.slice(0, -2) }
        : { key, type: 'message', name: type };
  }
}

const message = (rows: Readonly<Record<number, Row>>): ReadonlyMap<number, ProtobufField> =>
  new Map(Object.entries(rows).map(([number, row]) => [Number(number), field(row)]));

const binding = { 1: 'metadata: ObjectMeta', 2: 'subjects: Subject[]', 3: 'roleRef: RoleRef' };
const role = { 1: 'metadata: ObjectMeta', 2: 'rules: PolicyRule[]' };

/**
 * Messages by name with their field numbers, as Kubernetes' `generated.proto` files have them: the objects that
 * kubectl creates through its typed clients, which send protobuf to every server.
 */
export const protobufMessages: Readonly<Record<string, ReadonlyMap<number, ProtobufField>>> = {
  ObjectMeta: message({
    1: 'name',
    2: 'generateName',
    3: 'namespace',
    5: 'uid',
    6: 'resourceVersion',
    11: 'labels: stringMap',
    12: 'annotations: stringMap',
    13: 'ownerReferences: OwnerReference[]',
    14: 'finalizers: strings',
  }),
  OwnerReference: message({
    1: 'kind',
    3: 'name',
    4: 'uid',
    5: 'apiVersion',
    6: 'controller: boolean',
    7: 'blockOwnerDeletion: boolean',
  }),
  LocalObjectReference: message({ 1: 'name' }),
  Namespace: message({ 1: 'metadata: ObjectMeta', 2: 'spec: NamespaceSpec' }),
  NamespaceSpec: message({ 1: 'finalizers: strings' }),
  Secret: message({
    1: 'metadata: ObjectMeta',
    2: 'data: bytesMap',
    3: 'type',
    4: 'stringData: stringMap',
    5: 'immutable: boolean',
  }),
  ConfigMap: message({
    1: 'metadata: ObjectMeta',
    2: 'data: stringMap',
    3: 'binaryData: bytesMap',
    4: 'immutable: boolean',
  }),
  ServiceAccount: message({
    1: 'metadata: ObjectMeta',
    3: 'imagePullSecrets: LocalObjectReference[]',
    4: 'automountServiceAccountToken: boolean',
  }),
  TokenRequest: message({ 1: 'metadata: ObjectMeta', 2: 'spec: TokenRequestSpec' }),
  TokenRequestSpec: message({
    1: 'audiences: strings',
    3: 'boundObjectRef: BoundObjectReference',
    4: 'expirationSeconds: integer',
  }),
  BoundObjectReference: message({ 1: 'kind', 2: 'apiVersion', 3: 'name', 4: 'uid' }),
  SelfSubjectAccessReview: message({
    1: 'metadata: ObjectMeta',
    2: 'spec: SelfSubjectAccessReviewSpec',
  }),
  SelfSubjectAccessReviewSpec: message({
    1: 'resourceAttributes: ResourceAttributes',
    2: 'nonResourceAttributes: NonResourceAttributes',
  }),
  ResourceAttributes: message({
    1: 'namespace',
    2: 'verb',
    3: 'group',
    4: 'version',
    5: 'resource',
    6: 'subresource',
    7: 'name',
  }),
  NonResourceAttributes: message({ 1: 'path', 2: 'verb' }),
  SelfSubjectRulesReview: message({
    1: 'metadata: ObjectMeta',
    2: 'spec: SelfSubjectRulesReviewSpec',
  }),
  SelfSubjectRulesReviewSpec: message({ 1: 'namespace' }),
  SelfSubjectReview: message({ 1: 'metadata: ObjectMeta' }),
  Role: message(role),
  ClusterRole: message(role),
  PolicyRule: message({
    1: 'verbs: strings',
    2: 'apiGroups: strings',
    3: 'resources: strings',
    4: 'resourceNames: strings',
    5: 'nonResourceURLs: strings',
  }),
  RoleBinding: message(binding),
  ClusterRoleBinding: message(binding),
  Subject: message({ 1: 'kind', 2: 'apiGroup', 3: 'name', 4: 'namespace' }),
  RoleRef: message({ 1: 'apiGroup', 2: 'kind', 3: 'name' }),
  ResourceQuota: message({ 1: 'metadata: ObjectMeta', 2: 'spec: ResourceQuotaSpec' }),
  ResourceQuotaSpec: message({
    1: 'hard: quantityMap',
    2: 'scopes: strings',
    3: 'scopeSelector: ScopeSelector',
  }),
  ScopeSelector: message({ 1: 'matchExpressions: ScopedResourceSelectorRequirement[]' }),
  ScopedResourceSelectorRequirement: message({
    1: 'scopeName',
    2: 'operator',
    3: 'values: strings',
  }),
  Service: message({ 1: 'metadata: ObjectMeta', 2: 'spec: ServiceSpec' }),
  ServiceSpec: message({
    1: 'ports: ServicePort[]',
    2: 'selector: stringMap',
    3: 'clusterIP',
    4: 'type',
    5: 'externalIPs: strings',
    7: 'sessionAffinity',
    8: 'loadBalancerIP',
    9: 'loadBalancerSourceRanges: strings',
    10: 'externalName',
    11: 'externalTrafficPolicy',
    12: 'healthCheckNodePort: count',
    13: 'publishNotReadyAddresses: flag',
    14: 'sessionAffinityConfig: SessionAffinityConfig',
    17: 'ipFamilyPolicy',
    18: 'clusterIPs: strings',
    19: 'ipFamilies: strings',
    20: 'allocateLoadBalancerNodePorts: boolean',
    21: 'loadBalancerClass',
    22: 'internalTrafficPolicy',
    23: 'trafficDistribution',
  }),
  ServicePort: message({
    1: 'name',
    2: 'protocol',
    3: 'port: integer',
    4: 'targetPort: intOrString',
    5: 'nodePort: count',
    6: 'appProtocol',
  }),
  SessionAffinityConfig: message({ 1: 'clientIP: ClientIPConfig' }),
  ClientIPConfig: message({ 1: 'timeoutSeconds: integer' }),
  PodDisruptionBudget: message({ 1: 'metadata: ObjectMeta', 2: 'spec: PodDisruptionBudgetSpec' }),
  PodDisruptionBudgetSpec: message({
    1: 'minAvailable: intOrString',
    2: 'selector: LabelSelector',
    3: 'maxUnavailable: intOrString',
    4: 'unhealthyPodEvictionPolicy',
  }),
  LabelSelector: message({
    1: 'matchLabels: stringMap',
    2: 'matchExpressions: LabelSelectorRequirement[]',
  }),
  LabelSelectorRequirement: message({ 1: 'key', 2: 'operator', 3: 'values: strings' }),
  PriorityClass: message({
    1: 'metadata: ObjectMeta',
    2: 'value: integer',
    3: 'globalDefault: flag',
    4: 'description',
    5: 'preemptionPolicy',
  }),
  Eviction: message({ 1: 'metadata: ObjectMeta', 2: 'deleteOptions: DeleteOptions' }),
  DeleteOptions: message({
    1: 'gracePeriodSeconds: integer',
    2: 'preconditions: Preconditions',
    4: 'propagationPolicy',
    5: 'dryRun: strings',
  }),
  Preconditions: message({ 1: 'uid', 2: 'resourceVersion' }),
};
