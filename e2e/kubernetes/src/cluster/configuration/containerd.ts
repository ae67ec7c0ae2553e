import { addresses, inState, runtimeSocket } from '../layout.ts';

/** Name of the image that holds a pod's namespaces. */
export const pauseImage = 'millrace.test/pause:1';

/** Folder of the files that say how to reach each registry. */
export const registryHosts: string = inState('registry-hosts');

/**
 * containerd's configuration: everything below the state folder, network namespaces too, so that nothing is left when
 * that goes. Rights that a machine may not have (AppArmor, huge pages, a lower OOM score) are not asked for.
 */
export const containerdConfiguration = (): string => `version = 2
root = "${inState('containerd', 'root')}"
state = "${inState('containerd', 'state')}"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing"
]
[grpc]
  address = "${runtimeSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${inState('network')}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registryHosts}"
`;

/** The network of pods: one bridge, addresses counted up from .10. */
export const podNetwork = (): object => ({
  cniVersion: '0.4.0',
  name: 'millrace-e2e',
  plugins: [
    {
      type: 'bridge',
      bridge: addresses.bridge,
      isGateway: false,
      ipMasq: false,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: inState('network-leases'),
        ranges: [
          [
            {
              subnet: addresses.pods,
              rangeStart: '10.98.0.10',
              rangeEnd: '10.98.0.250',
              gateway: addresses.node,
            },
          ],
        ],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
});
