import { z } from "zod";
import { absolutePath } from "./fields.ts";

/** Paths of a container's file system. */

/** Written in one way alone, so that two of them can be compared; ":" is what the kubelet's own syntax needs. */
const isPlain = (path: string) => /^(\/(?!\.{1,2}(\/|$))[^\s/:]+)+$/.test(path);

/** What the container's runtime refuses to cover, or fills itself. */
const isKernels = (path: string) => /^\/(dev$|(proc|sys)(\/|$))/.test(path);

/** @see IsConfigMapKey in staging/src/k8s.io/apimachinery/pkg/util/validation of Kubernetes */
const isConfigMapKey = (name: string) => /^(?!\.\.)[-.\w]{1,253}$/.test(name);

/** A folder that something is mounted at. */
export const mountPath = () =>
  absolutePath()
    .refine(
      (path) => !/^\/\S*$/.test(path) || isPlain(path),
      'must be written the shortest way: not / alone, no / at its end, no empty part, no . or .., no ":"',
    )
    .refine((path) => !isKernels(path), "must not be /dev, or in /proc or /sys, which are the kernel's");

const isFile = (path: string) => isPlain(path) && !isKernels(path) && isConfigMapKey(path.replace(/^.*\//, ""));

/** A file that comes out of a ConfigMap; a key of an object, so that its message is no "must". */
export const filePath = () =>
  z
    .string()
    .refine(
      isFile,
      'is not the path of a file: it starts with /, has no empty part, no . or .., no space or ":", ' +
        'is not in /proc or /sys, and its last part has letters, digits, "-", "_" and "." alone',
    );

/** Whether one path is in the folder that the other one is. */
export const isInside = (path: string, folder: string) => path.startsWith(`${folder}/`);
