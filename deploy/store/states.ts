import * as names from "../../components/redis/names.ts";
import { eventually } from "../eventually.ts";
import { explainPods } from "../explain.ts";
import { statefulSetRolledOut } from "../rollout.ts";
import { askMember, presentMembers, primary, type StorePlace } from "./place.ts";

/** Seconds for all members to be ready: OrderedReady may have to start them one by one, each with a copy of the data. */
const deadline = 600;

/** What a replica has. */
export interface MemberState {
  member: string;
  /** 0 where it does not tell. */
  keys: number;
  /** How much of the primary's stream of changes it has seen, in bytes. */
  offset: number;
  /** Why it does not tell. */
  problem?: string;
}

/** What each replica has whose pod runs. */
export async function replicaStates(place: StorePlace): Promise<MemberState[]> {
  const members = (await presentMembers(place)).filter((member) => member !== primary);
  return Promise.all(members.map((member) => state(place, member)));
}

async function state(place: StorePlace, member: string): Promise<MemberState> {
  const keys = await askMember(place, member, "dbsize").catch((error: unknown) => String(error));
  if (!/^\d+$/.test(keys)) return { member, keys: 0, offset: 0, problem: `does not answer: ${keys}` };
  const info = await askMember(place, member, "info", "replication");
  const offset = Number(/^(?:slave_repl_offset|master_repl_offset):(\d+)/m.exec(info)?.[1] ?? 0);
  return { member, keys: Number(keys), offset };
}

/** Waits until every member is ready, which means that it has all of the primary's data. */
export async function inStep({ cluster, namespace }: StorePlace): Promise<void> {
  const name = names.statefulSet;
  const ready = async () => statefulSetRolledOut(await cluster.apps.readNamespacedStatefulSet({ name, namespace }));
  await eventually(`StatefulSet ${name} to be in step`, deadline, ready).catch(async (error: unknown) => {
    const pods = await explainPods(cluster, namespace, { "app.kubernetes.io/name": name });
    throw new Error(`${(error as Error).message}\n${pods}`, { cause: error });
  });
}
