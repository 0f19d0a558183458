#!/usr/bin/env bash
# The version of the engine for $GITHUB_OUTPUT: that of the SDK in package.json, with which it is released.
set -euo pipefail
node -p '"version=" + require("./package.json").dependencies["@pulumi/pulumi"]'
