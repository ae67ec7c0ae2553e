import { dirname } from 'node:path';
import type { HostEntry } from './host-layout.ts';
import type { PlacedMount } from './place-mounts.ts';
import { shellQuote } from './shell-quote.ts';

/** Everything the set-up of one container depends on; all paths absolute and free of links. */
export interface SetupPlan {
  /** The container's scratch folder on this machine. */
  readonly folder: string;
  /** Unpacked image, or undefined for this machine's own root. */
  readonly image: string | undefined;
  readonly layout: readonly HostEntry[];
  /** Make missing mount points before the overlays are mounted: an ordinary user cannot in folders of other users. */
  readonly premake: boolean;
  /** Where what the container writes is kept; `memory` where the disk's file system cannot carry an overlay. */
  readonly upper: 'disk' | 'memory';
  readonly hostname: string;
  readonly mounts: readonly PlacedMount[];
  readonly workingDirectory: string;
  /** Variables to set only for the container, not for the set-up. */
  readonly lateVariables: readonly string[];
  /** Shell words that start the container's command, which follows as `"$@"`. */
  readonly launch: readonly string[];
  /** Lines that make file descriptor 9 a user namespace for `launch`. */
  readonly beforeMove: readonly string[];
}

interface Overlay {
  readonly lower: string;
  /** Path inside the container. */
  readonly at: string;
  readonly upper: string;
  readonly work: string;
}

/** Prefix under which late variables travel. */
export const latePrefix = 'MILLRACE_LATE_';

const q = shellQuote;
const inRoot = (path: string): string => q(`.${path}`);

/**
 * The shell program that turns a fresh mount namespace into the container's root and becomes its command.
 * Descriptors: 0 and 1 are the container's, 2 takes complaints of the set-up, 3 is the container's standard error, 4
 * takes one line just before the command starts.
 *
 * It moves the new root over the old one instead of `pivot_root`, because unmounting the old root afterwards would need
 * a program of the image.
 */
export function setupScript(plan: SetupPlan): string {
  const root = `${plan.folder}/root`;
  const overlays = overlaysOf(plan);
  return [
    'set -e; umask 022',
    ...(plan.upper === 'memory'
      ? [`mount -t tmpfs -o mode=755 tmpfs ${q(`${plan.folder}/upper`)}`]
      : []),
    makeFolders(
      [
        ...overlays.flatMap(({ upper, work }) => [upper, work]),
        ...premadeFolders(plan, overlays),
      ].map(q),
    ),
    ...premadeFiles(plan, overlays).map((path) => `: >${q(path)}`),
    ...(plan.image === undefined
      ? hostRoot(plan, overlays, root)
      : overlays.map((overlay) => mountOverlay(overlay, q(root)))),
    `cd ${q(root)}`,
    // An image's own entry may be a link, and a link would lead out of here.
    'for d in proc sys dev tmp; do [ ! -L $d ] || rm $d; mkdir -p $d; done',
    'for d in run root home mnt; do [ -L $d ] || mkdir -p $d; done',
    ...kernelFolders,
    `hostname ${q(plan.hostname)}`,
    ...plan.mounts.flatMap(mountVolume),
    `mkdir -p ${inRoot(plan.workingDirectory)} 2>/dev/null || :`,
    ...plan.beforeMove,
    // -n: the table of mounts it would write lies in the root it has just covered.
    'mount -n --move . /',
    'exec 2>&3 3>&-; echo ok >&4; exec 4>&-; unset PWD OLDPWD',
    ...plan.lateVariables.map(
      (name) => `export ${name}="$${latePrefix}${name}"; unset ${latePrefix}${name}`,
    ),
    `exec ${plan.launch.join(' ')} "$@"`,
  ].join('\n');
}

function overlaysOf(plan: SetupPlan): readonly Overlay[] {
  const lowers =
    plan.image === undefined
      ? plan.layout
          .filter((entry) => entry.kind === 'overlay')
          .map((entry) => ({ lower: entry.lower, at: entry.path }))
      : [{ lower: plan.image, at: '' }];
  return lowers.map((place, index) => ({
    ...place,
    upper: `${plan.folder}/upper/${index}`,
    work: `${plan.folder}/upper/work-${index}`,
  }));
}

/** Mount points to make in the upper folder of the overlay they lie in. */
function premade(
  plan: SetupPlan,
  overlays: readonly Overlay[],
): readonly { readonly path: string; readonly file: boolean }[] {
  if (!plan.premake) return [];
  return plan.mounts
    .filter((mount) => !mount.exists)
    .flatMap((mount) => {
      const overlay = overlays.find(({ at }) => mount.path.startsWith(`${at}/`));
      return overlay === undefined
        ? []
        : [{ path: overlay.upper + mount.path.slice(overlay.at.length), file: mount.file }];
    });
}

const premadeFolders = (plan: SetupPlan, overlays: readonly Overlay[]): readonly string[] =>
  premade(plan, overlays).map(({ path, file }) => (file ? dirname(path) : path));

const premadeFiles = (plan: SetupPlan, overlays: readonly Overlay[]): readonly string[] =>
  premade(plan, overlays).flatMap(({ path, file }) => (file ? [path] : []));

const makeFolders = (quoted: readonly string[]): string =>
  quoted.length === 0 ? ':' : `mkdir -p ${quoted.join(' ')}`;

const mountOverlay = ({ lower, upper, work }: Overlay, at: string): string =>
  `mount -t overlay overlay -o ${q(`lowerdir=${lower},upperdir=${upper},workdir=${work},userxattr`)} ${at}`;

/** This machine's root, folder by folder: one overlay over all of it is refused in a user namespace. */
function hostRoot(plan: SetupPlan, overlays: readonly Overlay[], root: string): readonly string[] {
  const step = (entry: HostEntry): readonly string[] => {
    const at = q(root + entry.path);
    if (entry.kind === 'link') return [`ln -s ${q(entry.target)} ${at}`];
    if (entry.kind === 'directory')
      return entry.files.length === 0
        ? []
        : [`cp -a ${entry.files.map(q).join(' ')} ${at} 2>/dev/null || :`];
    const overlay = overlays.find((candidate) => candidate.at === entry.path);
    if (overlay === undefined) return [];
    // A file system that cannot be under an overlay is shown as it is, but read-only.
    return [
      `${mountOverlay(overlay, at)} 2>/dev/null || { mount --rbind ${q(entry.path)} ${at}; mount -o remount,bind,ro ${at}; }`,
    ];
  };
  const folders = plan.layout
    .filter((entry) => entry.kind !== 'link')
    .map((entry) => q(root + entry.path));
  return [
    `mount -t tmpfs -o mode=755 tmpfs ${q(root)}`,
    makeFolders(folders),
    ...plan.layout.flatMap(step),
  ];
}

const kernelFolders: readonly string[] = [
  'mount -t proc -o nosuid,nodev,noexec proc proc',
  // User 0 of the container is user 0 of the machine where we run as root: these it could write.
  'for f in sys sysrq-trigger irq bus; do [ ! -e proc/$f ] || { mount --bind proc/$f proc/$f; mount -o remount,bind,ro,nosuid,nodev,noexec proc/$f; }; done',
  'mount --rbind /sys sys; mount -o remount,bind,ro sys',
  'mount -t tmpfs -o mode=755,nosuid tmpfs dev; mkdir dev/pts dev/shm',
  'for f in null zero full random urandom tty; do : >dev/$f; mount --bind /dev/$f dev/$f; done',
  // Without gid=5: that group is not mapped for an ordinary user.
  'mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts; ln -s pts/ptmx dev/ptmx',
  'mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm',
  'ln -s /proc/self/fd dev/fd; ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr',
  'mount -t tmpfs -o mode=1777 tmpfs tmp',
];

function mountVolume(mount: PlacedMount): readonly string[] {
  const at = inRoot(mount.path);
  const make = mount.file
    ? `[ -e ${at} ] || { mkdir -p ${inRoot(dirname(mount.path))}; : >${at}; }`
    : `[ -d ${at} ] || mkdir -p ${at}`;
  return [
    make,
    `mount --bind ${q(mount.source)} ${at}`,
    ...(mount.readOnly ? [`mount -o remount,bind,ro ${at}`] : []),
  ];
}
