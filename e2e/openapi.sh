#!/bin/sh
# Lint the OpenAPI document of the API. A test of internal/api holds the file to
# what the program serves.
set -eu
cd "$(dirname "$0")"
[ "$(node_modules/.bin/redocly --version 2>/dev/null)" = 2.77.0 ] || npm ci --ignore-scripts --no-audit --no-fund
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true exec node_modules/.bin/redocly lint --extends=recommended --max-problems=100 ../internal/api/testdata/openapi.yaml
