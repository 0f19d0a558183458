#!/usr/bin/env bash
# Destroys and removes the review stack STACK; one that is not there is fine.
set -euo pipefail
# Whatever a variable or an event says, no other stack is destroyed.
[[ $STACK =~ /review-[0-9]+$ ]] || { echo "STACK must be a review stack, got \"$STACK\"" >&2 && exit 1; }
code=0
pulumi destroy --yes --remove --non-interactive --suppress-outputs --stack "$STACK" || code=$?
[ "$code" -ne 6 ] || { echo "there is no stack $STACK" && exit 0; } # https://www.pulumi.com/docs/iac/cli/exit-codes/
exit "$code"
