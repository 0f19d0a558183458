import { requestsAndLimits } from "../policy/rules/requestsAndLimits.ts";
import { deployment, takesOrRefuses } from "./policies.ts";

const requests = { cpu: "50m", memory: "128Mi" };
const limits = { memory: "256Mi" };
const lacks = (what: string, container = "app") =>
  `Deployment shop/app: container ${container} lacks ${what}; set what is missing under resources`;

describe("the policy requests-and-limits", () => {
  takesOrRefuses(requestsAndLimits, [
    ["requests and a limit of memory, without one of CPU", deployment({ resources: { requests, limits } })],
    ["limits, which are requests, too", deployment({ resources: { limits: { ...limits, cpu: "1" } } })],
    ["nothing", deployment({}), lacks("requests.cpu, requests.memory, and limits.memory")],
    ["no limit of memory", deployment({ resources: { requests } }), lacks("limits.memory")],
    ["no request of CPU", deployment({ resources: { limits } }), lacks("requests.cpu")],
    [
      "a sidecar without",
      deployment(
        { resources: { requests, limits } },
        {
          initContainers: [
            { name: "proxy", restartPolicy: "Always", resources: { requests: { cpu: "1" }, limits } },
            { name: "log" },
          ],
        },
      ),
      lacks("requests.cpu, requests.memory, and limits.memory", "log"),
    ],
  ]);
});
