import { Command } from "commander";
import { fail } from "./contextOptions.ts";
import { addDataCommands } from "./storeData.ts";
import { addRotateCommand } from "./storeRotate.ts";

const program = new Command("store").description("looks after the session store of a deployed stack");

addDataCommands(program);
addRotateCommand(program);

await program.parseAsync().catch(fail);
